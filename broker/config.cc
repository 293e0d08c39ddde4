#include "broker/config.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace hawser::broker {
namespace {

constexpr char kExamples[] = R"(Examples:
  hawserd                                         one socket, the installed modules
  hawserd --plugin-dir ./modules                  modules of your own; require('./x') is relative to that folder
  hawserd --listen unix:/tmp/h.sock --plugin ./counter.so
  hawserd --listen tcp:127.0.0.1:4711 --insecure-tcp

Each option may also come from the environment: HAWSER_LISTEN, HAWSER_PLUGIN_DIR, HAWSER_MAIN, HAWSER_LEASE_TTL,
HAWSER_LOG_LEVEL, HAWSER_LOG_FILE, HAWSER_LOG_FORMAT. SIGTERM drains: new sessions are refused, calls in work may end.)";

// PREFIX/lib/hawser/modules of the installation this program belongs to; "" if it is none.
std::string InstalledModules() {
  std::error_code error;
  std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return "";
  std::filesystem::path folder = program.parent_path().parent_path() / "lib" / "hawser" / "modules";
  return std::filesystem::is_directory(folder, error) ? folder.string() : "";
}

// "unix:PATH" or "tcp:HOST:PORT" into `config`; what is wrong otherwise.
std::string AddListen(const std::string& listen, bool insecure_tcp, Config* config) {
  if (listen.starts_with("unix:")) {
    std::string path = listen.substr(5);
    if (path.empty()) return "--listen " + listen + ": the path is missing";
    config->sockets.push_back(std::filesystem::absolute(path).string());
    return "";
  }
  if (listen.starts_with("tcp:")) {
    if (!insecure_tcp) {
      return "--listen " + listen +
             ": over TCP nobody proves who they are and nothing is encrypted; if that is what you "
             "want, add --insecure-tcp";
    }
    if (listen.find(':', 4) == std::string::npos)
      return "--listen " + listen + ": expected tcp:HOST:PORT";
    config->tcp.push_back(listen.substr(4));
    return "";
  }
  return "--listen " + listen + ": expected unix:PATH or tcp:HOST:PORT";
}

const std::map<std::string, base::LogLevel> kLevels = {{"debug", base::LogLevel::kDebug},
                                                       {"info", base::LogLevel::kInfo},
                                                       {"warning", base::LogLevel::kWarning},
                                                       {"error", base::LogLevel::kError},
                                                       {"off", base::LogLevel::kOff}};
const std::map<std::string, base::LogFormat> kFormats = {{"text", base::LogFormat::kText},
                                                         {"json", base::LogFormat::kJson}};

}  // namespace

std::string Config::DefaultSocket() {
  const char* folder = std::getenv("XDG_RUNTIME_DIR");
  if (geteuid() != 0 && folder != nullptr && *folder != '\0')
    return std::string(folder) + "/hawser/hawser.sock";
  return "/run/hawser/hawser.sock";
}

ParsedConfig ParseCommandLine(int argc, char** argv) {
  Config config;
  std::vector<std::string> listen;
  bool insecure_tcp = false;
  double lease_ttl_s = absl::ToDoubleSeconds(config.lease_ttl);
  double drain_s = absl::ToDoubleSeconds(config.drain);

  CLI::App app(
      "hawserd, the Hawser object broker: loads modules and lets other processes use the objects "
      "in them.",
      "hawserd");
  app.footer(kExamples);
  app.set_version_flag("--version", std::string("hawserd ") + kVersion);
  app.add_option("--listen", listen,
                 "Where clients connect: unix:PATH, or tcp:HOST:PORT. Default: unix:" +
                     Config::DefaultSocket())
      ->envname("HAWSER_LISTEN")
      ->take_all();
  app.add_flag("--insecure-tcp", insecure_tcp,
               "Allow tcp: without encryption or proof of identity");
  app.add_option("--plugin", config.plugins, "A plugin file to load")->take_all();
  app.add_option("--plugin-dir", config.plugin_dirs,
                 "A folder whose *.so are loaded. Default: the installed modules")
      ->envname("HAWSER_PLUGIN_DIR")
      ->take_all();
  app.add_option("--main", config.main_dir,
                 "Folder that require('./x') is relative to. Default: the plugin folder")
      ->envname("HAWSER_MAIN");
  app.add_option(
         "--lease-ttl", lease_ttl_s,
         "Lease of clients that wish for none in particular, seconds, 1 to 600. Default: 30")
      ->envname("HAWSER_LEASE_TTL")
      ->check(CLI::Range(1.0, 600.0));
  app.add_option("--drain", drain_s, "How long calls may go on after SIGTERM, seconds. Default: 5")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--log-level", config.log.level, "debug, info (default), warning, error or off")
      ->envname("HAWSER_LOG_LEVEL")
      ->transform(CLI::CheckedTransformer(kLevels, CLI::ignore_case))
      ->type_name("LEVEL");
  app.add_option("--log-file", config.log.file, "Log there instead of stderr")
      ->envname("HAWSER_LOG_FILE");
  app.add_option("--log-format", config.log.format, "text (default) or json")
      ->envname("HAWSER_LOG_FORMAT")
      ->transform(CLI::CheckedTransformer(kFormats, CLI::ignore_case))
      ->type_name("FORMAT");
  app.add_option("--check-plugin", config.check_plugin,
                 "Only load this plugin, make its module, say what it is, and end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    int code = app.exit(error);
    return {std::nullopt, code == 0 ? 0 : 2};
  }
  config.lease_ttl = absl::Seconds(lease_ttl_s);
  config.drain = absl::Seconds(drain_s);
  for (const std::string& one : listen) {
    if (std::string wrong = AddListen(one, insecure_tcp, &config); !wrong.empty()) {
      std::cerr << "hawserd: " << wrong << "\n";
      return {std::nullopt, 2};
    }
  }
  if (listen.empty()) config.sockets.push_back(Config::DefaultSocket());
  if (config.plugins.empty() && config.plugin_dirs.empty()) {
    if (std::string folder = InstalledModules(); !folder.empty())
      config.plugin_dirs.push_back(folder);
  }
  if (config.main_dir.empty() && !config.plugin_dirs.empty())
    config.main_dir = config.plugin_dirs.front();
  if (!config.main_dir.empty())
    config.main_dir = std::filesystem::absolute(config.main_dir).lexically_normal().string();
  return {std::move(config), 0};
}

}  // namespace hawser::broker
