#ifndef HAWSER_BROKER_CONFIG_H_
#define HAWSER_BROKER_CONFIG_H_

// What hawserd is told: flags, which win over HAWSER_* variables of the environment, which win over
// the defaults here.

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "hawser/base/log.h"

namespace hawser::broker {

struct Config {
  std::vector<std::string> sockets;  // absolute paths; default: DefaultSocket()
  std::vector<std::string> tcp;      // HOST:PORT, only with --insecure-tcp
  std::vector<std::string> plugins;  // files
  std::vector<std::string>
      plugin_dirs;       // default: the folder of the installed modules, if there is one
  std::string main_dir;  // default: the first plugin folder
  absl::Duration lease_ttl = absl::Seconds(30);
  absl::Duration drain = absl::Seconds(5);
  base::LogOptions log;
  // Set: load this plugin, make its module, say what it is, and end.
  std::optional<std::string> check_plugin;

  // $XDG_RUNTIME_DIR/hawser/hawser.sock, or /run/hawser/hawser.sock for root or where that is not
  // set.
  static std::string DefaultSocket();
};

// Either a configuration, or the code to exit with: help and version were printed (0), or what was
// wrong (2).
struct ParsedConfig {
  std::optional<Config> config;
  int exit_code = 0;
};
ParsedConfig ParseCommandLine(int argc, char** argv);

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CONFIG_H_
