#include "hawser/base/mutex.h"

#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace hawser::base {
namespace {

// A number that threads take turns at.
class Counter {
 public:
  void Add() HAWSER_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    ++value_;
    changed_.NotifyAll();
  }

  void WaitUntil(int value) HAWSER_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    while (value_ < value) changed_.Wait(mu_);
  }

  int value() HAWSER_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    return value_;
  }

 private:
  Mutex mu_;
  CondVar changed_;
  int value_ HAWSER_GUARDED_BY(mu_) = 0;
};

TEST(Mutex, OneThreadAtATimeHoldsIt) {
  Counter counter;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&counter] {
      for (int j = 0; j < 1'000; ++j) counter.Add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 4'000);
}

TEST(Mutex, TryLockFailsWhileAnotherThreadHoldsIt) {
  Mutex mu;
  mu.Lock();
  std::thread([&mu] {
    const bool taken = mu.TryLock();
    EXPECT_FALSE(taken);
    if (taken) mu.Unlock();
  }).join();
  mu.Unlock();
  const bool taken = mu.TryLock();
  EXPECT_TRUE(taken);
  if (taken) mu.Unlock();
}

TEST(CondVar, AWaiterIsWokenByANotification) {
  Counter counter;
  std::thread waker([&counter] {
    for (int i = 0; i < 3; ++i) counter.Add();
  });
  counter.WaitUntil(3);
  waker.join();
  EXPECT_EQ(counter.value(), 3);
}

TEST(CondVar, AWaitWithATimeoutEndsWithoutANotification) {
  Mutex mu;
  CondVar never;
  MutexLock lock(mu);
  while (never.WaitFor(mu, absl::Milliseconds(1))) {
  }
}

TEST(CondVar, ATimeoutThatIsOverDoesNotSleep) {
  Mutex mu;
  CondVar never;
  MutexLock lock(mu);
  EXPECT_FALSE(never.WaitFor(mu, absl::ZeroDuration()));
  EXPECT_FALSE(never.WaitFor(mu, -absl::InfiniteDuration()));
}

TEST(CondVar, AnInfiniteTimeoutWaitsForTheNotification) {
  Mutex mu;
  CondVar changed;
  bool ready = false;
  std::thread waker([&] {
    MutexLock lock(mu);
    ready = true;
    changed.NotifyOne();
  });
  {
    MutexLock lock(mu);
    while (!ready) EXPECT_TRUE(changed.WaitFor(mu, absl::InfiniteDuration()));
  }
  waker.join();
}

}  // namespace
}  // namespace hawser::base
