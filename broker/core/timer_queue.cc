#include "broker/core/timer_queue.h"

#include <algorithm>
#include <vector>

namespace hawser::broker {

uint64_t TimerQueue::Start(base::MonoTime when, base::Executor& executor, base::Task task) {
  uint64_t id = 0;
  bool earlier = false;
  {
    base::MutexLock lock(mu_);
    id = next_id_++;
    // A time that has passed is now: how late the queue is worked off must say something about who
    // works it off.
    when = std::max(when, clock_.Now());
    earlier = timers_.empty() || when < timers_.begin()->first.first;
    timers_.emplace(Key{when, id}, Timer{&executor, std::move(task)});
    times_.emplace(id, when);
  }
  if (earlier && on_earlier_) on_earlier_();
  return id;
}

void TimerQueue::Cancel(uint64_t timer) {
  base::Task dropped;  // destroyed after the lock is free: it may own anything
  base::MutexLock lock(mu_);
  auto time = times_.find(timer);
  if (time == times_.end()) return;
  auto entry = timers_.find(Key{time->second, timer});
  dropped = std::move(entry->second.task);
  timers_.erase(entry);
  times_.erase(time);
}

base::MonoTime TimerQueue::next() const {
  base::MutexLock lock(mu_);
  return timers_.empty() ? base::MonoTime::Max() : timers_.begin()->first.first;
}

size_t TimerQueue::RunDue() {
  std::vector<Timer> due;
  {
    base::MutexLock lock(mu_);
    base::MonoTime now = clock_.Now();
    while (!timers_.empty() && timers_.begin()->first.first <= now) {
      times_.erase(timers_.begin()->first.second);
      due.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
  }
  for (Timer& timer : due) timer.executor->Post(std::move(timer.task));
  return due.size();
}

size_t TimerQueue::size() const {
  base::MutexLock lock(mu_);
  return timers_.size();
}

}  // namespace hawser::broker
