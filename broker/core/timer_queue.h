#ifndef HAWSER_BROKER_CORE_TIMER_QUEUE_H_
#define HAWSER_BROKER_CORE_TIMER_QUEUE_H_

// TimerQueue: tasks to be posted to an executor when their time has come. It owns no thread:
// whoever turns the control loop asks next() how long to sleep and calls RunDue(). Thread-safe.

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "hawser/base/clock.h"
#include "hawser/base/executor.h"
#include "hawser/base/mutex.h"

namespace hawser::broker {

class TimerQueue {
 public:
  explicit TimerQueue(const base::Clock& clock) : clock_(clock) {}

  // Posts `task` to `executor` at `when` or soon after. Gives a number for Cancel, never 0.
  uint64_t Start(base::MonoTime when, base::Executor& executor, base::Task task)
      HAWSER_EXCLUDES(mu_);
  // After it returns the task will not be posted; if it was already, nothing happens.
  void Cancel(uint64_t timer) HAWSER_EXCLUDES(mu_);

  // When the earliest timer is due; Max() if there is none.
  base::MonoTime next() const HAWSER_EXCLUDES(mu_);
  // Posts all that is due. Gives how many.
  size_t RunDue() HAWSER_EXCLUDES(mu_);
  size_t size() const HAWSER_EXCLUDES(mu_);

  // Called, without a lock, whenever next() became earlier. Set once, before the first Start.
  void set_on_earlier(std::function<void()> on_earlier) { on_earlier_ = std::move(on_earlier); }

 private:
  struct Timer {
    base::Executor* executor;
    base::Task task;
  };
  using Key = std::pair<base::MonoTime, uint64_t>;

  const base::Clock& clock_;
  std::function<void()> on_earlier_;
  mutable base::Mutex mu_;
  std::map<Key, Timer> timers_ HAWSER_GUARDED_BY(mu_);
  absl::flat_hash_map<uint64_t, base::MonoTime> times_ HAWSER_GUARDED_BY(mu_);
  uint64_t next_id_ HAWSER_GUARDED_BY(mu_) = 1;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_TIMER_QUEUE_H_
