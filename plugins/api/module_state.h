#ifndef HAWSER_MODULE_STATE_H_
#define HAWSER_MODULE_STATE_H_

// What a Module is made of. Private to this library.

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hawser/base/mutex.h"
#include "hawser/bound_methods.h"
#include "hawser/class_info.h"
#include "hawser/listener_registry.h"
#include "hawser/module.h"
#include "hawser/session_cleanups.h"
#include "hawser/task_table.h"

namespace hawser::internal {

struct ModuleState {
  ModuleState(Module& module, ModuleHost& module_host, std::string module_name)
      : host(module_host),
        name(std::move(module_name)),
        strand(module_host.NewStrand()),
        listeners(module),
        tasks(std::make_shared<TaskTable>(module, module_host)) {}

  // Constant once the module is made.
  ModuleHost& host;
  const std::string name;
  std::string version;
  bool builtin = false;
  bool sealed = false;
  bool has_entry_hook = false;
  Concurrency concurrency = Concurrency::kSerial;
  base::Executor& strand;
  // kPerObject: an object's calls run on one of these, always the same.
  std::array<base::Executor*, 16> object_strands{};

  Ref<StaticObject> export_object;
  std::unique_ptr<MemberTable> emitter_members;
  std::vector<std::unique_ptr<ClassInfo>> classes;
  std::vector<bool> class_emits;  // parallel to classes

  // Used on the strand only.
  std::vector<std::function<void(const SessionRef&)>> on_session_start;
  std::vector<std::function<void(const SessionRef&, EndReason)>> on_session_end;
  std::vector<std::function<HostedModule::Claim(const SessionRef&)>> claims;
  std::vector<std::function<EntryDecision(const EntryRequest&)>> on_entry;
  std::vector<std::function<void()>> on_unload;

  void DropHooks() {
    on_session_start.clear();
    on_session_end.clear();
    claims.clear();
    on_entry.clear();
    on_unload.clear();
  }

  // What calls run, with the objects it holds; none runs.
  void DropCode() {
    export_object->DropCode();
    for (const auto& info : classes) {
      info->members().DropCode();
      info->constructor()->DropCode();
    }
  }

  // Thread-safe.
  std::atomic<uint64_t> pins{0};
  std::atomic<bool> unloaded{false};
  // Nothing of it runs any more: what is dropped is deleted there.
  std::atomic<bool> closing{false};
  ListenerRegistry listeners;
  BoundMethods bound_methods;
  SessionCleanups cleanups;
  const std::shared_ptr<TaskTable> tasks;  // shared with tasks the host runs

  mutable base::Mutex mu;
  // What Exports was given; without it, once the module is made, export_object.
  std::optional<Value> exports HAWSER_GUARDED_BY(mu);
  std::map<std::string, Value, std::less<>> globals HAWSER_GUARDED_BY(mu);
  std::deque<Value> constants HAWSER_GUARDED_BY(mu);
};

}  // namespace hawser::internal

#endif  // HAWSER_MODULE_STATE_H_
