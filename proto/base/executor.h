#ifndef PROTO_BASE_EXECUTOR_H_
#define PROTO_BASE_EXECUTOR_H_

// Who runs a piece of work, left open: a pool, a strand, the caller itself, or a test that runs it
// step by step.

#include "absl/functional/any_invocable.h"

namespace hawser::base {

// A piece of work, run once. Move-only, so it may own what it works on; small ones need no
// allocation.
using Task = absl::AnyInvocable<void()>;

// Runs tasks. Implementations are thread-safe, and say in which order and on which threads tasks
// run.
class Executor {
 public:
  virtual ~Executor() = default;

  // Takes the task over and runs it, now or later. A task that never runs is destroyed at the
  // latest with the executor. The caller holds no lock that the task or its destructor may want.
  virtual void Post(Task task) = 0;
};

// The strand, or other executor whose tasks run one at a time, that runs on this thread now; null
// if none does. What belongs to it may be called at once.
Executor* CurrentExecutor();

// Makes `executor` current on this thread until the end of the scope. For executors, around the
// tasks they run.
class ScopedExecutor {
 public:
  explicit ScopedExecutor(Executor* executor);
  ~ScopedExecutor();
  ScopedExecutor(const ScopedExecutor&) = delete;
  ScopedExecutor& operator=(const ScopedExecutor&) = delete;

 private:
  Executor* const previous_;
};

}  // namespace hawser::base

#endif  // PROTO_BASE_EXECUTOR_H_
