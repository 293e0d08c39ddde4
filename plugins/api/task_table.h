#ifndef HAWSER_TASK_TABLE_H_
#define HAWSER_TASK_TABLE_H_

// TaskTable: the tasks, timers and continuations of one module that have not run. What the host and
// promises hold of one is only its number here; so a module that goes takes its code with it,
// whatever is still queued. Thread-safe. Authors do not use this header.

#include <memory>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "hawser/base/mutex.h"
#include "hawser/module_host.h"

namespace hawser {

class Module;

namespace internal {

class TaskTable : public std::enable_shared_from_this<TaskTable> {
 public:
  using Work = absl::AnyInvocable<void(Outcome)>;

  TaskTable(Module& module, ModuleHost& host) : module_(module), host_(host) {}

  // Each runs `work` once on `executor`, marked as code of the module; what it throws is logged.
  // After `after`: gives a number for Cancel, never 0.
  uint64_t Start(absl::Duration after, base::Executor& executor, Work work) HAWSER_EXCLUDES(mu_);
  void Post(base::Executor& executor, Work work) HAWSER_EXCLUDES(mu_);
  // When `promise` settles.
  void Then(const ObjectRef& promise, base::Executor& executor, Work work) HAWSER_EXCLUDES(mu_);

  void Cancel(uint64_t task) HAWSER_EXCLUDES(mu_);
  // Drops all, and takes no more.
  void Close() HAWSER_EXCLUDES(mu_);
  size_t size() const HAWSER_EXCLUDES(mu_);

 private:
  struct Entry {
    std::string_view what;  // for the log
    Work work;
    uint64_t host_timer = 0;
  };

  uint64_t Add(std::string_view what, Work work) HAWSER_EXCLUDES(mu_);
  void Run(uint64_t task, Outcome outcome) HAWSER_EXCLUDES(mu_);

  Module& module_;  // outlives the entries
  ModuleHost& host_;
  mutable base::Mutex mu_;
  absl::flat_hash_map<uint64_t, Entry> entries_ HAWSER_GUARDED_BY(mu_);
  uint64_t last_ HAWSER_GUARDED_BY(mu_) = 0;
  bool closed_ HAWSER_GUARDED_BY(mu_) = false;
};

}  // namespace internal
}  // namespace hawser

#endif  // HAWSER_TASK_TABLE_H_
