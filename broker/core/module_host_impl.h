#ifndef HAWSER_BROKER_CORE_MODULE_HOST_IMPL_H_
#define HAWSER_BROKER_CORE_MODULE_HOST_IMPL_H_

// ModuleHostImpl: what one module of the broker gets of its surroundings: strands on the pool,
// timers of the control thread, a place in the log. Each module has its own, so that every executor
// it was given, and so every object at home there, is known to be that module's.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "broker/core/limited_executor.h"
#include "broker/core/timer_queue.h"
#include "hawser/base/mutex.h"
#include "hawser/base/strand.h"
#include "hawser/module_host.h"

namespace hawser::broker {

// Which module an executor belongs to. Thread-safe.
class HomeTable {
 public:
  void Add(const base::Executor* home, std::string_view module) HAWSER_EXCLUDES(mu_);
  void Remove(const base::Executor* home) HAWSER_EXCLUDES(mu_);
  // "" for what is no module's: promises, plain functions, objects of other sessions.
  std::string ModuleOf(const Object& object) const HAWSER_EXCLUDES(mu_);
  std::string ModuleOf(const base::Executor* home) const HAWSER_EXCLUDES(mu_);

 private:
  mutable base::Mutex mu_;
  absl::flat_hash_map<const base::Executor*, std::string> modules_ HAWSER_GUARDED_BY(mu_);
};

// What all modules of a broker share. Outlives them.
struct ModuleServices {
  base::Executor& pool;
  // For what may run beside other work of its module, and so on many threads: has not all of the
  // pool's. Of one module at most so many tasks are in it.
  base::Executor& shared;
  int shared_per_module;
  TimerQueue& timers;
  const base::Clock& clock;
  HomeTable& homes;
  // An object of a module is no more: tells its holders.
  std::function<void(const Object&, GoneReason)> on_gone;
};

// Thread-safe. Outlives its module and all work on its executors.
class ModuleHostImpl final : public ModuleHost {
 public:
  ModuleHostImpl(const ModuleServices& services, std::string name);
  ~ModuleHostImpl();

  const std::string& name() const { return name_; }

  base::Executor& NewStrand() override HAWSER_EXCLUDES(mu_);
  base::Executor& pool() override { return pool_; }
  const base::Clock& clock() const override { return services_.clock; }
  uint64_t StartTimer(base::MonoTime when, base::Executor& executor, base::Task task) override;
  void CancelTimer(uint64_t timer) override { services_.timers.Cancel(timer); }
  void Log(std::string_view module, Severity severity, std::string_view message) override;
  void ObjectGone(const Object& object, GoneReason reason) override;

  // Tasks that wait on its strands; for inspection.
  size_t queued() const HAWSER_EXCLUDES(mu_);

 private:
  const ModuleServices& services_;
  const std::string name_;
  LimitedExecutor pool_;
  mutable base::Mutex mu_;
  std::vector<std::shared_ptr<base::Strand>> strands_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_MODULE_HOST_IMPL_H_
