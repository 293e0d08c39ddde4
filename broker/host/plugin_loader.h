#ifndef HAWSER_BROKER_HOST_PLUGIN_LOADER_H_
#define HAWSER_BROKER_HOST_PLUGIN_LOADER_H_

// Loading plugins: everything that can be wrong with a file is found here, one check after the
// other, before any code of its module runs; each refusal says which file, what is wrong, and what
// to do. A refused file leaves nothing behind.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "broker/host/shared_library.h"
#include "hawser/abi.h"
#include "hawser/module_host.h"

namespace hawser::broker {

// A plugin whose file is loaded and good; its module is not made yet. Thread-compatible.
class Plugin {
 public:
  // In this order:
  //   NOT_FOUND            no such file
  //   INVALID_ARGUMENT     no library, a symbol it needs is missing, it exports no hawser_plugin,
  //                        describes nothing, or has no usable name
  //   FAILED_PRECONDITION  built for another version of Hawser or with another compiler or Abseil:
  //                        build it again
  static absl::StatusOr<Plugin> Load(const std::string& path);

  std::string_view name() const { return info_->name; }
  std::string_view version() const { return info_->version; }
  const std::string& path() const { return library_.path(); }

  // Makes its module, which keeps the library loaded and takes it along when it is destroyed.
  // `host` outlives the module. INTERNAL: its create failed, threw, or made nothing. `on_unloaded`
  // is told, after the module is gone, whether the library has left memory too (false: it is
  // pinned).
  static absl::StatusOr<std::shared_ptr<HostedModule>> CreateModule(
      Plugin plugin, ModuleHost& host, std::function<void(bool left)> on_unloaded = nullptr);

 private:
  Plugin(SharedLibrary library, const hawser_plugin_info* info)
      : library_(std::move(library)), info_(info) {}

  SharedLibrary library_;
  const hawser_plugin_info* info_;  // in library_
};

// The plugin files (*.so) directly in `folder`, sorted by name. NOT_FOUND if there is no such
// folder.
absl::StatusOr<std::vector<std::string>> PluginFilesIn(const std::string& folder);

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_HOST_PLUGIN_LOADER_H_
