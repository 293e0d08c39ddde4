#include "hawser/base/strand.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/manual_executor.h"

namespace hawser::base {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using tests::ManualExecutor;

TEST(StrandTest, TasksRunInTheOrderPostedOnThePool) {
  ManualExecutor pool;
  auto strand = Strand::Make(pool);
  std::vector<int> ran;
  for (int i = 1; i <= 3; ++i) strand->Post([&ran, i] { ran.push_back(i); });
  EXPECT_THAT(ran, IsEmpty());
  EXPECT_EQ(strand->queued(), 3u);
  EXPECT_EQ(pool.waiting(), 1u) << "one turn of the pool for all of them";
  pool.RunAll();
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
  EXPECT_EQ(strand->queued(), 0u);
}

TEST(StrandTest, AnIdleStrandHoldsNoThreadAndStartsAgain) {
  ManualExecutor pool;
  auto strand = Strand::Make(pool);
  int ran = 0;
  strand->Post([&] { ++ran; });
  pool.RunAll();
  EXPECT_EQ(pool.waiting(), 0u);
  strand->Post([&] { ++ran; });
  EXPECT_EQ(pool.waiting(), 1u);
  pool.RunAll();
  EXPECT_EQ(ran, 2);
}

TEST(StrandTest, ATaskPostedByATaskRunsAfterItNotWithinIt) {
  ManualExecutor pool;
  auto strand = Strand::Make(pool);
  std::vector<int> ran;
  strand->Post([&] {
    strand->Post([&] { ran.push_back(2); });
    ran.push_back(1);
  });
  pool.RunAll();
  EXPECT_THAT(ran, ElementsAre(1, 2));
}

TEST(StrandTest, KnowsItRunsOnThisThread) {
  ManualExecutor pool;
  auto strand = Strand::Make(pool), other = Strand::Make(pool);
  bool here = false, there = true;
  strand->Post([&] {
    here = strand->RunsHere();
    there = other->RunsHere();
  });
  EXPECT_FALSE(strand->RunsHere());
  pool.RunAll();
  EXPECT_TRUE(here);
  EXPECT_FALSE(there);
  EXPECT_FALSE(strand->RunsHere());
}

TEST(StrandTest, ALongQueueLetsOthersOfThePoolHaveTheirTurn) {
  ManualExecutor pool;
  auto strand = Strand::Make(pool);
  int ran = 0;
  for (int i = 0; i < 1000; ++i) strand->Post([&] { ++ran; });
  int seen_by_other = -1;
  pool.Post([&] { seen_by_other = ran; });
  pool.RunAll();
  EXPECT_EQ(ran, 1000);
  EXPECT_GT(seen_by_other, 0);
  EXPECT_LT(seen_by_other, 1000);
}

TEST(StrandTest, LivesUntilItsQueueIsEmpty) {
  ManualExecutor pool;
  auto strand = Strand::Make(pool);
  std::weak_ptr<Strand> weak = strand;
  bool ran = false;
  strand->Post([&] { ran = true; });
  strand.reset();
  EXPECT_FALSE(weak.expired());
  pool.RunAll();
  EXPECT_TRUE(ran);
  EXPECT_TRUE(weak.expired());
}

// A pool that gives each task a thread of its own: as concurrent as it gets.
class ThreadPerTask final : public Executor {
 public:
  ~ThreadPerTask() override {
    for (;;) {
      std::vector<std::thread> threads;
      {
        MutexLock lock(mu_);
        threads.swap(threads_);
      }
      if (threads.empty()) return;
      for (std::thread& thread : threads) thread.join();
    }
  }
  void Post(Task task) override {
    MutexLock lock(mu_);
    threads_.emplace_back([task = std::move(task)]() mutable { std::move(task)(); });
  }

 private:
  Mutex mu_;
  std::vector<std::thread> threads_ HAWSER_GUARDED_BY(mu_);
};

TEST(StrandTest, TasksOfManyThreadsRunOneAtATimeEachThreadsInItsOrder) {
  constexpr int kThreads = 4, kTasks = 500;
  std::atomic<int> running{0}, together{0};
  int unguarded = 0;
  std::vector<std::vector<int>> ran(kThreads);
  {
    ThreadPerTask pool;
    auto strand = Strand::Make(pool);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < kTasks; ++i) {
          strand->Post([&, thread, i] {
            if (++running > 1) ++together;
            ++unguarded;
            ran[static_cast<size_t>(thread)].push_back(i);
            --running;
          });
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(together, 0);
  EXPECT_EQ(unguarded, kThreads * kTasks);
  for (const std::vector<int>& order : ran) {
    EXPECT_EQ(order.size(), static_cast<size_t>(kTasks));
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  }
}

}  // namespace
}  // namespace hawser::base
