#include "broker/builtins.h"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "broker/inspect/inspection.h"
#include "hawser/base/status_macros.h"
#include "hawser/module.h"

namespace hawser::broker {
namespace {

std::string ProgramPath() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

// What /proc/self/cmdline has, word by word.
Array Arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  Array words;
  for (std::string word; std::getline(file, word, '\0');) words.emplace_back(word);
  return words;
}

// Bytes this process has resident now.
int64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t pages = 0;
  int64_t resident = 0;
  file >> pages >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

Record MemoryUsage() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return Record{{"rss", ResidentBytes()}, {"maxRss", static_cast<int64_t>(usage.ru_maxrss) * 1024}};
}

// process: what main is as a process; also the global of that name.
void DefineProcess(Module& module, const Broker& broker) {
  utsname system{};
  uname(&system);
  module.Version(broker.options().version).Builtin();
  module.Constant("pid", static_cast<int64_t>(getpid()))
      .Doc("Of the broker: where remote functions run.");
  module.Constant("ppid", static_cast<int64_t>(getppid()));
  module.Constant("platform", "linux");
  module.Constant("arch", system.machine);
  module.Constant("argv", Value(Arguments()));
  module.Constant("execPath", ProgramPath());
  module.Constant("version", broker.options().version);
  module.Constant("versions",
                  Value(Record{{"hawser", broker.options().version}, {"kernel", system.release}}));
  module.Function("cwd", [] { return std::filesystem::current_path().string(); });
  module
      .Function(
          "uptime",
          [&broker] { return absl::ToDoubleSeconds(broker.clock().WallNow() - broker.since()); })
      .Doc("Seconds the broker runs.");
  module.Function("memoryUsage", &MemoryUsage).Doc("{rss, maxRss} in bytes.");
}

// app: the broker as an application.
void DefineApp(Module& module, const Broker& broker) {
  module.Version(broker.options().version).Builtin();
  module.Function("getName", [] { return "hawserd"; });
  module.Function("getVersion", [&broker] { return broker.options().version; });
  module.Function("getAppPath", [&broker] { return broker.options().main_dir; })
      .Doc("The folder that require('./x') is relative to.");
  module.Function("isReady", [] { return true; });
  module.Property("name", [] { return "hawserd"; });
}

absl::Status Add(Broker& broker, const std::string& name, void (*define)(Module&, const Broker&)) {
  HAWSER_ASSIGN_OR_RETURN(
      std::unique_ptr<Module> module,
      Module::Make(broker.NewHost(name), name, [&](Module& body) { define(body, broker); }));
  // remote.process is getGlobal("process") as well.
  if (name == "process") module->Global(name, module->exports());
  return broker.AddModule(std::move(module));
}

}  // namespace

absl::Status AddBuiltins(Broker& broker) {
  HAWSER_RETURN_IF_ERROR(Add(broker, "process", &DefineProcess));
  HAWSER_RETURN_IF_ERROR(Add(broker, "app", &DefineApp));
  return AddInspection(broker);
}

}  // namespace hawser::broker
