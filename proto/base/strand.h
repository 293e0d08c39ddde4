#ifndef HAWSER_BASE_STRAND_H_
#define HAWSER_BASE_STRAND_H_

// Strand: a queue that runs one task at a time, in order, on the threads of a pool. What runs on it
// needs no lock of its own. It holds no thread while idle. Thread-safe. Shared: a pool's task keeps
// it alive until its queue is empty.

#include <atomic>
#include <deque>
#include <memory>

#include "hawser/base/executor.h"
#include "hawser/base/mutex.h"

namespace hawser::base {

class Strand final : public Executor, public std::enable_shared_from_this<Strand> {
 public:
  // `pool` must outlive the strand and all tasks posted to it.
  static std::shared_ptr<Strand> Make(Executor& pool) {
    return std::shared_ptr<Strand>(new Strand(pool));
  }

  void Post(Task task) override HAWSER_EXCLUDES(mu_);
  // True on a thread that runs a task of this strand.
  bool RunsHere() const;
  size_t queued() const HAWSER_EXCLUDES(mu_);

 private:
  explicit Strand(Executor& pool) : pool_(pool) {}
  void Run() HAWSER_EXCLUDES(mu_);

  Executor& pool_;
  mutable Mutex mu_;
  std::deque<Task> tasks_ HAWSER_GUARDED_BY(mu_);
  bool scheduled_ HAWSER_GUARDED_BY(mu_) = false;
};

}  // namespace hawser::base

#endif  // HAWSER_BASE_STRAND_H_
