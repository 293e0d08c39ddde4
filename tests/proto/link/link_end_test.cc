// The end of a session, as the link tells it.

#include "tests/proto/link/raw_peer_fixture.h"

namespace hawser::tests {
namespace {

using enum absl::StatusCode;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class LinkEndTest : public LinkTest {
 protected:
  void EndNear() { near_->End(EndReason::kKicked, absl::UnavailableError("kicked")); }
};

TEST_F(LinkEndTest, ACallThatWasSentIsAborted) {
  far_->hold = true;
  Sent sent = CallRoot("m");
  Settle();
  EndNear();
  EXPECT_THAT(sent.status(), StatusIs(kAborted, HasSubstr("outcome unknown")));
  EXPECT_THAT(sent.status(), StatusIs(kAborted, HasSubstr("kicked")));
}

TEST_F(LinkEndTest, ASessionThatWasLeftSaysSo) {
  far_->hold = true;
  Sent sent = CallRoot("m");
  Settle();
  near_->End(EndReason::kLeft, absl::OkStatus());
  EXPECT_THAT(sent.status(), StatusIs(kAborted, "outcome unknown, the session ended: it left"));
  EXPECT_THAT(CallRoot("m").status(), StatusIs(kUnavailable, "session ended: it left"));
}

TEST_F(LinkEndTest, ACallThatWasSentOnAnEarlierConnectionIsAborted) {
  Sent sent = CallRoot("m");
  connection_->Cut();
  EndNear();
  EXPECT_THAT(sent.status(), StatusIs(kAborted));
}

TEST_F(LinkEndTest, ACallThatWasNumberedButNeverSentIsUnavailable) {
  connection_->Cut();
  Sent sent = CallRoot("m");
  EndNear();
  EXPECT_THAT(sent.status(), StatusIs(kUnavailable, HasSubstr("not sent")));
}

TEST_F(LinkEndTest, ACallAfterTheEndIsUnavailableAndHasNoId) {
  EndNear();
  Sent sent = CallRoot("m");
  EXPECT_EQ(sent.id, 0u);
  EXPECT_THAT(sent.status(), StatusIs(kUnavailable, HasSubstr("kicked")));
}

TEST_F(LinkEndTest, ProxiesAreGoneBecauseTheSessionEnded) {
  ObjectRef proxy = Import(MakeRef<SampleObject>("Thing"));
  EndNear();
  EXPECT_EQ(proxy->gone(), GoneReason::kSessionEnded);
  EXPECT_EQ(remote_->gone(), GoneReason::kSessionEnded);
  EXPECT_THAT(near_->gone,
              UnorderedElementsAre(std::pair(HandleOf(proxy), GoneReason::kSessionEnded),
                                   std::pair(uint64_t{0}, GoneReason::kSessionEnded)));
}

TEST_F(LinkEndTest, AProxyGoneBeforeKeepsItsReason) {
  auto object = MakeRef<SampleObject>("Thing");
  ObjectRef proxy = Import(object);
  far_->ObjectGone(object.get(), GoneReason::kCrashed);
  Settle();
  EndNear();
  EXPECT_EQ(proxy->gone(), GoneReason::kCrashed);
}

TEST_F(LinkEndTest, CallsThatRunAreAskedToStopAndTheirAnswersDropped) {
  far_->hold = true;
  Sent sent = CallRoot("m");
  Settle();
  Held held = far_->Take();
  std::stop_token stop = held.call->stop_token();
  far_->End(EndReason::kShutdown, absl::UnavailableError("shutdown"));
  EXPECT_TRUE(stop.stop_requested());
  int before = SampleObject::alive;
  held.reply.Return(Value(MakeRef<SampleObject>()));
  EXPECT_EQ(SampleObject::alive, before);
}

TEST_F(LinkEndTest, TheOwnerGetsTheExportedObjectsOnce) {
  ObjectRef object = MakeRef<SampleObject>("Thing");
  ObjectRef proxy = Import(object);
  far_->End(EndReason::kKicked, absl::UnavailableError("kicked"));
  far_->End(EndReason::kLeft, absl::OkStatus());
  EXPECT_EQ(far_->ends, 1);
  EXPECT_EQ(far_->end_reason, EndReason::kKicked);
  EXPECT_THAT(far_->end_status, StatusIs(kUnavailable, "kicked"));
  EXPECT_THAT(far_->exported, UnorderedElementsAre(object));
  EXPECT_EQ(far_->Stats().exports, 0u);
}

TEST_F(LinkEndTest, AProxyThatOutlivesTheSessionIsDroppedWithoutARelease) {
  ObjectRef proxy = Import(MakeRef<SampleObject>("Thing"));
  EndNear();
  uint64_t frames = near_->Stats().frames_sent;
  proxy.reset();
  near_->FlushIfWanted();
  EXPECT_EQ(near_->Stats().frames_sent, frames);
  EXPECT_EQ(near_->Stats().imports, 1u) << "the root alone";
}

TEST_F(LinkEndTest, DeadlinesEndWithTheSession) {
  far_->hold = true;
  Sent sent =
      near_->Send({.target = remote_, .name = "m", .deadline = clock_.Now() + absl::Seconds(1)});
  Settle();
  EndNear();
  EXPECT_EQ(near_->NextDeadline(), std::nullopt);
  EXPECT_EQ(sent.answer->times, 1);
}

// Against a peer by hand.
class LinkEndFrameTest : public RawPeerTest {};

TEST_F(LinkEndFrameTest, TheEndOfThePeerEndsTheSessionAndNothingAfterItCounts) {
  peer_.Send({RawPeer::EndFrame(kOk, ""), RawPeer::CallFrame({.id = 1, .name = "m"})});
  EXPECT_TRUE(end_->ended());
  EXPECT_EQ(end_->end_reason, EndReason::kLeft);
  EXPECT_THAT(end_->end_status, IsOk());
  EXPECT_THAT(end_->started, IsEmpty());
  EXPECT_TRUE(peer_.closed());
  EXPECT_THAT(peer_.close_status(), IsOk());
}

TEST_F(LinkEndFrameTest, AnEndWithAReasonIsHandedOn) {
  peer_.Send({RawPeer::EndFrame(kResourceExhausted, "out of memory")});
  EXPECT_THAT(end_->end_status, StatusIs(kResourceExhausted, "out of memory"));
}

TEST_F(LinkEndFrameTest, APeerThatSaysEndHasLeftWhateverItSays) {
  peer_.Send({RawPeer::EndFrame(kOk, "", EndReason::kKicked)});
  EXPECT_EQ(end_->end_reason, EndReason::kLeft);
}

TEST_F(LinkEndFrameTest, OurEndIsTheLastFrameThePeerGets) {
  end_->End(EndReason::kShutdown, absl::UnavailableError("the broker stops"));
  ReadFrame end = Only();
  EXPECT_EQ(end.kind, wire::FrameKind::kEnd);
  EXPECT_THAT(end.status(), StatusIs(kUnavailable, "the broker stops"));
  EXPECT_EQ(end.end_reason, EndReason::kShutdown);
  EXPECT_THAT(peer_.close_status(), StatusIs(kUnavailable));
}

TEST_F(LinkEndFrameTest, OurEndLeavesThoughAPacketIsInFlight) {
  end_->Heartbeat();  // taken by nobody yet
  end_->End(EndReason::kLeft, absl::OkStatus());
  EXPECT_EQ(Only().kind, wire::FrameKind::kEnd);
}

TEST_F(LinkEndFrameTest, ATransportThatComesAfterTheEndIsClosed) {
  end_->End(EndReason::kLeft, absl::OkStatus());
  peer_.Attach();
  EXPECT_THAT(peer_.close_status(), StatusIs(kFailedPrecondition, "session ended"));
  EXPECT_FALSE(end_->attached());
}

}  // namespace
}  // namespace hawser::tests
