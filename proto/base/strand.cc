#include "hawser/base/strand.h"

#include <utility>

namespace hawser::base {
namespace {

// Tasks run in one turn before others of the pool get theirs.
constexpr int kTurn = 64;

}  // namespace

void Strand::Post(Task task) {
  {
    MutexLock lock(mu_);
    tasks_.push_back(std::move(task));
    if (std::exchange(scheduled_, true)) return;
  }
  pool_.Post([self = shared_from_this()] { self->Run(); });
}

void Strand::Run() {
  ScopedExecutor here(this);
  for (int i = 0; i < kTurn; ++i) {
    Task task;
    {
      MutexLock lock(mu_);
      if (tasks_.empty()) {
        scheduled_ = false;
        return;
      }
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    std::move(task)();
  }
  pool_.Post([self = shared_from_this()] { self->Run(); });
}

bool Strand::RunsHere() const { return CurrentExecutor() == this; }

size_t Strand::queued() const {
  MutexLock lock(mu_);
  return tasks_.size();
}

}  // namespace hawser::base
