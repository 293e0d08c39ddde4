#ifndef TOOLS_CLI_CONNECTION_NEWS_H_
#define TOOLS_CLI_CONNECTION_NEWS_H_

// What a command says of its connection, so that nobody waits for something that is over without
// knowing.

#include "hawser/options.h"
#include "tools/cli/output.h"

namespace hawser::cli {

// A connection that is lost, and one that is there again. Of the end of the session the command
// itself knows more to say.
void TellNews(const ConnectionEvent& event, Output& output);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_CONNECTION_NEWS_H_
