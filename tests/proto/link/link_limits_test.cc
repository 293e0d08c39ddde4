// Each limit of LinkLimits: what breaks it gets, and that the session goes on.

#include "tests/proto/link/limited_link.h"
#include "tests/proto/link/raw_peer_fixture.h"

namespace hawser::tests {
namespace {

using enum absl::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using LinkLimitsTest = LimitedLinkTest;

TEST_F(LinkLimitsTest, CallsBeyondTheCallWindowWaitUnsentUntilSomeAreAnswered) {
  link::LinkLimits limits = kDefault;
  limits.call_window = 2;
  Ends ends(limits, limits);
  ends.far_->hold = true;
  std::vector<Sent> sent;
  for (int i = 0; i < 5; ++i) sent.push_back(ends.CallRoot("m"));
  ends.Settle();
  EXPECT_EQ(ends.far_->started.size(), 2u);
  EXPECT_EQ(ends.near_->Stats().outbox_calls, 3u);
  while (!ends.far_->held.empty()) {
    ends.far_->Take().reply.Return();
    ends.Settle();
  }
  for (const Sent& call : sent) EXPECT_THAT(call.status(), IsOk());
  EXPECT_THAT(ends.far_->started, ElementsAre(1, 2, 3, 4, 5));
}

// They once waited for the next packet with something to say.
TEST_F(LinkLimitsTest, CallsThatWaitAreSentWhenAPacketGrantsMore) {
  link::LinkLimits limits = kDefault;
  limits.call_window = 4;
  Ends ends(limits, limits);
  std::vector<Sent> sent;
  for (int i = 0; i < 100; ++i)
    sent.push_back(ends.near_->Send({.target = ends.remote_, .name = "m", .no_reply = true}));
  ends.connection_->DeliverAll();
  EXPECT_EQ(ends.root_->calls, 100);
}

TEST_F(LinkLimitsTest, ANestedCallUsesNoCredit) {
  link::LinkLimits limits = kDefault;
  limits.call_window = 1;
  Ends ends(limits, limits);
  ends.far_->hold = true;
  Sent first = ends.CallRoot("m"), waiting = ends.CallRoot("m");
  Sent nested = ends.near_->Send({.target = ends.remote_, .name = "m", .nested = true});
  ends.Settle();
  EXPECT_THAT(ends.far_->started, ElementsAre(first.id, nested.id));
}

// Caller and callee once counted different bytes: after some megabytes the window was used up for
// good, though nothing was unanswered.
TEST_F(LinkLimitsTest, TheByteWindowIsFreeAgainOnceAllIsAnsweredHoweverManyCallsThereWere) {
  link::LinkLimits limits = kDefault;
  limits.byte_window = 1000;
  Ends ends(limits, limits);
  for (int i = 0; i < 2000; ++i) {
    Sent sent = ends.CallRoot("m", {Value(std::string(static_cast<size_t>(i % 300), 'x'))});
    ends.Settle();
    ASSERT_THAT(sent.status(), IsOk()) << i;
  }
}

TEST_F(LinkLimitsTest, CallsBeyondTheByteWindowWaitUnsent) {
  link::LinkLimits limits = kDefault;
  limits.byte_window = 1000;
  Ends ends(limits, limits);
  ends.far_->hold = true;
  Sent first = ends.CallRoot("m", {Value(std::string(700, 'x'))});
  Sent second = ends.CallRoot("m", {Value(std::string(700, 'x'))});
  ends.Settle();
  EXPECT_THAT(ends.far_->started, ElementsAre(first.id));
  ends.far_->Take().reply.Return();
  ends.Settle();
  EXPECT_THAT(ends.far_->started, ElementsAre(first.id, second.id));
}

TEST_F(LinkLimitsTest, ACallIsSentWhereTheByteWindowHasRoomForJustIt) {
  link::LinkLimits limits = kDefault;
  limits.byte_window = 16;
  Ends ends(limits, limits);
  for (int i = 0; i < 20; ++i) {
    Sent sent = ends.CallRoot("m", {Value(i)});
    Sent behind = ends.CallRoot("m", {Value(i)});
    for (int round = 0; round < 3; ++round) ends.Settle();
    ASSERT_THAT(sent.status(), IsOk()) << i;
    ASSERT_THAT(behind.status(), IsOk()) << i;
  }
  // A member by its number, as most calls are: its size is known only when it is asked for.
  FakeClock clock;
  auto end = MakeRef<TestEndpoint>(clock);
  RawPeer peer(*end);
  peer.Attach(0, {.calls = 100, .bytes = 20});
  ObjectRef theirs = end->ImportRoot();
  for (int i = 0; i < 5; ++i) end->Send({.target = theirs, .member = 0});
  EXPECT_EQ(peer.Receive().size(), 2u) << "each takes 8 bytes";
  theirs.reset();
  end->End(EndReason::kLeft, absl::OkStatus());
  end->Flush();
}

TEST_F(LinkLimitsTest, CallsWaitWhileTheReplayBoundIsReached) {
  link::LinkLimits limits = kDefault;
  limits.replay_bytes = 100;
  Ends ends(limits, kDefault);
  ends.connection_->Cut();
  std::vector<Sent> sent;
  for (int i = 0; i < 10; ++i) sent.push_back(ends.CallRoot("m", {Value(std::string(40, 'x'))}));
  EXPECT_GT(ends.near_->Stats().outbox_calls, 5u);
  EXPECT_LT(ends.near_->Stats().replay_bytes, 250u);
  ends.Connect();
  for (int i = 0; i < 10; ++i) ends.Settle();
  for (const Sent& call : sent) EXPECT_THAT(call.status(), IsOk());
}

TEST_F(LinkLimitsTest, ACallTooManyInTheOutboxIsRefusedAndTheOthersAreSent) {
  link::LinkLimits limits = kDefault;
  limits.call_window = 1;
  limits.outbox_calls = 2;
  Ends ends(limits, limits);
  std::vector<Sent> sent;
  for (int i = 0; i < 4; ++i) sent.push_back(ends.CallRoot("m"));
  EXPECT_THAT(sent[3].status(),
              StatusIs(kResourceExhausted, "too many calls wait to be sent (limit 2)"));
  EXPECT_EQ(sent[3].id, 0u);
  ends.Settle();
  ends.Settle();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(sent[static_cast<size_t>(i)].status(), IsOk());
  Sent later = ends.CallRoot("m");
  ends.Settle();
  EXPECT_THAT(later.status(), IsOk());
}

TEST_F(LinkLimitsTest, BytesTooManyInTheOutboxAreRefusedByTheirOwnLimit) {
  link::LinkLimits limits = kDefault;
  limits.call_window = 1;
  limits.outbox_bytes = 1000;
  Ends ends(limits, limits);
  ends.CallRoot("m");
  ends.CallRoot("m", {Value(std::string(800, 'x'))});
  Sent over = ends.CallRoot("m", {Value(std::string(800, 'x'))});
  EXPECT_THAT(over.status(),
              StatusIs(kResourceExhausted, "too many bytes of calls wait to be sent (limit 1000)"));
  ends.Settle();
  Sent later = ends.CallRoot("m");
  ends.Settle();
  EXPECT_THAT(later.status(), IsOk());
}

TEST_F(LinkLimitsTest, AnAnswerWithAHandleTooManyFailsAndKnownObjectsStillPass) {
  link::LinkLimits limits = kDefault;
  limits.handles = 1;
  Ends ends(kDefault, limits);
  ObjectRef known = MakeRef<SampleObject>("Known");
  ObjectRef proxy = ends.Import(known);
  ASSERT_NE(proxy, nullptr);

  ends.root_->answer = Outcome(Value(ObjectRef(MakeRef<SampleObject>("Other"))));
  Sent other = ends.CallRoot("give");
  ends.Settle();
  EXPECT_THAT(other.status(), StatusIs(kResourceExhausted, HasSubstr("handles exported")));
  EXPECT_THAT(other.status(), StatusIs(kResourceExhausted, HasSubstr("limit 1")));
  EXPECT_EQ(ends.Import(known), proxy) << "it takes no further handle";

  proxy.reset();
  ends.Settle();
  ends.Settle();
  EXPECT_NE(ends.Import(MakeRef<SampleObject>("Next")), nullptr);
}

TEST_F(LinkLimitsTest, ACallThatWouldExportAHandleTooManyFailsForItsCaller) {
  link::LinkLimits limits = kDefault;
  limits.handles = 1;
  Ends ends(limits, kDefault);
  Sent sent = ends.CallRoot("take", {Value(ObjectRef(MakeRef<SampleObject>())),
                                     Value(ObjectRef(MakeRef<SampleObject>()))});
  ends.Settle();
  EXPECT_THAT(sent.status(), StatusIs(kResourceExhausted, HasSubstr("handles exported")));
  EXPECT_EQ(ends.root_->calls, 0);
  Sent later = ends.CallRoot("m");
  ends.Settle();
  EXPECT_THAT(later.status(), IsOk());
}

TEST_F(LinkLimitsTest, ACallbackTooManyIsRefusedForItsCallAndReleased) {
  link::LinkLimits limits = kDefault;
  limits.imports = 1;
  Ends ends(kDefault, limits);
  Sent sent = ends.CallRoot("take", {Value(ObjectRef(MakeRef<SampleObject>())),
                                     Value(ObjectRef(MakeRef<SampleObject>()))});
  ends.Settle();
  EXPECT_THAT(sent.status(), StatusIs(kResourceExhausted, HasSubstr("limit 1")));
  EXPECT_EQ(ends.root_->calls, 0);
  EXPECT_EQ(ends.near_->Stats().exports, 0u);
  Sent later = ends.CallRoot("take", {Value(ObjectRef(MakeRef<SampleObject>()))});
  ends.Settle();
  EXPECT_THAT(later.status(), IsOk());
}

// What a peer that does not acknowledge gets.
class LinkUnreadTest : public RawPeerTest {
 protected:
  static link::LinkLimits Limits() {
    link::LinkLimits limits;
    limits.soft_bytes = 1000;
    limits.replay_bytes = 2000;
    limits.reserve_bytes = 3000;
    return limits;
  }
  LinkUnreadTest() : RawPeerTest(Limits()) {}
  std::string BigCall(uint64_t id) {
    root_->answer = Outcome(Value(std::string(600, 'x')));
    return RawPeer::CallFrame({.id = id, .name = "m"});
  }
};

TEST_F(LinkUnreadTest, FurtherCallsWaitAboveTheSoftLimitAndStartInOrderOnceItIsRead) {
  for (uint64_t id = 1; id <= 6; ++id) peer_.Send({BigCall(id)});
  EXPECT_THAT(end_->started, ElementsAre(1, 2));
  EXPECT_EQ(end_->Stats().waiting, 4u);
  std::vector<ReadFrame> frames = peer_.Receive();
  peer_.Send({});
  EXPECT_THAT(end_->started, ElementsAre(1, 2, 3, 4));
  peer_.Receive();
  peer_.Send({});
  EXPECT_THAT(end_->started, ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(LinkUnreadTest, ACallHeldBackCanBeCancelled) {
  for (uint64_t id = 1; id <= 4; ++id) peer_.Send({BigCall(id)});
  peer_.Send({RawPeer::CancelFrame(3)});
  EXPECT_THAT(AnswerTo(3), StatusIs(kCancelled));
  peer_.Send({});
  EXPECT_THAT(end_->started, ElementsAre(1, 2, 4));
}

TEST_F(LinkUnreadTest, CallsHeldBackStartWhenTheNextConnectionAcknowledges) {
  for (uint64_t id = 1; id <= 4; ++id) peer_.Send({BigCall(id)});
  EXPECT_THAT(end_->started, ElementsAre(1, 2));
  peer_.Attach(2);
  EXPECT_THAT(end_->started, ElementsAre(1, 2, 3, 4));
}

TEST_F(LinkUnreadTest, AReleaseBehindACallHeldBackDoesNotOvertakeIt) {
  auto object = MakeRef<SampleObject>("Thing");
  object->answer = Outcome();
  uint64_t handle = Export(object, 1);
  peer_.Send({BigCall(2), BigCall(3), BigCall(4), RawPeer::CallFrame({.id = 5, .target = handle}),
              RawPeer::ReleaseFrame(last_frame_, {handle})});
  peer_.Receive();
  peer_.Send({});
  EXPECT_EQ(object->calls, 1);
}

TEST_F(LinkUnreadTest, TheSessionEndsWhenTheReserveIsFullTooWithTheLimitNamed) {
  end_->hold = true;
  std::vector<std::string> calls;
  for (uint64_t id = 1; id <= 10; ++id) calls.push_back(BigCall(id));
  peer_.Send(calls);
  for (int i = 0; i < 10 && !end_->ended(); ++i)
    end_->Take().reply.Return(Value(std::string(600, 'x')));
  EXPECT_TRUE(end_->ended());
  EXPECT_EQ(end_->end_reason, EndReason::kLimit);
  EXPECT_THAT(end_->end_status,
              StatusIs(kResourceExhausted, AllOf(HasSubstr("replay_bytes"), HasSubstr("5000"))));
}

// Both ends once stopped reading at the other's call, and neither acknowledged: forever.
TEST_F(LinkLimitsTest, TwoEndsAboveTheirSoftLimitsDoNotWaitForEachOther) {
  link::LinkLimits limits = kDefault;
  limits.soft_bytes = 1000;
  Ends ends(limits, limits);
  auto near_root = MakeRef<SampleObject>("Near");
  near_root->answer = Outcome();
  ends.near_->SetRoot(near_root);
  ObjectRef near_remote = ends.far_->ImportRoot();
  std::vector<Sent> sent;
  for (int i = 0; i < 10; ++i) {
    Array text = {Value(std::string(500, 'x'))};
    sent.push_back(ends.CallRoot("m", text));
    sent.push_back(ends.far_->Send({.target = near_remote, .name = "m"}, text));
  }
  for (int i = 0; i < 5; ++i) ends.Settle();
  for (const Sent& call : sent) EXPECT_THAT(call.status(), IsOk());
  near_remote.reset();
}

TEST_F(LinkLimitsTest, WhatNamesTheAnswerOfACallThatCouldNotBeSentFailsForTheSameReason) {
  link::LinkLimits limits = kDefault;
  limits.handles = 1;
  Ends ends(limits, kDefault);
  Array objects{Value(ObjectRef(MakeRef<SampleObject>())),
                Value(ObjectRef(MakeRef<SampleObject>()))};
  Sent base = ends.near_->Send({.target = ends.remote_, .name = "m", .keep_answer = true}, objects);
  Sent on_it = ends.near_->Send({.answer = base.id, .name = "m"});
  ends.Settle();
  EXPECT_THAT(base.status(), StatusIs(kResourceExhausted, HasSubstr("handles exported")));
  EXPECT_THAT(on_it.status(), StatusIs(kResourceExhausted, HasSubstr("handles exported")));
}

TEST_F(LinkLimitsTest, WhatNamesTheAnswerOfACallCancelledUnsentIsCancelledToo) {
  link::LinkLimits limits = kDefault;
  limits.call_window = 1;
  Ends narrow(limits, limits);
  narrow.far_->hold = true;
  Sent first = narrow.CallRoot("m");
  Sent base = narrow.near_->Send({.target = narrow.remote_, .name = "m", .keep_answer = true});
  Sent on_it = narrow.near_->Send({.answer = base.id, .name = "m"});
  narrow.near_->Cancel(base.id);
  EXPECT_THAT(base.status(), StatusIs(kCancelled));
  narrow.Settle();
  narrow.far_->hold = false;
  narrow.far_->Take().reply.Return();
  narrow.Settle();
  EXPECT_THAT(first.status(), IsOk());
  EXPECT_THAT(on_it.status(), StatusIs(kCancelled, HasSubstr("before it was sent")));
}

TEST_F(LinkLimitsTest, APeerThatGrantsLessThanThisEndWouldIsBelieved) {
  FakeClock clock;
  auto end = MakeRef<TestEndpoint>(clock);
  RawPeer peer(*end);
  peer.Attach(0, {.calls = 2, .bytes = 1 << 20});
  ObjectRef theirs = end->ImportRoot();
  for (int i = 0; i < 5; ++i) end->Send({.target = theirs, .name = "m"});
  EXPECT_EQ(peer.Receive().size(), 2u);
  theirs.reset();
  end->End(EndReason::kLeft, absl::OkStatus());
  end->Flush();
}

}  // namespace
}  // namespace hawser::tests
