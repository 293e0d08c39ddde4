#include "tests/client/memory_events.h"

#include <utility>

namespace hawser::tests {

void MemoryEvents::Post(base::Task event) {
  base::MutexLock lock(mu_);
  events_.push_back(std::move(event));
  changed_.NotifyAll();
}

bool MemoryEvents::RunOne(absl::Duration at_most) {
  base::Task event;
  {
    base::MutexLock lock(mu_);
    if (events_.empty() && !woken_) {
      idle_ = true;
      waits_for_ = at_most;
      idle_changed_.NotifyAll();
      changed_.WaitFor(mu_, at_most);
      idle_ = false;
    }
    woken_ = false;
    if (events_.empty()) return false;
    event = std::move(events_.front());
    events_.pop_front();
  }
  event();
  return true;
}

void MemoryEvents::Wake() {
  base::MutexLock lock(mu_);
  woken_ = true;
  changed_.NotifyAll();
}

absl::Duration MemoryEvents::AwaitIdle() {
  base::MutexLock lock(mu_);
  while (!idle_ || !events_.empty() || woken_) idle_changed_.Wait(mu_);
  return waits_for_;
}

void MemoryEvents::Shutdown() {
  while (RunOne(absl::ZeroDuration())) {
  }
}

}  // namespace hawser::tests
