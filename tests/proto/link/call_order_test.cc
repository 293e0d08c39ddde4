// When calls of a peer start (session.proto, ORDER), seen from the peer: proto/link/call_order.h
// within a link.

#include <algorithm>

#include "tests/proto/link/raw_peer_fixture.h"

namespace hawser::tests {
namespace {

using enum absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CallOrderTest : public RawPeerTest {
 protected:
  CallOrderTest() { end_->hold = true; }

  // A call of the root, of the answer of `answer`, or of the root with that answer as argument.
  static std::string OfRoot(uint64_t id, bool keep = false) {
    return RawPeer::CallFrame({.id = id, .name = "m", .keep_answer = keep});
  }
  static std::string OfAnswer(uint64_t id, uint64_t answer, bool keep = false) {
    return RawPeer::CallFrame(
        {.id = id, .on_answer = true, .target = answer, .name = "m", .keep_answer = keep});
  }
  static std::string With(uint64_t id, uint64_t answer) {
    return RawPeer::CallFrame({.id = id, .name = "m"}, {Value()}, {},
                              {{.position = 0, .call = answer}});
  }
  // Answers the oldest call that was started.
  void Answer(Value value) { end_->Take().reply.Return(std::move(value)); }
  size_t Waiting() const { return end_->Stats().waiting; }

  ObjectRef object_ = MakeRef<SampleObject>("Thing");
};

TEST_F(CallOrderTest, CallsThroughOneReferenceStartInTheOrderSent) {
  peer_.Send({OfRoot(1), OfRoot(2)});
  peer_.Send({OfRoot(3)});
  EXPECT_THAT(end_->started, ElementsAre(1, 2, 3));
}

TEST_F(CallOrderTest, ACallOnAnAnswerWaitsForItAndStartsOnTheObjectAnswered) {
  peer_.Send({OfRoot(1, true), OfAnswer(2, 1)});
  EXPECT_THAT(end_->started, ElementsAre(1));
  EXPECT_EQ(Waiting(), 1u);
  Answer(Value(object_));
  EXPECT_THAT(end_->started, ElementsAre(1, 2));
  EXPECT_EQ(&end_->held.front().call->target(), object_.get());
}

TEST_F(CallOrderTest, CallsOnAnAnswerStartInTheOrderSentWhenItComes) {
  peer_.Send({OfRoot(1, true), OfAnswer(2, 1), OfAnswer(3, 1), OfAnswer(4, 1)});
  Answer(Value(object_));
  EXPECT_THAT(end_->started, ElementsAre(1, 2, 3, 4));
}

TEST_F(CallOrderTest, WhoHasTheAnswerDoesNotOvertakeItsOwnCallsThroughIt) {
  peer_.Send({OfRoot(1, true), OfAnswer(2, 1), OfAnswer(3, 1)});
  peer_.Receive();
  // The peer has the Return while the first of its calls through the answer is being started.
  end_->on_start = [&](link::IncomingCall* call) {
    if (call->id() != 2) return;
    ReadFrame answer = Only();
    ASSERT_EQ(answer.call_id, 1u);
    peer_.Send({RawPeer::CallFrame({.id = 4, .target = answer.references[0].handle})});
  };
  Answer(Value(object_));
  EXPECT_THAT(end_->started, ElementsAre(1, 2, 3, 4));
}

TEST_F(CallOrderTest, AnAnswerThatIsAnArgumentIsPutInItsPlace) {
  peer_.Send({OfRoot(1, true), With(2, 1)});
  Answer(Value(object_));
  EXPECT_EQ(end_->held.front().call->invocation().args[0].AsObject(), object_.get());
}

TEST_F(CallOrderTest, ACallThatNamesOneAnswerTwiceStartsOnce) {
  peer_.Send(
      {OfRoot(1, true), RawPeer::CallFrame({.id = 2, .on_answer = true, .target = 1, .name = "m"},
                                           {Value(), Value()}, {}, {{0, 1}, {1, 1}})});
  Answer(Value(object_));
  EXPECT_THAT(end_->started, ElementsAre(1, 2));
  EXPECT_EQ(end_->held.front().call->invocation().args[1].AsObject(), object_.get());
}

TEST_F(CallOrderTest, LaterCallsThroughTheSameReferenceWaitBehindOneThatWaits) {
  peer_.Send({OfRoot(1, true), With(2, 1), OfRoot(3)});
  EXPECT_THAT(end_->started, ElementsAre(1));
  Answer(7);
  EXPECT_THAT(end_->started, ElementsAre(1, 2, 3));
}

TEST_F(CallOrderTest, CallsThroughOtherReferencesDoNotWait) {
  end_->hold = false;
  uint64_t other = Export(object_, 1);
  end_->hold = true;
  end_->started.clear();
  peer_.Send({OfRoot(2, true), With(3, 2), RawPeer::CallFrame({.id = 4, .target = other})});
  EXPECT_THAT(end_->started, ElementsAre(2, 4));
}

TEST_F(CallOrderTest, ANestedCallDoesNotWaitBehindOthers) {
  peer_.Send(
      {OfRoot(1, true), With(2, 1), RawPeer::CallFrame({.id = 3, .name = "m", .nested = true})});
  EXPECT_THAT(end_->started, ElementsAre(1, 3));
}

TEST_F(CallOrderTest, AFailedAnswerFailsWhatNeedsItWithTheSameCause) {
  peer_.Send({OfRoot(1, true), OfAnswer(2, 1, true), OfAnswer(3, 2), With(4, 1)});
  end_->Take().reply.Fail(absl::DataLossError("the disk is gone"));
  EXPECT_THAT(end_->started, ElementsAre(1));
  int failed = 0;
  for (const ReadFrame& frame : peer_.Receive()) {
    EXPECT_THAT(frame.status(), StatusIs(kDataLoss, "the disk is gone"));
    ++failed;
  }
  EXPECT_EQ(failed, 4);
  EXPECT_EQ(Waiting(), 0u);
}

TEST_F(CallOrderTest, ACallOnAnAnswerThatIsNoObjectIsInvalid) {
  peer_.Send({OfRoot(1, true), OfAnswer(2, 1)});
  Answer(7);
  EXPECT_THAT(AnswerTo(2), StatusIs(kInvalidArgument, HasSubstr("integer")));
}

TEST_F(CallOrderTest, AnAnswerNobodyKeptIsNotFound) {
  peer_.Send({OfRoot(1), OfAnswer(2, 1)});
  EXPECT_THAT(AnswerTo(2), StatusIs(kNotFound, HasSubstr("answer of call 1")));
}

TEST_F(CallOrderTest, AnAnswerStaysUntilReleasedAndIsNotFoundAfterwards) {
  peer_.Send({OfRoot(1, true)});
  Answer(Value(object_));
  peer_.Send({OfAnswer(2, 1)});
  EXPECT_THAT(end_->started, ElementsAre(1, 2));
  EXPECT_EQ(end_->Stats().answers, 1u);
  peer_.Send({RawPeer::ReleaseFrame(0, {}, {1}), OfAnswer(3, 1)});
  EXPECT_EQ(end_->Stats().answers, 0u);
  EXPECT_THAT(AnswerTo(3), StatusIs(kNotFound));
}

TEST_F(CallOrderTest, AnAnswerReleasedBeforeItComesStillServesTheCallsThatNamedIt) {
  peer_.Send({OfRoot(1, true), OfAnswer(2, 1), RawPeer::ReleaseFrame(0, {}, {1})});
  Answer(Value(object_));
  EXPECT_THAT(end_->started, ElementsAre(1, 2));
  EXPECT_EQ(end_->Stats().answers, 0u);
}

TEST_F(CallOrderTest, ReleasingAnAnswerTwiceOrOneThatNeverWasChangesNothing) {
  peer_.Send({OfRoot(1, true)});
  Answer(1);
  peer_.Send({RawPeer::ReleaseFrame(0, {}, {1, 1, 77})});
  peer_.Send({RawPeer::ReleaseFrame(0, {}, {1})});
  EXPECT_FALSE(peer_.closed());
  peer_.Send({OfRoot(2)});
  EXPECT_THAT(end_->started, ElementsAre(1, 2));
}

TEST_F(CallOrderTest, ReleasingAnAnswerLetsGoOfItsObject) {
  object_.reset();
  peer_.Send({OfRoot(1, true)});
  Answer(Value(MakeRef<SampleObject>("Kept")));
  uint64_t handle = Only().references[0].handle;
  int before = SampleObject::alive;
  peer_.Send({RawPeer::ReleaseFrame(100, {handle})});
  EXPECT_EQ(SampleObject::alive, before) << "the answer still holds it";
  peer_.Send({RawPeer::ReleaseFrame(100, {}, {1})});
  EXPECT_EQ(SampleObject::alive, before - 1);
}

TEST_F(CallOrderTest, ACallThatWaitsCanBeCancelledAndThoseBehindItGoOn) {
  peer_.Send({OfRoot(1, true), With(2, 1), OfRoot(3), RawPeer::CancelFrame(2)});
  EXPECT_THAT(end_->started, ElementsAre(1, 3));
  EXPECT_THAT(AnswerTo(2), StatusIs(kCancelled));
  Answer(7);
  EXPECT_THAT(end_->started, ElementsAre(1, 3));
}

TEST_F(CallOrderTest, CancellingABaseFailsItsDependents) {
  peer_.Send({OfRoot(1, true), OfAnswer(2, 1), RawPeer::CancelFrame(1)});
  std::vector<ReadFrame> frames = peer_.Receive();
  ASSERT_EQ(frames.size(), 2u);
  for (const ReadFrame& frame : frames) EXPECT_THAT(frame.status(), StatusIs(kCancelled));
  EXPECT_THAT(end_->started, IsEmpty()) << "it was cancelled in the packet that brought it";
}

TEST_F(CallOrderTest, AReleaseDoesNotOvertakeACallThatWaits) {
  end_->hold = false;
  uint64_t handle = Export(object_, 1);
  end_->hold = true;
  end_->started.clear();
  peer_.Send({OfRoot(2, true),
              RawPeer::CallFrame({.id = 3, .target = handle}, {Value()}, {}, {{0, 2}}),
              RawPeer::ReleaseFrame(last_frame_, {handle})});
  EXPECT_EQ(end_->Stats().exports, 0u);
  Answer(7);
  EXPECT_THAT(end_->started, ElementsAre(2, 3));
  EXPECT_EQ(&end_->held.front().call->target(), object_.get());
}

TEST_F(CallOrderTest, TheEndOfTheSessionForgetsWhatWaits) {
  peer_.Send({OfRoot(1, true), OfAnswer(2, 1), With(3, 1)});
  end_->End(EndReason::kLeft, absl::OkStatus());
  EXPECT_EQ(Waiting(), 0u);
  EXPECT_EQ(end_->Stats().answers, 0u);
  Answer(Value(object_));
  EXPECT_THAT(end_->started, ElementsAre(1));
}

// Each of these once took minutes, under the lock, for a frame of some hundred kilobytes.
constexpr uint32_t kMany = 200'000;

TEST_F(CallOrderTest, AnAnswerNamedInAHundredThousandPlacesIsPutThereInOneGo) {
  std::vector<wire::AnswerArg> places;
  for (uint32_t i = 0; i < kMany; ++i) places.push_back({.position = i, .call = 1});
  auto naming = [&](uint64_t id) {
    return RawPeer::CallFrame({.id = id, .name = "m"}, Array(kMany), {}, places);
  };
  peer_.Send({OfRoot(1, true), naming(2)});
  Answer(7);
  peer_.Send({naming(3)});
  ASSERT_THAT(end_->started, ElementsAre(1, 2, 3));
  for (int i = 0; i < 2; ++i) {
    Held held = end_->Take();
    std::span<Value> args = held.call->invocation().args;
    EXPECT_EQ(args.size(), kMany);
    EXPECT_EQ(std::count(args.begin(), args.end(), Value(7)), kMany);
    held.reply.Return();
  }
}

TEST_F(CallOrderTest, CancellingCallsThatWaitCostsTheSameHoweverManyAnswersAreKept) {
  std::vector<std::string> frames, cancels;
  for (uint64_t id = 1; id <= 50'000; ++id) frames.push_back(OfRoot(id, true));
  end_->hold = false;
  peer_.Send(frames);
  peer_.Receive();
  end_->hold = true;
  frames = {OfRoot(60'000, true)};
  for (uint64_t id = 60'001; id <= 100'000; ++id) {
    frames.push_back(OfAnswer(id, 60'000));
    cancels.push_back(RawPeer::CancelFrame(id));
  }
  peer_.Send(frames);
  peer_.Send(cancels);
  EXPECT_EQ(Waiting(), 0u);
  Answer(Value(object_));
  EXPECT_EQ(end_->held.size(), 0u) << "none of them is left to start";
}

TEST_F(CallOrderTest, ACallTakenOutOfTheMiddleLeavesTheOrderOfTheOthers) {
  peer_.Send({OfRoot(1, true), OfAnswer(2, 1), OfAnswer(3, 1), OfAnswer(4, 1), OfAnswer(5, 1)});
  peer_.Send({RawPeer::CancelFrame(3), RawPeer::CancelFrame(5)});
  peer_.Send({OfAnswer(6, 1)});
  EXPECT_EQ(Waiting(), 3u);
  Answer(Value(object_));
  EXPECT_THAT(end_->started, ElementsAre(1, 2, 4, 6));
}

TEST_F(CallOrderTest, TheIdOfAnAnswerStillKeptCannotBeUsedForAnother) {
  end_->hold = false;
  peer_.Send({OfRoot(1, true)});
  peer_.Send({OfRoot(1, true)});
  EXPECT_THAT(peer_.close_status(), StatusIs(kInvalidArgument, HasSubstr("id is in use")));
}

}  // namespace
}  // namespace hawser::tests
