#include "broker/config.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include "hawser/base/host_port.h"
#include "hawser/base/version.h"

namespace hawser::broker {
namespace {

constexpr char kExamples[] = R"(Examples:
  hawserd                                         one socket, the installed modules
  hawserd --plugin-dir ./modules                  modules of your own; require('./x') is relative to that folder
  hawserd --listen unix:/tmp/h.sock --plugin ./counter.so
  hawserd --listen tcp:127.0.0.1:4711 --insecure-tcp

Some options may also come from the environment: HAWSER_LISTEN and HAWSER_PLUGIN_DIR (one each), HAWSER_MAIN,
HAWSER_LEASE_TTL, HAWSER_LOG_LEVEL, HAWSER_LOG_FILE, HAWSER_LOG_FORMAT. SIGTERM, SIGINT and SIGHUP drain: new sessions
are refused, calls in work may end; a second signal ends at once.)";

// PREFIX/lib/hawser/modules of the installation this program belongs to; "" if it is none.
std::string InstalledModules() {
  std::error_code error;
  std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return "";
  std::filesystem::path folder = program.parent_path().parent_path() / "lib" / "hawser" / "modules";
  return std::filesystem::is_directory(folder, error) ? folder.string() : "";
}

// "unix:PATH", the path alone, or "tcp:HOST:PORT" into `config`; what is wrong otherwise.
std::string AddListen(const std::string& listen, bool insecure_tcp, Config* config) {
  if (listen.starts_with("tcp:")) {
    std::string host = listen.substr(4);
    if (!base::IsHostPort(host, 0)) {
      return "--listen " + listen +
             ": expected tcp:HOST:PORT, PORT up to 65535, an IPv6 address in brackets";
    }
    if (!insecure_tcp) {
      return "--listen " + listen +
             ": over TCP nobody proves who they are and nothing is encrypted; if that is what you "
             "want, add --insecure-tcp";
    }
    config->tcp.push_back(host);
    return "";
  }
  bool alone = !listen.empty() && (listen[0] == '/' || listen[0] == '.');
  if (!alone && !listen.starts_with("unix:"))
    return "--listen " + listen + ": expected unix:PATH or tcp:HOST:PORT";
  std::string path = alone ? listen : listen.substr(5);
  if (path.empty()) return "--listen " + listen + ": the path is missing";
  path = std::filesystem::absolute(path).lexically_normal().string();
  if (std::ranges::find(config->sockets, path) != config->sockets.end())
    return "--listen " + listen + " is given twice";
  config->sockets.push_back(path);
  return "";
}

const std::map<std::string, base::LogLevel> kLevels = {{"debug", base::LogLevel::kDebug},
                                                       {"info", base::LogLevel::kInfo},
                                                       {"warning", base::LogLevel::kWarning},
                                                       {"error", base::LogLevel::kError},
                                                       {"off", base::LogLevel::kOff}};
const std::map<std::string, base::LogFormat> kFormats = {{"text", base::LogFormat::kText},
                                                         {"json", base::LogFormat::kJson}};

// Says of an option's value what it should be, unless it is one of `names`.
template <typename T>
auto OneOf(const std::map<std::string, T>& names, std::string expected) {
  return [&names, expected](const std::string& value) {
    return names.contains(value) ? "" : "'" + value + "': expected " + expected;
  };
}

auto SecondsBetween(double least, double most, std::string expected) {
  return [=](const std::string& value) {
    double seconds = 0;
    bool good = CLI::detail::lexical_cast(value, seconds) && seconds >= least && seconds <= most;
    return good ? "" : "'" + value + "': expected " + expected;
  };
}

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
  std::string log_level = "info";
  std::string log_format = "text";
  double lease_ttl_s = absl::ToDoubleSeconds(config.lease_ttl);
  double drain_s = absl::ToDoubleSeconds(config.drain);

