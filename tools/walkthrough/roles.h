#ifndef HAWSER_TOOLS_WALKTHROUGH_ROLES_H_
#define HAWSER_TOOLS_WALKTHROUGH_ROLES_H_

// The clients of the walkthrough that run as processes of their own. Each prints what it did, one
// line a thing, so that the walkthrough knows how far it is.

#include <string>

namespace hawser::walkthrough {

// Installs a `closed` listener on window `window_id`, says "listening", and vanishes without
// uninstalling it, as a page that is reloaded does.
int Reload(const std::string& endpoint, const std::string& window_id);
// Begins a transaction in the database at `path`, inserts into it, says "in transaction", and waits
// to be killed.
int Transact(const std::string& endpoint, const std::string& path);
// Holds a counter, cuts its own connection, says "cut", and lives on.
int Cut(const std::string& endpoint);

}  // namespace hawser::walkthrough

#endif  // HAWSER_TOOLS_WALKTHROUGH_ROLES_H_
