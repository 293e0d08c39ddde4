#ifndef HAWSER_BROKER_CORE_MODULE_REGISTRY_H_
#define HAWSER_BROKER_CORE_MODULE_REGISTRY_H_

// ModuleRegistry: the modules of this broker by name, and what they define for everyone: globals,
// built-ins, entry hooks. A module here is shared: a session or call that uses it keeps it while
// the registry forgets it. Thread-safe. No module code runs under its lock.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hawser/base/clock.h"
#include "hawser/base/mutex.h"
#include "hawser/module_host.h"

namespace hawser::broker {

class ModuleRegistry {
 public:
  // Shared by the registry, by the loader that must outlive its last use, and by work on its
  // strand.
  using ModulePtr = std::shared_ptr<HostedModule>;
  using Modules = std::vector<ModulePtr>;

  // `clock` outlives it.
  explicit ModuleRegistry(const base::Clock& clock = base::SystemClock());

  // ALREADY_EXISTS if the name is taken, UNAVAILABLE if by a session, which will end. `path` is the
  // file a plugin was loaded from ("" for built-ins), for require by path.
  absl::Status Add(ModulePtr module, std::string path) HAWSER_EXCLUDES(mu_);
  // Forgets the module of that name, if it is `module`.
  void Remove(const ModulePtr& module) HAWSER_EXCLUDES(mu_);
  // A module a session provides (remote.provide). INVALID_ARGUMENT for a name no module may have,
  // ALREADY_EXISTS if a loaded module or another session has it, RESOURCE_EXHAUSTED if the session
  // has `max_names` already. Providing a name again replaces one's own.
  absl::Status AddProvided(std::string_view name, ObjectRef object, SessionId provider,
                           size_t max_names) HAWSER_EXCLUDES(mu_);
  // Drops everything `provider` provided.
  void RemoveProvided(const SessionId& provider) HAWSER_EXCLUDES(mu_);

  // By name, or by path relative to `main_dir` ("./sub/foo", with or without ".so"), which loads a
  // plugin that is there and was not loaded yet. A path that leads outside main_dir is
  // PERMISSION_DENIED, an unknown name NOT_FOUND with the names that are near it; a provided object
  // that is gone is NOT_FOUND too, with the reason; a plugin that cannot be loaded is what the loader
  // says.
  struct Required {
    Value exports;
    std::string name;  // the module's, however it was asked for
    bool builtin = false;
  };
  absl::StatusOr<Required> Require(std::string_view name) const HAWSER_EXCLUDES(mu_);
  absl::StatusOr<Value> Builtin(std::string_view name) const HAWSER_EXCLUDES(mu_);
  absl::StatusOr<Value> Global(std::string_view name) const HAWSER_EXCLUDES(mu_);

  struct Listed {
    std::string name;
    std::string path;
    ModulePtr module;  // null for a provided one
    ObjectRef provided;
    SessionId provider;
    absl::Time since;  // it was added, or provided under this name first
  };
  // By name.
  std::vector<Listed> List() const HAWSER_EXCLUDES(mu_);
  std::vector<std::string> BuiltinNames() const HAWSER_EXCLUDES(mu_);
  // Every module that is no session's, in the order they were added.
  std::shared_ptr<const Modules> modules() const HAWSER_EXCLUDES(mu_);
  // Those with an entry hook, in the order they were added.
  std::shared_ptr<const Modules> hooks() const HAWSER_EXCLUDES(mu_);
  // Rises with every change of the built-ins.
  uint64_t version() const { return version_.load(std::memory_order_acquire); }

  // Makes a module of a file and adds it here. Called without the lock, one file at a time. Set once
  // before the first Require; without, require by path reaches only what is loaded.
  using Loader = std::function<absl::Status(const std::string& file)>;
  void set_loader(Loader loader) { loader_ = std::move(loader); }
  // Set once before the first Require; absolute. Default "": no require by path.
  void set_main_dir(std::string dir) { main_dir_ = std::move(dir); }
  const std::string& main_dir() const { return main_dir_; }

 private:
  absl::StatusOr<Required> RequireByPath(std::string_view name) const HAWSER_EXCLUDES(mu_);
  // The module that was loaded from one of `files`; nothing: there is none.
  std::optional<Required> LoadedFrom(std::span<const std::string> files) const HAWSER_EXCLUDES(mu_);
  absl::Status Load(const std::string& file) const HAWSER_EXCLUDES(mu_);
  absl::Status NotFound(std::string_view what, std::string_view name,
                        const std::vector<std::string>& known) const;
  void Rebuild() HAWSER_REQUIRES(mu_);

  const base::Clock& clock_;
  Loader loader_;
  std::string main_dir_;
  std::atomic<uint64_t> version_{0};
  mutable base::Mutex mu_;
  mutable base::CondVar loaded_;
  mutable bool loading_ HAWSER_GUARDED_BY(mu_) = false;  // a thread is in loader_
  std::map<std::string, Listed, std::less<>> modules_ HAWSER_GUARDED_BY(mu_);
  // Replaced as wholes, so that readers walk them without the lock.
  std::shared_ptr<const Modules> order_ HAWSER_GUARDED_BY(mu_);
  std::shared_ptr<const Modules> hooks_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_MODULE_REGISTRY_H_
