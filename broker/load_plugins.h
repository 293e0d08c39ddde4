#ifndef HAWSER_BROKER_LOAD_PLUGINS_H_
#define HAWSER_BROKER_LOAD_PLUGINS_H_

// From files to modules of a running broker. A plugin that cannot be loaded is logged and left out;
// the broker goes on.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "broker/broker.h"

namespace hawser::broker {

// Loads one file. See Plugin::Load and Plugin::CreateModule for what can be wrong; ALREADY_EXISTS
// if there is a module of that name.
absl::Status LoadPlugin(Broker& broker, const std::string& path);

// Loads `files`, then every *.so in `folders`. Gives how many could not be loaded.
int LoadPlugins(Broker& broker, const std::vector<std::string>& files,
                const std::vector<std::string>& folders);

// From now on require by path loads what is in the main folder and not loaded yet. A file that was
// refused, now or by LoadPlugins, is answered with the same error until it changes, unless that is
// UNAVAILABLE. Before Serve.
void LoadPluginsOnRequire(Broker& broker);

// Loads the file and makes its module apart from any broker; says on stdout what it is, or on
// stderr what is wrong. For `hawserd --check-plugin`, in a process of its own, since the plugin's
// code may crash. Gives the exit code; a plugin that calls exit itself gets that of a refused one,
// and a line on stderr that says so.
int CheckPlugin(const std::string& path);

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_LOAD_PLUGINS_H_
