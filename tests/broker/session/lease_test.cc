#include "broker/session/lease.h"

#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace hawser::tests {
namespace {

using broker::Lease;
using broker::LeaseClock;

constexpr absl::Duration kTtl = absl::Seconds(30);
constexpr absl::Duration kZero = absl::ZeroDuration();

class LeaseTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  LeaseClock lease_clock_{clock_, absl::Milliseconds(250), absl::Seconds(1)};
  Lease lease_{lease_clock_, kTtl};
};

TEST_F(LeaseTest, LivesExactlyItsTtl) {
  clock_.Advance(kTtl - absl::Nanoseconds(1));
  EXPECT_EQ(lease_.Judge(), absl::Nanoseconds(1));
  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_EQ(lease_.Judge(), kZero);
  EXPECT_EQ(lease_.state(), Lease::State::kExpired);
}

TEST_F(LeaseTest, ARenewalGivesAWholeTtlFromThen) {
  clock_.Advance(kTtl / 2);
  EXPECT_TRUE(lease_.Renew());
  clock_.Advance(kTtl - absl::Seconds(1));
  EXPECT_EQ(lease_.Judge(), absl::Seconds(1));
}

TEST_F(LeaseTest, AfterExpiryNothingRenewsOrAttaches) {
  clock_.Advance(kTtl);
  EXPECT_EQ(lease_.Judge(), kZero);
  EXPECT_FALSE(lease_.Renew());
  EXPECT_FALSE(lease_.Attach());
  lease_.Detach();
  EXPECT_EQ(lease_.state(), Lease::State::kExpired);
  EXPECT_EQ(lease_.left(), kZero);
}

TEST_F(LeaseTest, ARenewalThatComesLateButBeforeTheJudgementCounts) {
  clock_.Advance(kTtl * 2);
  EXPECT_TRUE(lease_.Renew());
  EXPECT_EQ(lease_.Judge(), kTtl);
}

TEST_F(LeaseTest, AttachAndDetachChangeTheStateAndOnlyAttachRenews) {
  EXPECT_EQ(lease_.state(), Lease::State::kDetached);
  EXPECT_TRUE(lease_.Attach());
  EXPECT_EQ(lease_.state(), Lease::State::kAttached);
  clock_.Advance(absl::Seconds(10));
  lease_.Detach();
  EXPECT_EQ(lease_.state(), Lease::State::kDetached);
  EXPECT_EQ(lease_.left(), absl::Seconds(20));
  EXPECT_TRUE(lease_.Attach());
  EXPECT_EQ(lease_.left(), kTtl);
}

TEST_F(LeaseTest, EndingItRefusesEverythingAtOnce) {
  lease_.End();
  EXPECT_FALSE(lease_.Renew());
  EXPECT_FALSE(lease_.Attach());
}

TEST_F(LeaseTest, TimeTheBrokerStoodStillIsGivenBackToEveryLease) {
  Lease other(lease_clock_, kTtl * 2);
  clock_.Advance(kTtl * 3);
  lease_clock_.Credit(kTtl * 3);
  EXPECT_EQ(lease_.Judge(), kTtl);
  EXPECT_EQ(other.Judge(), kTtl * 2);
}

TEST_F(LeaseTest, NoneIsOverWhileTheThreadThatReadsForAllIsHeldUp) {
  lease_clock_.ReaderBegins();
  clock_.Advance(kTtl * 3);
  EXPECT_EQ(lease_.Judge(), kTtl) << "what renews it may lie unread";
  lease_clock_.ReaderDone();
  EXPECT_EQ(lease_.Judge(), kTtl + absl::Seconds(1)) << "it is read now";
  clock_.Advance(kTtl + absl::Seconds(1));
  EXPECT_EQ(lease_.Judge(), kZero);
}

TEST_F(LeaseTest, ReadingThatTakesItsUsualTimeExtendsNothing) {
  for (int i = 0; i < 150; ++i) {
    lease_clock_.ReaderBegins();
    clock_.Advance(kTtl / 150);
    lease_clock_.ReaderDone();
  }
  EXPECT_EQ(lease_.Judge(), kZero);
}

TEST(GrantTtl, AWishIsKeptWithinTheBounds) {
  auto grant = [](uint32_t wish_ms) {
    return broker::GrantTtl(wish_ms, absl::Seconds(30), absl::Seconds(1), absl::Minutes(10));
  };
  EXPECT_EQ(grant(0), absl::Seconds(30));
  EXPECT_EQ(grant(5000), absl::Seconds(5));
  EXPECT_EQ(grant(1), absl::Seconds(1));
  EXPECT_EQ(grant(UINT32_MAX), absl::Minutes(10));
}

}  // namespace
}  // namespace hawser::tests
