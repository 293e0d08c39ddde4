#ifndef HAWSER_BROKER_CORE_THREAD_POOL_H_
#define HAWSER_BROKER_CORE_THREAD_POOL_H_

// ThreadPool: runs tasks on a few threads; more only while tasks block for long. Thread-safe.

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
    // While all threads are busy and a task waited this long, one more thread is started, up to max_threads; it ends after a second idle.
    absl::Duration grow_after = absl::Milliseconds(20);
    int max_threads = 64;
  };
  explicit ThreadPool(Options options);
  // Runs what is queued, then joins.
  ~ThreadPool();

  void Post(base::Task task) override HAWSER_EXCLUDES(mu_);
  int threads() const HAWSER_EXCLUDES(mu_);

 private:
  struct Queued;
  void Work() HAWSER_EXCLUDES(mu_);

  const Options options_;
  mutable base::Mutex mu_;
  base::CondVar wake_;
  std::deque<base::Task> tasks_ HAWSER_GUARDED_BY(mu_);
  std::vector<std::thread> threads_ HAWSER_GUARDED_BY(mu_);
  int idle_ HAWSER_GUARDED_BY(mu_) = 0;
  bool stopping_ HAWSER_GUARDED_BY(mu_) = false;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_THREAD_POOL_H_
