#include "broker/core/limited_executor.h"

#include <vector>

#include "broker/core/thread_pool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/manual_executor.h"

namespace hawser::tests {
namespace {

using broker::LimitedExecutor;
using broker::ThreadPool;
using ::testing::ElementsAre;

TEST(LimitedExecutor, GivesOnItsTasksInOrderAndOnlySoManyAtATime) {
  ManualExecutor executor;
  LimitedExecutor limited(executor, 2);
  std::vector<int> ran;
  for (int i = 0; i < 4; ++i) limited.Post([&, i] { ran.push_back(i); });
  EXPECT_EQ(executor.waiting(), 2u);
  executor.RunOne();
  EXPECT_EQ(executor.waiting(), 2u) << "the place of one that is done is for the next";
  executor.RunOne();
  executor.RunOne();
  EXPECT_EQ(executor.waiting(), 1u);
  executor.RunOne();
  EXPECT_THAT(ran, ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(executor.waiting(), 0u);
}

TEST(LimitedExecutor, LetsOthersOfTheExecutorHaveTheirTurnInBetween) {
  ManualExecutor executor;
  LimitedExecutor limited(executor, 1);
  std::vector<int> ran;
  for (int i = 0; i < 3; ++i) limited.Post([&, i] { ran.push_back(i); });
  executor.Post([&] { ran.push_back(100); });
  executor.RunAll();
  EXPECT_THAT(ran, ElementsAre(0, 100, 1, 2));
}

TEST(LimitedExecutor, ATaskMayPostTheNext) {
  ManualExecutor executor;
  LimitedExecutor limited(executor, 1);
  std::vector<int> ran;
  limited.Post([&] {
    ran.push_back(1);
    limited.Post([&] { ran.push_back(2); });
  });
  executor.RunAll();
  EXPECT_THAT(ran, ElementsAre(1, 2));
}

TEST(LimitedExecutor, EveryTaskRunsOnceWhateverTheThreadsDo) {
  std::atomic<int> runs{0}, now{0}, most{0};
  ThreadPool pool({.threads = 4});
  LimitedExecutor limited(pool, 3);
  for (int i = 0; i < 2000; ++i) {
    limited.Post([&] {
      int running = ++now;
      for (int seen = most; running > seen && !most.compare_exchange_weak(seen, running);) {
      }
      ++runs;
      --now;
    });
  }
  ASSERT_TRUE(pool.AwaitIdle(absl::Seconds(20)));
  EXPECT_EQ(runs, 2000);
  EXPECT_LE(most, 3);
}

}  // namespace
}  // namespace hawser::tests
