#include "broker/core/thread_pool.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"

namespace hawser::broker {
namespace {

thread_local ThreadPool* pool_of_this_thread = nullptr;

}  // namespace

ThreadPool::Blocking::Blocking() : pool_(pool_of_this_thread) {
  if (pool_ == nullptr) return;
  base::MutexLock lock(pool_->mu_);
  ++pool_->blocked_;
  pool_->ReplaceBlocked();
}

ThreadPool::Blocking::~Blocking() {
  if (pool_ == nullptr) return;
  base::MutexLock lock(pool_->mu_);
  --pool_->blocked_;
}

ThreadPool::ThreadPool(Options options) : options_(options) {
  base::MutexLock lock(mu_);
  for (int i = 0; i < options_.threads; ++i) StartThread();
  watcher_ = std::thread([this] { Watch(); });
}

ThreadPool::~ThreadPool() {
  {
    base::MutexLock lock(mu_);
    stopping_ = true;
    wake_.NotifyAll();
    wake_watch_.NotifyAll();
  }
  watcher_.join();
  std::vector<Worker> workers;
  std::vector<std::thread> ended;
  {
    // Nobody starts threads any more, and a stopping pool's threads leave their handles here.
    base::MutexLock lock(mu_);
    workers = std::move(workers_);
    ended = std::move(ended_);
  }
  for (Worker& worker : workers) worker.thread.join();
  for (std::thread& thread : ended) thread.join();
}

void ThreadPool::Post(base::Task task) {
  base::MutexLock lock(mu_);
  tasks_.push_back(std::move(task));
  if (idle_ > 0) wake_.NotifyOne();
  if (blocked_ > 0) ReplaceBlocked();
  if (Behind() && !std::exchange(watching_, true)) wake_watch_.NotifyOne();
}

bool ThreadPool::AwaitIdle(absl::Duration timeout) {
  absl::Time until = absl::Now() + timeout;
  base::MutexLock lock(mu_);
  while (!tasks_.empty() || idle_ < static_cast<int>(workers_.size())) {
    absl::Duration left = until - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    quiet_.WaitFor(mu_, left);
  }
  return true;
}

int ThreadPool::threads() const {
  base::MutexLock lock(mu_);
  return static_cast<int>(workers_.size());
}

void ThreadPool::StartThread() {
  uint64_t id = next_id_++;
  workers_.push_back({id, std::thread([this, id] { Work(id); })});
}

void ThreadPool::ReplaceBlocked() {
  auto threads = static_cast<int>(workers_.size());
  bool short_of = threads - blocked_ < options_.threads && threads < options_.max_threads;
  if (short_of && Behind() && !stopping_) StartThread();
}

void ThreadPool::Work(uint64_t id) {
  pool_of_this_thread = this;
  mu_.Lock();
  for (;;) {
    while (tasks_.empty() && !stopping_) {
      ++idle_;
      if (idle_ == static_cast<int>(workers_.size())) quiet_.NotifyAll();
      bool woken = wake_.WaitFor(mu_, options_.idle_after);
      --idle_;
      if (woken || !tasks_.empty() || stopping_) continue;
      if (static_cast<int>(workers_.size()) <= options_.threads) continue;
      auto self = std::find_if(workers_.begin(), workers_.end(),
                               [id](const Worker& worker) { return worker.id == id; });
      ended_.push_back(std::move(self->thread));
      workers_.erase(self);
      wake_watch_.NotifyOne();
      mu_.Unlock();
      return;
    }
    if (tasks_.empty()) break;
    base::Task task = std::move(tasks_.front());
    tasks_.pop_front();
    ++taken_;
    mu_.Unlock();
    std::move(task)();
    task = nullptr;
    mu_.Lock();
  }
  mu_.Unlock();
}

// Looks at the queue only while tasks wait that no free thread is there for.
void ThreadPool::Watch() {
  mu_.Lock();
  while (!stopping_) {
    if (!ended_.empty()) {
      std::vector<std::thread> ended = std::exchange(ended_, {});
      mu_.Unlock();
      for (std::thread& thread : ended) thread.join();
      mu_.Lock();
      continue;
    }
    if (!Behind()) {
      watching_ = false;
      wake_watch_.Wait(mu_);
      continue;
    }
    uint64_t taken = taken_;
    wake_watch_.WaitFor(mu_, options_.grow_after);
    bool stuck = taken == taken_ && Behind() && !stopping_;
    if (stuck && static_cast<int>(workers_.size()) < options_.max_threads) StartThread();
  }
  mu_.Unlock();
}

}  // namespace hawser::broker
