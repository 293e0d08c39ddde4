#ifndef HAWSER_BROKER_CORE_THREAD_POOL_H_
#define HAWSER_BROKER_CORE_THREAD_POOL_H_

// ThreadPool: runs tasks on a few threads; more only while tasks block for long, so that modules
// that wait for a disk or a peer do not stand in the way of the others. Thread-safe.

#include <cstdint>
#include <deque>
#include <thread>
#include <vector>

#include "hawser/base/executor.h"
#include "hawser/base/mutex.h"

namespace hawser::broker {

class ThreadPool final : public base::Executor {
 public:
  struct Options {
    int threads = 4;
    // While no thread is free and none has become free for this long, one more is started, up to
    // max_threads; it ends after `idle_after` without work.
    absl::Duration grow_after = absl::Milliseconds(20);
    absl::Duration idle_after = absl::Seconds(1);
    int max_threads = 64;
  };
  // Around code that may block its thread. While it lasts, the thread does not count among
  // Options::threads: a task that waits gets another one at once, and not after grow_after. On a
  // thread of no pool it does nothing.
  class Blocking {
   public:
    Blocking();
    ~Blocking();
    Blocking(const Blocking&) = delete;
    Blocking& operator=(const Blocking&) = delete;

   private:
    ThreadPool* const pool_;  // of this thread
  };

  explicit ThreadPool(Options options);
  // Runs what is queued, and what that posts, then joins.
  ~ThreadPool();

  void Post(base::Task task) override HAWSER_EXCLUDES(mu_);
  // Waits until nothing is queued or running, at most `timeout`. False if something still is.
  bool AwaitIdle(absl::Duration timeout) HAWSER_EXCLUDES(mu_);
  int threads() const HAWSER_EXCLUDES(mu_);

 private:
  void StartThread() HAWSER_REQUIRES(mu_);
  // Starts a thread in the place of one that blocks, if a task waits for it.
  void ReplaceBlocked() HAWSER_REQUIRES(mu_);
  void Work(uint64_t id) HAWSER_EXCLUDES(mu_);
  void Watch() HAWSER_EXCLUDES(mu_);
  // More tasks wait than threads. A thread counts as free until it is awake, so "some are free"
  // says nothing.
  bool Behind() const HAWSER_REQUIRES(mu_) { return tasks_.size() > static_cast<size_t>(idle_); }

  const Options options_;
  mutable base::Mutex mu_;
  base::CondVar wake_;        // a task was queued, or the pool stops
  base::CondVar wake_watch_;  // the watcher has something to look at
  base::CondVar quiet_;       // nothing is queued or running
  std::deque<base::Task> tasks_ HAWSER_GUARDED_BY(mu_);
  struct Worker {
    uint64_t id;
    std::thread thread;
  };
  std::vector<Worker> workers_ HAWSER_GUARDED_BY(mu_);
  std::vector<std::thread> ended_ HAWSER_GUARDED_BY(mu_);  // to be joined
  uint64_t next_id_ HAWSER_GUARDED_BY(mu_) = 1;
  uint64_t taken_ HAWSER_GUARDED_BY(mu_) = 0;  // tasks taken from the queue since start
  int idle_ HAWSER_GUARDED_BY(mu_) = 0;
  int blocked_ HAWSER_GUARDED_BY(mu_) = 0;        // threads inside a Blocking
  bool watching_ HAWSER_GUARDED_BY(mu_) = false;  // the watcher looks at the queue
  bool stopping_ HAWSER_GUARDED_BY(mu_) = false;
  std::thread watcher_;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_THREAD_POOL_H_
