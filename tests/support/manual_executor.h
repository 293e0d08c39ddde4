#ifndef TESTS_SUPPORT_MANUAL_EXECUTOR_H_
#define TESTS_SUPPORT_MANUAL_EXECUTOR_H_

// An executor that runs its tasks when the test says so, on the test's thread.

#include <cstddef>
#include <deque>
#include <utility>

#include "hawser/base/executor.h"
#include "hawser/base/mutex.h"

namespace hawser::tests {

// Tasks may be posted from any thread; they run in order. Is current while it runs one.
class ManualExecutor final : public base::Executor {
 public:
  void Post(base::Task task) override {
    base::MutexLock lock(mu_);
    tasks_.push_back(std::move(task));
  }

  size_t waiting() const {
    base::MutexLock lock(mu_);
    return tasks_.size();
  }

  // False if none waits.
  bool RunOne() {
    base::Task task;
    {
      base::MutexLock lock(mu_);
      if (tasks_.empty()) return false;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    base::ScopedExecutor here(this);
    task();
    return true;
  }

  // Until none waits, those included that are posted meanwhile.
  void RunAll() {
    while (RunOne()) {
    }
  }

 private:
  mutable base::Mutex mu_;
  std::deque<base::Task> tasks_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::tests

#endif  // TESTS_SUPPORT_MANUAL_EXECUTOR_H_
