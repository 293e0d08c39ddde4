#include "hawser/base/executor.h"

#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace hawser::base {
namespace {

// Keeps tasks until told to run them.
class ManualExecutor final : public Executor {
 public:
  void Post(Task task) override { tasks_.push_back(std::move(task)); }

  void RunAll() {
    for (Task& task : std::exchange(tasks_, {})) task();
  }

 private:
  std::vector<Task> tasks_;
};

TEST(Executor, ATaskMayOwnWhatItWorksOn) {
  ManualExecutor executor;
  int result = 0;
  executor.Post([owned = std::make_unique<int>(7), &result] { result = *owned; });
  executor.RunAll();
  EXPECT_EQ(result, 7);
}

TEST(Executor, ATaskThatNeverRunsReleasesWhatItOwns) {
  auto watched = std::make_shared<int>(0);
  {
    ManualExecutor executor;
    executor.Post([watched] {});
    EXPECT_EQ(watched.use_count(), 2);
  }
  EXPECT_EQ(watched.use_count(), 1);
}

TEST(Executor, NoneIsCurrentOnAThreadThatRunsNone) { EXPECT_EQ(CurrentExecutor(), nullptr); }

TEST(Executor, IsCurrentInItsScopeAndTheFormerOneAfterIt) {
  ManualExecutor outer;
  ManualExecutor inner;
  {
    ScopedExecutor in_outer(&outer);
    {
      ScopedExecutor in_inner(&inner);
      EXPECT_EQ(CurrentExecutor(), &inner);
    }
    EXPECT_EQ(CurrentExecutor(), &outer);
  }
  EXPECT_EQ(CurrentExecutor(), nullptr);
}

TEST(Executor, IsCurrentOnItsOwnThreadOnly) {
  ManualExecutor executor;
  ScopedExecutor here(&executor);
  Executor* elsewhere = &executor;
  std::thread([&] { elsewhere = CurrentExecutor(); }).join();
  EXPECT_EQ(elsewhere, nullptr);
}

}  // namespace
}  // namespace hawser::base
