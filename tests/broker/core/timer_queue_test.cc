#include "broker/core/timer_queue.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/manual_executor.h"

namespace hawser::tests {
namespace {

class TimerQueueTest : public ::testing::Test {
 protected:
  uint64_t In(absl::Duration after, std::string mark) {
    return timers_.Start(clock_.Now() + after, executor_, [this, mark] { ran_ += mark; });
  }
  std::string Run() {
    timers_.RunDue();
    executor_.RunAll();
    return std::exchange(ran_, "");
  }

  FakeClock clock_;
  broker::TimerQueue timers_{clock_};
  ManualExecutor executor_;
  std::string ran_;
};

TEST_F(TimerQueueTest, TimersRunInTheOrderOfTheirTimesAndNotBefore) {
  In(absl::Seconds(2), "b");
  In(absl::Seconds(1), "a");
  In(absl::Seconds(2), "c");
  EXPECT_EQ(Run(), "");
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Run(), "a");
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Run(), "bc");
}

TEST_F(TimerQueueTest, ACancelledTimerNeitherRunsNorKeepsWhatItOwns) {
  auto owned = std::make_shared<int>(0);
  uint64_t timer = timers_.Start(clock_.Now(), executor_, [owned] {});
  timers_.Cancel(timer);
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_EQ(timers_.RunDue(), 0u);
  timers_.Cancel(timer);
  timers_.Cancel(12345);
}

TEST_F(TimerQueueTest, NextIsTheEarliestAndItsComingForwardIsTold) {
  int told = 0;
  timers_.set_on_earlier([&] { ++told; });
  EXPECT_EQ(timers_.next(), base::MonoTime::Max());
  In(absl::Seconds(5), "x");
  In(absl::Seconds(9), "y");
  EXPECT_EQ(told, 1);
  In(absl::Seconds(1), "z");
  EXPECT_EQ(told, 2);
  EXPECT_EQ(timers_.next(), clock_.Now() + absl::Seconds(1));
}

}  // namespace
}  // namespace hawser::tests
