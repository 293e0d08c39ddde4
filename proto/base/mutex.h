#ifndef PROTO_BASE_MUTEX_H_
#define PROTO_BASE_MUTEX_H_

// Mutex, MutexLock and CondVar: std::mutex and std::condition_variable, annotated so that clang
// proves who holds what. They wrap the standard ones, and not Abseil's, because ThreadSanitizer
// understands those without an instrumented library.
//
//   base::MutexLock lock(mu_);
//   while (queue_.empty()) not_empty_.Wait(mu_);

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"
#include "hawser/base/thread_annotations.h"

namespace hawser::base {

// A lock for one thread at a time; not recursive. Thread-safe. Prefer MutexLock to calling Lock and
// Unlock.
class HAWSER_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() HAWSER_ACQUIRE() { mutex_.lock(); }
  void Unlock() HAWSER_RELEASE() { mutex_.unlock(); }

  // Takes the lock if it is free and says whether it did; never waits.
  [[nodiscard]] bool TryLock() HAWSER_TRY_ACQUIRE(true) { return mutex_.try_lock(); }

  // Tells the analysis, without checking, that this thread holds the lock: for lambdas run under
  // it, which it cannot follow.
  void AssertHeld() const HAWSER_ASSERT_CAPABILITY(this) {}

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a mutex from construction to the end of its scope.
class HAWSER_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) HAWSER_ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() HAWSER_RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Where threads sleep until another one says that something changed. Wake-ups may come without a
// reason: wait in a loop over the condition. Thread-safe. Every waiter of one CondVar uses the same
// mutex.
class CondVar {
 public:
  CondVar() = default;
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  // Gives `mutex` up, sleeps until notified, and takes it again.
  void Wait(Mutex& mutex) HAWSER_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }

  // The same, for at most `timeout` of steady time. False if the time passed without a
  // notification. A timeout of zero or less does not sleep; an infinite one is Wait.
  bool WaitFor(Mutex& mutex, absl::Duration timeout) HAWSER_REQUIRES(mutex) {
    // Beyond a year the standard's own arithmetic may overflow; nobody sleeps that long without
    // being notified.
    if (timeout > absl::Hours(24 * 365)) {
      Wait(mutex);
      return true;
    }
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const std::cv_status status = condition_.wait_for(lock, absl::ToChronoNanoseconds(timeout));
    lock.release();
    return status == std::cv_status::no_timeout;
  }

  // Wakes one waiter, or all of them. The mutex need not be held.
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace hawser::base

#endif  // PROTO_BASE_MUTEX_H_
