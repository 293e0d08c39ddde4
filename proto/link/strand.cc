#include "proto/link/strand.h"

#include <utility>

namespace hawser::link {
namespace {

// Tasks run in one turn before others of the pool get theirs.
constexpr int kTurn = 64;

}  // namespace

void Strand::Post(base::Task task) {
  {
    base::MutexLock lock(mu_);
    tasks_.push_back(std::move(task));
    if (std::exchange(scheduled_, true)) return;
  }
  pool_.Post([self = shared_from_this()] { self->Run(); });
}

void Strand::Run() {
  base::ScopedExecutor here(this);
  for (int i = 0; i < kTurn; ++i) {
    base::Task task;
    {
      base::MutexLock lock(mu_);
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

bool Strand::RunsHere() const { return base::CurrentExecutor() == this; }

size_t Strand::queued() const {
  base::MutexLock lock(mu_);
  return tasks_.size();
}

}  // namespace hawser::link
