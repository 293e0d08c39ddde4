#include "hawser/base/clock.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace hawser::base {
namespace {

TEST(MonoTime, AddsAndSubtractsDurations) {
  const MonoTime start{1'000};
  EXPECT_EQ(start + absl::Nanoseconds(500), MonoTime{1'500});
  EXPECT_EQ(start - absl::Nanoseconds(500), MonoTime{500});
  MonoTime moved = start;
  moved += absl::Microseconds(2);
  moved -= absl::Microseconds(1);
  EXPECT_EQ(moved, MonoTime{2'000});
}

TEST(MonoTime, IsOrdered) {
  EXPECT_LT(MonoTime{1}, MonoTime{2});
  EXPECT_LT(MonoTime::Min(), MonoTime{});
  EXPECT_LT(MonoTime{}, MonoTime::Max());
}

TEST(MonoTime, TheDifferenceIsADuration) {
  EXPECT_EQ(MonoTime{5'000} - MonoTime{2'000}, absl::Microseconds(3));
  EXPECT_EQ(MonoTime{2'000} - MonoTime{5'000}, -absl::Microseconds(3));
}

TEST(MonoTime, ArithmeticSaturatesInsteadOfOverflowing) {
  EXPECT_EQ(MonoTime{1} + absl::InfiniteDuration(), MonoTime::Max());
  EXPECT_EQ(MonoTime{-2} - absl::InfiniteDuration(), MonoTime::Min());
  EXPECT_EQ(MonoTime{MonoTime::Max().ns - 1} + absl::Hours(1), MonoTime::Max());
}

TEST(MonoTime, DifferencesOfAnySizeAreRight) {
  const MonoTime late{MonoTime::Max().ns - 1};
  const MonoTime early{MonoTime::Min().ns + 1};
  EXPECT_EQ(late - early, absl::Nanoseconds(late.ns) - absl::Nanoseconds(early.ns));
  EXPECT_GT(late - early, absl::ZeroDuration());
}

TEST(MonoTime, TheEndOfTimeIsInfinitelyFarAway) {
  EXPECT_EQ(MonoTime::Max() - MonoTime{7}, absl::InfiniteDuration());
  EXPECT_EQ(MonoTime{7} - MonoTime::Max(), -absl::InfiniteDuration());
  EXPECT_EQ(MonoTime::Max() - MonoTime::Max(), absl::ZeroDuration());
}

TEST(SystemClock, SteadyTimeNeverGoesBack) {
  MonoTime last = SystemClock().Now();
  for (int i = 0; i < 1'000; ++i) {
    const MonoTime now = SystemClock().Now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(SystemClock, WallTimeIsTheCalendars) {
  EXPECT_GT(SystemClock().WallNow(), absl::FromUnixSeconds(1'600'000'000));
}

TEST(LazyNow, TheClockIsReadOnceWhenItIsFirstAsked) {
  tests::FakeClock clock;
  LazyNow now(clock);
  clock.Advance(absl::Seconds(1));
  const MonoTime first = now.Get();
  EXPECT_EQ(first, clock.Now());
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(now.Get(), first);
}

TEST(FakeClock, TimePassesOnlyWhenTold) {
  tests::FakeClock clock;
  const MonoTime start = clock.Now();
  const absl::Time wall_start = clock.WallNow();
  EXPECT_EQ(clock.Now(), start);
  clock.Advance(absl::Seconds(90));
  EXPECT_EQ(clock.Now() - start, absl::Seconds(90));
  EXPECT_EQ(clock.WallNow() - wall_start, absl::Seconds(90));
}

}  // namespace
}  // namespace hawser::base
