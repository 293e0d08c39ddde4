#include "broker/session/control_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <memory>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace hawser::tests {
namespace {

using broker::ControlLoop;
using broker::TimerQueue;
using broker::UniqueFd;
using ::testing::ElementsAre;

constexpr absl::Duration kPatience = absl::Seconds(20);

UniqueFd Event() { return UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }
void Signal(const UniqueFd& event) { EXPECT_EQ(eventfd_write(event.get(), 1), 0); }
void Clear(const UniqueFd& event) {
  eventfd_t count = 0;
  EXPECT_EQ(eventfd_read(event.get(), &count), 0);
}

class ControlLoopTest : public ::testing::Test {
 protected:
  ControlLoopTest() : timers_(clock_), loop_(clock_, timers_) {}

  FakeClock clock_;
  TimerQueue timers_;
  ControlLoop loop_;
};

TEST_F(ControlLoopTest, TasksRunOneAfterTheOtherInTheirOrder) {
  loop_.Start();
  std::vector<int> order;  // needs no lock: that is the point
  for (int i = 0; i < 1000; ++i) loop_.Post([&order, i] { order.push_back(i); });
  loop_.RunAndWait([] {});
  ASSERT_EQ(order.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(ControlLoopTest, WhatATaskPostsRunsAfterItAndNotInsideIt) {
  loop_.Start();
  std::vector<std::string> order;
  loop_.RunAndWait([&] {
    loop_.Post([&] { order.push_back("posted"); });
    order.push_back("task");
  });
  loop_.RunAndWait([] {});
  EXPECT_THAT(order, ElementsAre("task", "posted"));
}

TEST_F(ControlLoopTest, TasksKnowTheLoopAsTheirExecutor) {
  loop_.Start();
  base::Executor* current = nullptr;
  loop_.RunAndWait([&] { current = base::CurrentExecutor(); });
  EXPECT_EQ(current, &loop_);
}

TEST_F(ControlLoopTest, ADescriptorIsReportedAsOftenAsItIsReady) {
  loop_.Start();
  UniqueFd event = Event();
  absl::Notification twice;
  int calls = 0;
  uint64_t watch = loop_.Watch(event.get(), EPOLLIN, [&](uint32_t events) {
    EXPECT_TRUE(events & EPOLLIN);
    if (++calls == 2) {
      Clear(event);
      twice.Notify();
    }
  });
  EXPECT_NE(watch, 0u);
  Signal(event);
  EXPECT_TRUE(twice.WaitForNotificationWithTimeout(kPatience)) << "it is still readable after one";
  loop_.Unwatch(watch);
}

TEST_F(ControlLoopTest, AHangUpIsReportedToWhoAskedForNothing) {
  loop_.Start();
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  absl::Notification hung_up;
  uint64_t watch = 0;
  loop_.RunAndWait([&] {
    watch = loop_.Watch(ours.get(), 0, [&](uint32_t events) {
      EXPECT_TRUE(events & EPOLLHUP);
      loop_.Unwatch(watch);
      hung_up.Notify();
    });
  });
  theirs = UniqueFd();
  EXPECT_TRUE(hung_up.WaitForNotificationWithTimeout(kPatience));
}

TEST_F(ControlLoopTest, NothingIsReportedAfterUnwatch) {
  loop_.Start();
  UniqueFd event = Event();
  std::atomic<int> calls{0};
  auto seen = std::make_shared<int>();
  uint64_t watch = loop_.Watch(event.get(), EPOLLIN, [&, seen](uint32_t) { ++calls; });
  loop_.RunAndWait([&] {
    // Both in one turn, so that the event is there before the watch goes.
    Signal(event);
    loop_.Unwatch(watch);
  });
  loop_.RunAndWait([] {});
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(seen.use_count(), 1) << "what the watch owned is given up with it";
  loop_.Unwatch(watch);
  loop_.Unwatch(4711);
}

TEST_F(ControlLoopTest, WhatTheKernelDoesNotWatchIsRefused) {
  loop_.Start();
  EXPECT_EQ(loop_.Watch(-1, EPOLLIN, [](uint32_t) {}), 0u);
}

TEST_F(ControlLoopTest, ATimerIsRunWhenItsTimeHasCome) {
  loop_.Start();
  int runs = 0;
  timers_.Start(clock_.Now() + absl::Seconds(5), loop_, [&] { ++runs; });
  clock_.Advance(absl::Seconds(4));
  loop_.RunTimers();
  EXPECT_EQ(runs, 0);
  clock_.Advance(absl::Seconds(1));
  loop_.RunTimers();
  EXPECT_EQ(runs, 1);
}

TEST_F(ControlLoopTest, ALoopThatSleepsIsWokenByAnEarlierTimer) {
  TimerQueue timers(base::SystemClock());
  ControlLoop loop(base::SystemClock(), timers);
  loop.Start();
  absl::Notification ran;
  timers.Start(base::SystemClock().Now() + absl::Hours(1), loop, [] { FAIL(); });
  timers.Start(base::SystemClock().Now() + absl::Milliseconds(1), loop, [&] { ran.Notify(); });
  EXPECT_TRUE(ran.WaitForNotificationWithTimeout(kPatience));
}

TEST_F(ControlLoopTest, ALoopThatComesLateSaysByHowMuchBeforeItRunsWhatIsDue) {
  std::vector<std::string> order;
  loop_.OnStall(absl::Milliseconds(250), [&](absl::Duration late) {
    order.push_back("late by " + absl::FormatDuration(late));
  });
  loop_.Start();
  timers_.Start(clock_.Now() + absl::Seconds(1), loop_, [&] { order.push_back("due"); });
  loop_.RunAndWait([&] { clock_.Advance(absl::Seconds(11)); });
  loop_.RunTimers();
  EXPECT_THAT(order, ElementsAre("late by 10s", "due"));
}

TEST_F(ControlLoopTest, ALoopThatIsALittleLateSaysNothing) {
  int stalls = 0;
  loop_.OnStall(absl::Milliseconds(250), [&](absl::Duration) { ++stalls; });
  loop_.Start();
  timers_.Start(clock_.Now() + absl::Seconds(1), loop_, [] {});
  loop_.RunAndWait([&] { clock_.Advance(absl::Milliseconds(1250)); });
  loop_.RunTimers();
  EXPECT_EQ(stalls, 0);
}

TEST_F(ControlLoopTest, WhatNeverRanIsDroppedWhenTheLoopStops) {
  // Not started, so that it cannot have run.
  auto owned = std::make_shared<int>();
  loop_.Post([owned] { FAIL(); });
  EXPECT_EQ(owned.use_count(), 2);
  loop_.Stop();
  EXPECT_EQ(owned.use_count(), 1);
  loop_.Stop();
}

}  // namespace
}  // namespace hawser::tests