  CLI::App app(
      "hawserd, the Hawser object broker: loads modules and lets other processes use the objects "
      "in them.",
      "hawserd");
  app.footer(kExamples);
  app.set_help_flag("-h,--help", "Show this, and end");
  app.set_version_flag("--version", std::string("hawserd ") + base::kVersion,
                       "Show the version, and end");
  app.add_option("--listen", listen,
                 "Where clients connect: unix:PATH, or tcp:HOST:PORT. Default: unix:" +
                     Config::DefaultSocket())
      ->envname("HAWSER_LISTEN")
      ->type_name("ADDRESS")
      ->take_all();
  app.add_flag("--insecure-tcp", insecure_tcp,
               "Allow tcp: without encryption or proof of identity");
  app.add_option("--plugin", config.plugins,
                 "A plugin file to load; without --plugin-dir, instead of the installed modules")
      ->type_name("FILE")
      ->take_all();
  app.add_option("--plugin-dir", config.plugin_dirs,
                 "A folder whose *.so are loaded. Default: the installed modules")
      ->envname("HAWSER_PLUGIN_DIR")
      ->type_name("FOLDER")
      ->take_all();
  app.add_option("--main", config.main_dir,
                 "Folder that require('./x') is relative to, and loads x.so from. Default: the "
                 "plugin folder")
      ->envname("HAWSER_MAIN")
      ->type_name("FOLDER");
  app.add_option("--lease-ttl", lease_ttl_s,
                 "Lease of clients that wish for none in particular, 1 to 600. Default: 30")
      ->envname("HAWSER_LEASE_TTL")
      ->type_name("SECONDS")
      ->check(SecondsBetween(1, 600, "seconds, 1 to 600"));
  app.add_option("--drain", drain_s,
                 "How long calls may go on after the signal to end; modules get 2 s more to "
                 "unload. Default: 5")
      ->type_name("SECONDS")
      ->check(SecondsBetween(0, 86400, "seconds, 0 to 86400"));
  app.add_option("--log-level", log_level, "debug, info (default), warning, error or off")
      ->envname("HAWSER_LOG_LEVEL")
      ->type_name("LEVEL")
      ->check(OneOf(kLevels, "debug, info, warning, error or off"));
  app.add_option("--log-file", config.log.file, "Log there instead of stderr")
      ->envname("HAWSER_LOG_FILE")
      ->type_name("FILE");
  app.add_option("--log-format", log_format, "text (default) or json")
      ->envname("HAWSER_LOG_FORMAT")
      ->type_name("FORMAT")
      ->check(OneOf(kFormats, "text or json"));
  app.add_option("--check-plugin", config.check_plugin,
                 "Only load this plugin, make its module, say what it is, and end")
      ->type_name("FILE");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    // What stands behind an option that there is not was meant for it.
    std::vector<std::string> extra = app.remaining();
    auto option = std::find_if(extra.begin(), extra.end(),
                               [](const std::string& word) { return word.starts_with('-'); });
    std::cerr << (option != extra.end() ? "hawserd: there is no option " + *option
                                        : "hawserd: '" + extra.front() + "' is no option")
              << "\n  all options: hawserd --help\n";
    return {std::nullopt, 2};
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return {std::nullopt, app.exit(error)};
    std::cerr << "hawserd: " << error.what() << "\n  all options: hawserd --help\n";
    return {std::nullopt, 2};
  }
  config.log.level = kLevels.at(log_level);
  config.log.format = kFormats.at(log_format);
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
  std::error_code error;
  if (!config.main_dir.empty() && !std::filesystem::is_directory(config.main_dir, error)) {
    std::cerr << "hawserd: --main " << config.main_dir << ": "
              << (error ? error.message() : "not a directory") << "\n";
    return {std::nullopt, 2};
  }
  if (config.main_dir.empty() && !config.plugin_dirs.empty())
    config.main_dir = config.plugin_dirs.front();
  if (!config.main_dir.empty()) {
    // Modules are known by the files that links lead to.
    std::filesystem::path main = std::filesystem::absolute(config.main_dir).lexically_normal();
    std::filesystem::path real = std::filesystem::weakly_canonical(main, error);
    config.main_dir = (error ? main : real).string();
  }
  return {std::move(config), 0};
}

}  // namespace hawser::broker
