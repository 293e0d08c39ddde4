#include "broker/load_plugins.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <utility>

#include "broker/host/plugin_loader.h"
#include "hawser/base/log.h"
#include "hawser/base/string_view.h"
#include "hawser/shape.h"

namespace hawser::broker {
namespace {

// The file that CheckPlugin is at. A handler of exit is told nothing, so it is found here.
const char* checked_file = nullptr;

// A plugin that calls exit would end its own check, with the exit code it likes.
void RefuseExit() {
  if (checked_file == nullptr) return;
  std::fflush(stdout);
  std::fprintf(stderr, "%s ended the process that loaded it: a plugin must not call exit\n",
               checked_file);
  _exit(1);
}

}  // namespace

absl::Status LoadPlugin(Broker& broker, const std::string& path) {
  absl::StatusOr<Plugin> plugin = Plugin::Load(path);
  if (!plugin.ok()) return plugin.status();
  std::string name(plugin->name());
  std::string file = plugin->path();
  auto on_unloaded = [name](bool left) {
    if (!left)
      base::Log(base::LogLevel::kWarning, "plugin stays in memory",
                {{"module", name}, {"unload", "pinned"}});
  };
  absl::StatusOr<std::shared_ptr<HostedModule>> module =
      Plugin::CreateModule(*std::move(plugin), broker.NewHost(name), on_unloaded);
  if (!module.ok()) return module.status();
  std::string version((*module)->version());
  if (absl::Status status = broker.AddModule(*std::move(module), file); !status.ok()) {
    return absl::Status(status.code(), file + ": " + std::string(base::ToStd(status.message())));
  }
  base::Log(base::LogLevel::kInfo, "plugin loaded",
            {{"module", name}, {"version", version}, {"file", file}});
  return absl::OkStatus();
}

namespace {

absl::Status LoadOrNote(Broker& broker, const std::string& file) {
  // Each attempt leaves something behind, a host and lines in the log at least, and any client may
  // ask for the file as often as it likes: what is known is not tried again until the file changes.
  std::optional<Broker::FileState> state = Broker::FileState::Of(file);
  if (state) {
    if (absl::Status known = broker.RefusalOf(*state); !known.ok()) return known;
  }
  absl::Status status = LoadPlugin(broker, file);
  if (!status.ok()) {
    base::Log(base::LogLevel::kError, "plugin refused", {{"file", file}, {"error", status}});
    // What is unavailable may come: the file is still being copied, or a session has its name.
    if (absl::IsUnavailable(status)) state.reset();
    broker.NoteRefused(file, status, state);
  }
  return status;
}

}  // namespace

int LoadPlugins(Broker& broker, const std::vector<std::string>& files,
                const std::vector<std::string>& folders) {
  std::vector<std::string> all = files;
  int failed = 0;
  for (const std::string& folder : folders) {
    absl::StatusOr<std::vector<std::string>> found = PluginFilesIn(folder);
    if (!found.ok()) {
      base::Log(base::LogLevel::kError, "plugin folder refused",
                {{"folder", folder}, {"error", found.status()}});
      ++failed;
      continue;
    }
    all.insert(all.end(), found->begin(), found->end());
  }
  for (const std::string& file : all) {
    if (!LoadOrNote(broker, file).ok()) ++failed;
  }
  return failed;
}

void LoadPluginsOnRequire(Broker& broker) {
  broker.modules().set_loader(
      [&broker](const std::string& file) { return LoadOrNote(broker, file); });
}

namespace {

int Check(const std::string& path) {
  absl::StatusOr<Plugin> plugin = Plugin::Load(path);
  if (!plugin.ok()) {
    std::cerr << base::ToStd(plugin.status().message()) << std::endl;
    return 1;
  }
  std::string name(plugin->name());
  absl::StatusOr<std::unique_ptr<Broker>> broker = Broker::Start({});
  if (!broker.ok()) {
    std::cerr << base::ToStd(broker.status().message()) << std::endl;
    return 1;
  }
  bool unloaded = true;
  absl::StatusOr<std::shared_ptr<HostedModule>> module = Plugin::CreateModule(
      *std::move(plugin), (*broker)->NewHost(name), [&unloaded](bool left) { unloaded = left; });
  if (!module.ok()) {
    std::cerr << base::ToStd(module.status().message()) << std::endl;
    return 1;
  }
  std::cout << "module " << name << " " << (*module)->version() << "\n";
  Value exports = (*module)->exports();
  if (Object* object = exports.AsObject()) {
    for (const Member& member : object->shape()->members()) {
      if (!member.hidden)
        std::cout << "  " << member.name
                  << (member.kind == MemberKind::kMethod ? member.signature.ToString() : "")
                  << "\n";
    }
  } else {
    std::cout << "  exports " << exports.ToString() << "\n";
  }
  for (const std::string& global : (*module)->GlobalNames())
    std::cout << "  global " << global << "\n";
  std::cout << std::flush;
  // What is held here would keep the module from being unloaded.
  exports = Value();
  (*broker)->AddModule(*std::move(module)).IgnoreError();
  (*broker)->Stop(absl::ZeroDuration());
  broker->reset();
  if (!unloaded) {
    std::cerr << "note: it would stay in memory when it is unloaded, because it shows more symbols "
                 "than hawser_plugin: link it with $(pkg-config --libs hawser-module)"
              << std::endl;
  }
  return 0;
}

}  // namespace

int CheckPlugin(const std::string& path) {
  [[maybe_unused]] static const int kRegistered = std::atexit(RefuseExit);
  checked_file = path.c_str();
  int code = Check(path);
  checked_file = nullptr;
  return code;
}

}  // namespace hawser::broker
