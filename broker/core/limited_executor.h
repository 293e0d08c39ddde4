#ifndef HAWSER_BROKER_CORE_LIMITED_EXECUTOR_H_
#define HAWSER_BROKER_CORE_LIMITED_EXECUTOR_H_

// LimitedExecutor: another executor, of which only so many tasks may be under way at a time; the
// others wait here, first in first out. So what runs freely, and may block all the threads it gets,
// leaves some to the others. Thread-safe.

#include <deque>

#include "hawser/base/executor.h"
#include "hawser/base/mutex.h"

namespace hawser::broker {

class LimitedExecutor final : public base::Executor {
 public:
  // At most `limit` (at least 1) tasks of this one are in `executor`, which outlives it. It outlives
  // its tasks.
  LimitedExecutor(base::Executor& executor, int limit) : executor_(executor), limit_(limit) {}

  void Post(base::Task task) override HAWSER_EXCLUDES(mu_);

 private:
  void RunOne() HAWSER_EXCLUDES(mu_);

  base::Executor& executor_;
  const int limit_;
  base::Mutex mu_;
  std::deque<base::Task> tasks_ HAWSER_GUARDED_BY(mu_);
  int under_way_ HAWSER_GUARDED_BY(mu_) = 0;  // turns asked of executor_ and not yet over
  int to_come_ HAWSER_GUARDED_BY(mu_) = 0;    // those that have not begun
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_LIMITED_EXECUTOR_H_
