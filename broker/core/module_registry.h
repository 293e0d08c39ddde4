#ifndef HAWSER_BROKER_CORE_MODULE_REGISTRY_H_
#define HAWSER_BROKER_CORE_MODULE_REGISTRY_H_

// ModuleRegistry: the modules of this broker by name, and what they define for everyone: globals, built-ins, entry hooks, the current
// window of a session. A module here is shared: a session or call that uses it keeps it while the registry forgets it.
// Thread-safe. No module code runs under its lock.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "hawser/base/mutex.h"
#include "hawser/module_host.h"

namespace hawser::broker {

class ModuleRegistry {
 public:
  using ModulePtr = std::shared_ptr<HostedModule>;

  // ALREADY_EXISTS if the name is taken. `path` is where a plugin was loaded from ("" for built-ins), for require by path.
  absl::Status Add(ModulePtr module, std::string path) HAWSER_EXCLUDES(mu_);
  // A module a session provides (remote.provide). ALREADY_EXISTS if a loaded module or another session has the name.
  absl::Status AddProvided(std::string_view name, ObjectRef object, SessionId provider) HAWSER_EXCLUDES(mu_);
  // Drops everything `provider` provided.
  void RemoveProvided(const SessionId& provider) HAWSER_EXCLUDES(mu_);

  // By name, or by path relative to `main_dir` ("./sub/foo", with or without ".so"); a path that leads outside main_dir is
  // PERMISSION_DENIED, an unknown name NOT_FOUND with the names that are near it.
  absl::StatusOr<Value> Require(std::string_view name) const HAWSER_EXCLUDES(mu_);
  absl::StatusOr<Value> Builtin(std::string_view name) const HAWSER_EXCLUDES(mu_);
  absl::StatusOr<Value> Global(std::string_view name) const HAWSER_EXCLUDES(mu_);

  struct Listed {
    std::string name;
    std::string path;
    ModulePtr module;      // null for a provided one
    ObjectRef provided;
    SessionId provider;
  };
  std::vector<Listed> List() const HAWSER_EXCLUDES(mu_);
  std::vector<std::string> BuiltinNames() const HAWSER_EXCLUDES(mu_);
  // Modules with an entry hook, in the order they were added.
  std::vector<ModulePtr> EntryHooks() const HAWSER_EXCLUDES(mu_);

  // Set once before the first Require. Default "".
  void set_main_dir(std::string dir) { main_dir_ = std::move(dir); }
  const std::string& main_dir() const { return main_dir_; }

 private:
  std::string main_dir_;
  mutable base::Mutex mu_;
  std::map<std::string, Listed, std::less<>> modules_ HAWSER_GUARDED_BY(mu_);
  std::vector<ModulePtr> hooks_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_MODULE_REGISTRY_H_
