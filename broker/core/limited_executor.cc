#include "broker/core/limited_executor.h"

#include <utility>

namespace hawser::broker {

void LimitedExecutor::Post(base::Task task) {
  {
    base::MutexLock lock(mu_);
    tasks_.push_back(std::move(task));
    if (under_way_ == limit_) return;
    ++under_way_;
    ++to_come_;
  }
  executor_.Post([this] { RunOne(); });
}

void LimitedExecutor::RunOne() {
  base::Task task;
  {
    base::MutexLock lock(mu_);
    task = std::move(tasks_.front());
    tasks_.pop_front();
    --to_come_;
  }
  std::move(task)();
  task = nullptr;
  {
    base::MutexLock lock(mu_);
    // Each turn to come has a task of its own.
    if (tasks_.size() == static_cast<size_t>(to_come_)) {
      --under_way_;
      return;
    }
    ++to_come_;
  }
  // Not at once: others who wait for the executor have their turn first.
  executor_.Post([this] { RunOne(); });
}

}  // namespace hawser::broker
