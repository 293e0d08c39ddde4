// Deadlines and cancelling, at both ends.

#include "tests/proto/link/raw_peer_fixture.h"

namespace hawser::tests {
namespace {

using enum absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The end that is called; the peer's clock says 1,000 us.
class LinkCalledInTimeTest : public RawPeerTest {
 protected:
  LinkCalledInTimeTest() {
    end_->hold = true;
    peer_.header.clock_us = 1000;
  }
  static std::string CallUntil(uint64_t id, uint64_t deadline_us, bool keep = false) {
    return RawPeer::CallFrame(
        {.id = id, .name = "m", .keep_answer = keep, .deadline_us = deadline_us});
  }
};

TEST_F(LinkCalledInTimeTest, ACallWhoseTimeIsOverIsNotStarted) {
  peer_.Send({CallUntil(1, 1000)});
  EXPECT_THAT(AnswerTo(1), StatusIs(kDeadlineExceeded));
  EXPECT_THAT(end_->started, IsEmpty());
}

TEST_F(LinkCalledInTimeTest, TimeIsLeftByTheClockOfThePacketNotByOurs) {
  clock_.Advance(absl::Hours(24));
  peer_.Send({CallUntil(1, 3000)});
  EXPECT_THAT(end_->started, ElementsAre(1));
  ASSERT_TRUE(end_->NextDeadline().has_value());
  EXPECT_EQ(*end_->NextDeadline(), clock_.Now() + absl::Milliseconds(2));
}

TEST_F(LinkCalledInTimeTest, ACallThatRunsWhenItsTimePassesIsAnsweredAndAskedToStop) {
  peer_.Send({CallUntil(1, 3000)});
  Held held = end_->Take();
  std::stop_token stop = held.call->stop_token();
  clock_.Advance(absl::Milliseconds(1));
  end_->Tick();
  EXPECT_THAT(peer_.Receive(), IsEmpty());
  EXPECT_FALSE(stop.stop_requested());
  clock_.Advance(absl::Milliseconds(1));
  end_->Tick();
  EXPECT_THAT(AnswerTo(1), StatusIs(kDeadlineExceeded));
  EXPECT_TRUE(stop.stop_requested());
  EXPECT_EQ(end_->NextDeadline(), std::nullopt);
}

TEST_F(LinkCalledInTimeTest, AResultAfterTheDeadlineIsDroppedWithItsObjects) {
  peer_.Send({CallUntil(1, 3000)});
  Held held = end_->Take();
  clock_.Advance(absl::Seconds(1));
  end_->Tick();
  peer_.Receive();
  int before = SampleObject::alive;
  held.reply.Return(Value(MakeRef<SampleObject>("Late")));
  EXPECT_THAT(peer_.Receive(), IsEmpty());
  EXPECT_EQ(SampleObject::alive, before);
  EXPECT_EQ(end_->Stats().exports, 0u);
}

TEST_F(LinkCalledInTimeTest, AnAnswerInTimeForgetsTheDeadline) {
  peer_.Send({CallUntil(1, 3000)});
  end_->Take().reply.Return();
  EXPECT_THAT(AnswerTo(1), IsOk());
  EXPECT_EQ(end_->NextDeadline(), std::nullopt);
}

// The tick once found the base again and again, under the lock, and never ended.
TEST_F(LinkCalledInTimeTest, ADeadlineThatPassesWhileDependentsStartComesTooLate) {
  peer_.Send({CallUntil(1, 3000, true),
              RawPeer::CallFrame({.id = 2, .on_answer = true, .target = 1, .name = "m"})});
  end_->on_start = [&](link::IncomingCall*) {
    clock_.Advance(absl::Seconds(1));
    end_->Tick();
  };
  end_->Take().reply.Return(Value(ObjectRef(root_)));
  EXPECT_THAT(AnswerTo(1), IsOk());
}

TEST_F(LinkCalledInTimeTest, ACancelledCallIsAnsweredAndAskedToStop) {
  peer_.Send({RawPeer::CallFrame({.id = 1, .name = "m"})});
  Held held = end_->Take();
  peer_.Send({RawPeer::CancelFrame(1)});
  EXPECT_THAT(AnswerTo(1), StatusIs(kCancelled));
  EXPECT_TRUE(held.call->stop_token().stop_requested());
  held.reply.Return();
  EXPECT_THAT(peer_.Receive(), IsEmpty());
}

TEST_F(LinkCalledInTimeTest, ACallWithADeadlineIsRefusedInAPacketWithoutAClock) {
  peer_.header.clock_us = 0;
  peer_.Send({CallUntil(1, 3000), RawPeer::CallFrame({.id = 2, .name = "m"})});
  EXPECT_THAT(AnswerTo(1), StatusIs(kInvalidArgument, HasSubstr("clock_us")));
  EXPECT_THAT(end_->started, ElementsAre(2));
}

TEST_F(LinkCalledInTimeTest, PacketsSayTheClockOnlyWhereACallHasADeadline) {
  Ref<link::Proxy> root = end_->ImportRoot();
  clock_.Advance(absl::Seconds(3));
  Sent plain = end_->Send({.target = root, .name = "m"});
  EXPECT_EQ(peer_.Receive().size(), 1u);
  EXPECT_EQ(peer_.last_header.clock_us, 0u);
  Sent limited =
      end_->Send({.target = root, .name = "m", .deadline = clock_.Now() + absl::Seconds(1)});
  EXPECT_EQ(peer_.ReceiveUnread().size(), 1u);
  EXPECT_EQ(peer_.last_header.clock_us, 3'000'000u);
  clock_.Advance(absl::Milliseconds(5));
  peer_.Attach(1);
  EXPECT_EQ(peer_.Receive().size(), 1u) << "sent again, at another time";
  EXPECT_EQ(peer_.last_header.clock_us, 3'005'000u);
}

// The end that calls.
class LinkCallInTimeTest : public LinkTest {
 protected:
  Sent CallUntil(absl::Duration in) {
    return near_->Send({.target = remote_, .name = "m", .deadline = clock_.Now() + in});
  }
};

TEST_F(LinkCallInTimeTest, ACallWhoseTimeIsOverIsNotSent) {
  Sent sent = CallUntil(absl::ZeroDuration());
  EXPECT_EQ(sent.id, 0u);
  EXPECT_THAT(sent.status(), StatusIs(kDeadlineExceeded));
  EXPECT_EQ(near_->Stats().frames_sent, 0u);
}

TEST_F(LinkCallInTimeTest, TheCallerIsToldThoughThePeerIsOutOfReach) {
  connection_->Cut();
  Sent sent = CallUntil(absl::Seconds(1));
  EXPECT_EQ(*near_->NextDeadline(), clock_.Now() + absl::Seconds(1));
  clock_.Advance(absl::Seconds(1));
  near_->Tick();
  EXPECT_THAT(sent.status(), StatusIs(kDeadlineExceeded));
  EXPECT_EQ(near_->NextDeadline(), std::nullopt);
}

TEST_F(LinkCallInTimeTest, ACallReplayedAfterItsTimeIsNotStarted) {
  Sent sent = CallUntil(absl::Seconds(1));
  connection_->Cut();
  clock_.Advance(absl::Seconds(2));
  Connect();
  Settle();
  EXPECT_THAT(sent.status(), StatusIs(kDeadlineExceeded));
  EXPECT_EQ(root_->calls, 0);
}

TEST_F(LinkCallInTimeTest, ACallReplayedInTimeRuns) {
  Sent sent = CallUntil(absl::Seconds(3));
  connection_->Cut();
  clock_.Advance(absl::Seconds(2));
  Connect();
  Settle();
  EXPECT_THAT(sent.status(), IsOk());
}

TEST_F(LinkCallInTimeTest, CancelReachesACallThatRuns) {
  far_->hold = true;
  Sent sent = CallRoot("m");
  Settle();
  near_->Cancel(sent.id);
  Settle();
  EXPECT_THAT(sent.status(), StatusIs(kCancelled));
  EXPECT_EQ(sent.answer->times, 1);
}

TEST_F(LinkCallInTimeTest, CancellingAnAnsweredOrUnknownCallSendsNothing) {
  Sent sent = CallRoot("m");
  Settle();
  uint64_t frames = near_->Stats().frames_sent;
  near_->Cancel(sent.id);
  near_->Cancel(4711);
  EXPECT_EQ(near_->Stats().frames_sent, frames);
  EXPECT_EQ(sent.answer->times, 1);
}

// The end that calls, where only one call may be unanswered.
class LinkNarrowTest : public LinkTest {
 protected:
  LinkNarrowTest() : LinkTest(Narrow(), Narrow()) {}
  static link::LinkLimits Narrow() {
    link::LinkLimits limits;
    limits.call_window = 1;
    return limits;
  }
};

TEST_F(LinkNarrowTest, ACallThatWaitsForOthersUntilItsTimeIsOverSaysThatItWasNotSent) {
  far_->hold = true;
  Sent first = CallRoot("m");
  Sent second =
      near_->Send({.target = remote_, .name = "m", .deadline = clock_.Now() + absl::Seconds(1)});
  Settle();
  clock_.Advance(absl::Seconds(1));
  near_->Tick();
  EXPECT_THAT(second.status(),
              StatusIs(kDeadlineExceeded,
                       "deadline passed before the call was sent: 1 wait, as too many earlier ones "
                       "have no answer yet"));
  EXPECT_FALSE(first.answered());
}

}  // namespace
}  // namespace hawser::tests
