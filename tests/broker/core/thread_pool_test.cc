#include "broker/core/thread_pool.h"

#include <atomic>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace hawser::tests {
namespace {

using broker::ThreadPool;

constexpr absl::Duration kPatience = absl::Seconds(20);

// A gate at which tasks wait until the test opens it.
class Gate {
 public:
  void Pass() {
    base::MutexLock lock(mu_);
    ++waiting_;
    changed_.NotifyAll();
    while (!open_) changed_.Wait(mu_);
  }
  void Open() {
    base::MutexLock lock(mu_);
    open_ = true;
    changed_.NotifyAll();
  }
  bool AwaitWaiting(int count) {
    base::MutexLock lock(mu_);
    while (waiting_ < count) {
      if (!changed_.WaitFor(mu_, kPatience)) return false;
    }
    return true;
  }

 private:
  base::Mutex mu_;
  base::CondVar changed_;
  int waiting_ = 0;
  bool open_ = false;
};

TEST(ThreadPool, RunsEveryTaskOnce) {
  std::atomic<int> runs{0};
  {
    ThreadPool pool({.threads = 3});
    for (int i = 0; i < 1000; ++i) pool.Post([&] { ++runs; });
  }
  EXPECT_EQ(runs, 1000);
}

TEST(ThreadPool, WhatATaskPostsWhileThePoolEndsRunsToo) {
  std::atomic<int> runs{0};
  {
    ThreadPool pool({.threads = 1});
    pool.Post([&] { pool.Post([&] { pool.Post([&] { ++runs; }); }); });
  }
  EXPECT_EQ(runs, 1);
}

TEST(ThreadPool, GrowsWhileItsThreadsBlock) {
  Gate gate;
  ThreadPool pool({.threads = 1, .grow_after = absl::Milliseconds(1), .max_threads = 8});
  for (int i = 0; i < 8; ++i) pool.Post([&] { gate.Pass(); });
  EXPECT_TRUE(gate.AwaitWaiting(8));
  EXPECT_EQ(pool.threads(), 8);
  gate.Open();
}

TEST(ThreadPool, NeverHasMoreThreadsThanItMay) {
  Gate gate;
  std::atomic<bool> ran{false};
  ThreadPool pool({.threads = 1, .grow_after = absl::Milliseconds(1), .max_threads = 2});
  pool.Post([&] { gate.Pass(); });
  pool.Post([&] { gate.Pass(); });
  pool.Post([&] { ran = true; });
  EXPECT_TRUE(gate.AwaitWaiting(2));
  EXPECT_FALSE(pool.AwaitIdle(absl::Milliseconds(20)));
  EXPECT_EQ(pool.threads(), 2);
  EXPECT_FALSE(ran);
  gate.Open();
  EXPECT_TRUE(pool.AwaitIdle(kPatience));
  EXPECT_TRUE(ran);
}

// A pool that does not grow by finding out itself that its threads block.
constexpr ThreadPool::Options kOneThread{
    .threads = 1, .grow_after = absl::Hours(1), .max_threads = 3};

TEST(ThreadPool, WhoSaysThatItBlocksIsReplacedAtOnce) {
  Gate gate;
  Gate ran;
  ThreadPool pool(kOneThread);
  pool.Post([&] {
    ThreadPool::Blocking blocking;
    gate.Pass();
  });
  ASSERT_TRUE(gate.AwaitWaiting(1));
  pool.Post([&] { ran.Pass(); });
  EXPECT_TRUE(ran.AwaitWaiting(1));
  EXPECT_EQ(pool.threads(), 2);
  ran.Open();
  gate.Open();
}

TEST(ThreadPool, WhatWaitedBeforeSomebodySaidThatItBlocksRunsToo) {
  Gate before;
  Gate gate;
  Gate ran;
  ThreadPool pool(kOneThread);
  pool.Post([&] {
    before.Pass();
    ThreadPool::Blocking blocking;
    gate.Pass();
  });
  ASSERT_TRUE(before.AwaitWaiting(1));
  pool.Post([&] { ran.Pass(); });
  EXPECT_EQ(pool.threads(), 1);
  before.Open();
  EXPECT_TRUE(ran.AwaitWaiting(1));
  ran.Open();
  gate.Open();
}

TEST(ThreadPool, ThoseThatBlockStayWithinTheLimitAndOneThatIsBackCountsAgain) {
  Gate gate;
  std::atomic<int> runs{0};
  ThreadPool pool(kOneThread);
  for (int i = 0; i < 4; ++i) {
    pool.Post([&] {
      ThreadPool::Blocking blocking;
      gate.Pass();
      ++runs;
    });
  }
  ASSERT_TRUE(gate.AwaitWaiting(3));
  EXPECT_EQ(pool.threads(), 3);
  gate.Open();
  EXPECT_TRUE(pool.AwaitIdle(kPatience));
  EXPECT_EQ(runs, 4);
  ThreadPool::Blocking of_no_pool;
}

TEST(ThreadPool, ThreadsItGrewByEndWhenTheyHaveNothingToDo) {
  Gate gate;
  ThreadPool pool({.threads = 1,
                   .grow_after = absl::Milliseconds(1),
                   .idle_after = absl::Milliseconds(1),
                   .max_threads = 4});
  for (int i = 0; i < 4; ++i) pool.Post([&] { gate.Pass(); });
  ASSERT_TRUE(gate.AwaitWaiting(4));
  gate.Open();
  absl::Time until = absl::Now() + kPatience;
  while (pool.threads() > 1 && absl::Now() < until) std::this_thread::yield();
  EXPECT_EQ(pool.threads(), 1);
}

}  // namespace
}  // namespace hawser::tests
