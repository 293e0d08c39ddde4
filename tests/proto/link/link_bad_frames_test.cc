// What a broken or hostile peer may send: the exact answer, and what becomes of the link.

#include "tests/proto/link/raw_peer_fixture.h"

namespace hawser::tests {
namespace {

using enum absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LinkBadFramesTest : public RawPeerTest {
 protected:
  ~LinkBadFramesTest() override {
    // Whatever came: the session can be attached again and works.
    if (peer_.closed()) {
      uint64_t processed = end_->Fence().processed;
      peer_.Attach(1'000'000);
      peer_.SendAt(processed + 1, {RawPeer::CallFrame({.id = 1000, .name = "any"})});
      EXPECT_THAT(AnswerTo(1000), IsOk());
    } else {
      EXPECT_THAT(CallRoot(1000), IsOk());
    }
  }
  static wire::Reference Handle(uint64_t handle, uint32_t shape, ShapeRef definition = nullptr) {
    return {.handle = handle, .oid = handle, .shape_number = shape, .definition = definition};
  }
  static ShapeRef AShape() { return Shape::Build(ObjectKind::kObject, "Theirs"); }
  std::string CallWith(uint64_t id, std::vector<wire::Reference> references) {
    Array args;
    for (size_t i = 0; i < references.size(); ++i) args.push_back(RawPeer::AnObject());
    return RawPeer::CallFrame({.id = id, .name = "any"}, args, references);
  }
};

TEST_F(LinkBadFramesTest, AFramePastTheNextEndsTheConnectionNotTheSession) {
  peer_.SendAt(2, {RawPeer::CallFrame({.id = 1, .name = "any"})});
  EXPECT_THAT(peer_.close_status(),
              StatusIs(kInvalidArgument, HasSubstr("frame 2 came where 1 was expected")));
  EXPECT_EQ(root_->calls, 0);
  EXPECT_FALSE(end_->ended());
  EXPECT_THAT(end_->detached, ElementsAre(StatusIs(kInvalidArgument)));
}

TEST_F(LinkBadFramesTest, FramesWithoutANumberEndTheConnection) {
  peer_.SendAt(0, {RawPeer::CallFrame({.id = 1, .name = "any"})});
  EXPECT_THAT(peer_.close_status(), StatusIs(kInvalidArgument, HasSubstr("first_frame")));
  EXPECT_EQ(root_->calls, 0);
}

TEST_F(LinkBadFramesTest, AMalformedReleaseCancelOrGoneEndsTheConnection) {
  // Field 2 (handles of Release) and field 1 of the others, cut short.
  for (std::string frame : {RawPeer::ReleaseFrame(100, {300}), RawPeer::CancelFrame(300),
                            RawPeer::GoneFrame({300}, GoneReason::kDestroyed)}) {
    // Its last byte is the end of a number; not any more.
    frame.back() = static_cast<char>(frame.back() | 0x80);
    peer_.Send({frame});
    EXPECT_THAT(peer_.close_status(), StatusIs(kInvalidArgument, HasSubstr("malformed")));
    peer_.Attach();
  }
}

TEST_F(LinkBadFramesTest, AFrameAlreadyProcessedIsSkippedWhole) {
  std::string call = RawPeer::CallFrame({.id = 1, .name = "any"});
  peer_.SendAt(1, {call});
  peer_.SendAt(1, {call, RawPeer::CallFrame({.id = 2, .name = "any"})});
  EXPECT_EQ(root_->calls, 2);
  EXPECT_FALSE(peer_.closed());
}

TEST_F(LinkBadFramesTest, APacketThatCannotBeParsedEndsTheConnection) {
  peer_.SendBytes("\xff\xff\xff");
  EXPECT_THAT(peer_.close_status(), StatusIs(kInvalidArgument));
}

TEST_F(LinkBadFramesTest, AFrameWithoutABodyEndsTheConnection) {
  peer_.Send({std::string("\x2a\x00", 2)});
  EXPECT_THAT(peer_.close_status(), StatusIs(kInvalidArgument, HasSubstr("frame 1 has no body")));
}

TEST_F(LinkBadFramesTest, ACallWithoutAnIdEndsTheConnection) {
  peer_.Send({RawPeer::CallFrame({.id = 0, .name = "any"})});
  EXPECT_THAT(peer_.close_status(), StatusIs(kInvalidArgument, HasSubstr("without an id")));
}

TEST_F(LinkBadFramesTest, ACallWhoseIdIsInUseEndsTheConnectionAndTheFirstGoesOn) {
  end_->hold = true;
  peer_.Send(
      {RawPeer::CallFrame({.id = 1, .name = "any"}), RawPeer::CallFrame({.id = 1, .name = "any"})});
  EXPECT_THAT(peer_.close_status(), StatusIs(kInvalidArgument, HasSubstr("id is in use")));
  EXPECT_THAT(end_->started, ElementsAre(1));
  EXPECT_EQ(end_->Stats().calls_running, 1u);
  end_->hold = false;
  end_->Take().reply.Return();
}

TEST_F(LinkBadFramesTest, AForgedHandleIsNotFound) {
  peer_.Send({RawPeer::CallFrame({.id = 1, .target = 4711, .member = 0})});
  EXPECT_THAT(AnswerTo(1), StatusIs(kNotFound, HasSubstr("handle 4711")));
  EXPECT_FALSE(peer_.closed());
}

TEST_F(LinkBadFramesTest, AForgedHandleSentHomeIsNotFoundAndTheCallDoesNotStart) {
  peer_.Send({CallWith(1, {{.yours = true, .handle = 4711}})});
  EXPECT_THAT(AnswerTo(1), StatusIs(kNotFound, HasSubstr("handle 4711")));
  EXPECT_EQ(root_->calls, 0);
}

TEST_F(LinkBadFramesTest, AMemberOutsideTheShapeIsInvalid) {
  auto object = MakeRef<SampleObject>("Thing", std::vector<Member>{{.name = "only"}});
  object->answer = Outcome();
  uint64_t handle = Export(object, 1);
  peer_.Send({RawPeer::CallFrame({.id = 2, .target = handle, .member = 1})});
  EXPECT_THAT(AnswerTo(2), StatusIs(kInvalidArgument, "member 2 of Thing, which has 1"));
  peer_.Send({RawPeer::CallFrame({.id = 3, .target = handle, .member = 0})});
  EXPECT_THAT(AnswerTo(3), IsOk());
}

TEST_F(LinkBadFramesTest, AMemberNamedThatTheShapeLacksIsNotFound) {
  uint64_t handle = Export(MakeRef<SampleObject>("Thing"), 1);
  peer_.Send({RawPeer::CallFrame({.id = 2, .target = handle, .name = "other"})});
  EXPECT_THAT(AnswerTo(2), StatusIs(kNotFound, HasSubstr("other")));
}

// Such an index once reached the object as a call of itself, and was looked up in its shape when
// the answer was an array: past the end of the list.
TEST_F(LinkBadFramesTest, AnIndexIntoTheRootOrIntoAnAnswerIsInvalid) {
  auto function = MakeRef<SampleObject>("f", std::vector<Member>(), ObjectKind::kFunction);
  function->answer = Outcome(Value(Array{1}));
  root_->answer = Outcome(Value(ObjectRef(function)));
  peer_.Send({RawPeer::CallFrame({.id = 1, .member = 60000})});
  EXPECT_THAT(AnswerTo(1), StatusIs(kInvalidArgument, HasSubstr("named")));
  peer_.Send({RawPeer::CallFrame({.id = 2, .name = "f", .keep_answer = true}),
              RawPeer::CallFrame({.id = 3, .on_answer = true, .target = 2, .member = 60000})});
  EXPECT_THAT(AnswerTo(3), StatusIs(kInvalidArgument, HasSubstr("named")));
  EXPECT_EQ(function->calls, 0);
}

TEST_F(LinkBadFramesTest, AnUnknownShapeNumberIsInvalidAndTheCallDoesNotStart) {
  peer_.Send({CallWith(1, {Handle(5, 3)})});
  EXPECT_THAT(AnswerTo(1), StatusIs(kInvalidArgument, "shape 3 was never defined"));
  EXPECT_EQ(root_->calls, 0);
  EXPECT_EQ(end_->Stats().imports, 0u);
}

TEST_F(LinkBadFramesTest, AShapeDefinedOutOfTurnIsInvalid) {
  peer_.Send({CallWith(1, {Handle(5, 2, AShape())})});
  EXPECT_THAT(AnswerTo(1), StatusIs(kInvalidArgument, "shape 2 is defined out of turn"));
  peer_.Send({CallWith(2, {Handle(6, 0, AShape())})});
  EXPECT_THAT(AnswerTo(2), StatusIs(kInvalidArgument, "shape 0 is defined out of turn"));
  peer_.Send({CallWith(3, {Handle(7, 1, AShape())})});
  EXPECT_THAT(AnswerTo(3), IsOk());
}

// Those after it once were out of turn for ever.
TEST_F(LinkBadFramesTest, ADefinitionThatIsRefusedTakesItsNumber) {
  ShapeRef shape = Shape::Build(ObjectKind::kObject, "Theirs", {Member{.name = "bad"}});
  std::string bad = CallWith(1, {Handle(5, 1, shape)});
  bad.replace(bad.find("bad"), 1, "\xff");
  peer_.Send({bad});
  EXPECT_THAT(AnswerTo(1), StatusIs(kInvalidArgument, HasSubstr("definition.members[0].name")));
  peer_.Send({CallWith(2, {Handle(6, 2, AShape())})});
  EXPECT_THAT(AnswerTo(2), IsOk());
  peer_.Send({CallWith(3, {Handle(7, 1)})});
  EXPECT_THAT(AnswerTo(3), StatusIs(kInvalidArgument, "the definition of shape 1 was refused"));
  peer_.Send({CallWith(4, {Handle(8, 1, AShape())})});
  EXPECT_THAT(AnswerTo(4), StatusIs(kInvalidArgument)) << "a number means one thing";
}

TEST_F(LinkBadFramesTest, WhatWaitsForACallThatCannotBeReadFailsWithItsCause) {
  wire::Call base{.id = 1, .name = "any", .keep_answer = true};
  wire::Call dependent{.id = 2, .on_answer = true, .target = 1, .name = "any"};
  peer_.Send({RawPeer::CallFrame(base, {Value("\xff")}), RawPeer::CallFrame(dependent)});
  std::vector<ReadFrame> frames = peer_.Receive();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_THAT(frames[0].status(), StatusIs(kInvalidArgument, HasSubstr("not UTF-8")));
  EXPECT_EQ(frames[1].status(), frames[0].status());
}

TEST_F(LinkBadFramesTest, AReturnWithoutAnOutcomeFailsItsCallAsInternal) {
  Sent sent = end_->Send({.target = end_->ImportRoot(), .name = "m"});
  // Frame{result{call: 1}}, where a later version may answer something else.
  ASSERT_EQ(sent.id, 1u);
  peer_.Send({std::string("\x2a\x04\x1a\x02\x08\x01", 6)});
  EXPECT_THAT(sent.status(), StatusIs(kInternal, HasSubstr("neither value nor error")));
}

TEST_F(LinkBadFramesTest, ARefusedTableIsRegisteredAndReleasedAllTheSame) {
  peer_.Send({CallWith(1, {Handle(5, 1, AShape()), Handle(6, 9), Handle(7, 1)})});
  end_->FlushIfWanted();
  std::vector<uint64_t> released;
  for (const ReadFrame& frame : peer_.Receive()) {
    if (frame.kind == wire::FrameKind::kReturn) {
      EXPECT_THAT(frame.status(), StatusIs(kInvalidArgument));
    }
    released.insert(released.end(), frame.handles.begin(), frame.handles.end());
  }
  EXPECT_THAT(released, ::testing::UnorderedElementsAre(5, 6, 7));
}

TEST_F(LinkBadFramesTest, ATableOfAFrameThatEndsTheConnectionIsRegisteredAndReleased) {
  peer_.Send({CallWith(0, {Handle(5, 1, AShape())})});
  EXPECT_TRUE(peer_.closed());
  end_->FlushIfWanted();
  EXPECT_EQ(end_->Stats().imports, 0u);
}

TEST_F(LinkBadFramesTest, AnArgumentOutsideTheTableIsInvalid) {
  // The value names entry 0 of a table without entries.
  peer_.Send({RawPeer::CallFrame({.id = 1, .name = "any"}, {RawPeer::AnObject()}, {})});
  EXPECT_THAT(AnswerTo(1), StatusIs(kInvalidArgument));
  EXPECT_EQ(root_->calls, 0);
}

TEST_F(LinkBadFramesTest, AReturnForAnUnknownCallIsDroppedAndItsReferencesReleased) {
  peer_.Send({RawPeer::ReturnFrame(77, Outcome(RawPeer::AnObject()), {Handle(5, 1, AShape())})});
  EXPECT_FALSE(peer_.closed());
  end_->FlushIfWanted();
  ReadFrame release = Only();
  EXPECT_EQ(release.kind, wire::FrameKind::kRelease);
  EXPECT_THAT(release.handles, ElementsAre(5));
  EXPECT_EQ(release.upto, 1u);
}

TEST_F(LinkBadFramesTest, ASecondReturnForACallIsDropped) {
  ObjectRef theirs = end_->ImportRoot();
  Sent sent = end_->Send({.target = theirs, .name = "any"});
  peer_.Send({RawPeer::ReturnFrame(sent.id, Outcome(Value(1))),
              RawPeer::ReturnFrame(sent.id, Outcome(Value(2)))});
  EXPECT_EQ(sent.answer->times, 1);
  EXPECT_EQ(sent.answer->value(), Value(1));
  EXPECT_FALSE(peer_.closed());
}

TEST_F(LinkBadFramesTest, AReturnWithABadTableFailsItsCallAsInternal) {
  ObjectRef theirs = end_->ImportRoot();
  Sent sent = end_->Send({.target = theirs, .name = "any"});
  peer_.Send({RawPeer::ReturnFrame(sent.id, Outcome(RawPeer::AnObject()), {Handle(5, 9)})});
  EXPECT_THAT(sent.status(), StatusIs(kInternal, HasSubstr("shape 9 was never defined")));
}

TEST_F(LinkBadFramesTest, AReleaseOfWhatWasNeverGivenOfTheRootOrTwiceChangesNothing) {
  auto object = MakeRef<SampleObject>("Thing");
  uint64_t handle = Export(object, 1);
  peer_.Send({RawPeer::ReleaseFrame(100, {4711, 0, UINT64_MAX})});
  EXPECT_EQ(end_->Stats().exports, 1u);
  peer_.Send({RawPeer::ReleaseFrame(100, {handle, handle})});
  peer_.Send({RawPeer::ReleaseFrame(100, {handle})});
  EXPECT_EQ(end_->Stats().exports, 0u);
  EXPECT_FALSE(peer_.closed());
  EXPECT_THAT(CallRoot(2), IsOk());
}

TEST_F(LinkBadFramesTest, ACancelOfAnUnknownOrAnsweredCallChangesNothing) {
  peer_.Send({RawPeer::CallFrame({.id = 1, .name = "any"})});
  EXPECT_THAT(Only().status(), IsOk());
  peer_.Send({RawPeer::CancelFrame(1), RawPeer::CancelFrame(4711)});
  EXPECT_FALSE(peer_.closed());
  EXPECT_EQ(peer_.Receive().size(), 0u);
}

TEST_F(LinkBadFramesTest, AGoneOfUnknownHandlesChangesNothing) {
  peer_.Send({RawPeer::GoneFrame({1, 2, 3}, GoneReason::kDestroyed)});
  EXPECT_FALSE(peer_.closed());
  EXPECT_EQ(end_->gone.size(), 0u);
}

TEST_F(LinkBadFramesTest, AnAcknowledgementOfFramesNeverSentIsBelievedUpToThere) {
  peer_.header.ack = UINT64_MAX;
  peer_.Send({});
  peer_.header.ack = 0;
  EXPECT_THAT(CallRoot(1), IsOk());
  EXPECT_THAT(CallRoot(2), IsOk());
}

TEST_F(LinkBadFramesTest, FailedCallsWithoutReplyAreNotAnswered) {
  peer_.Send({RawPeer::CallFrame({.id = 1, .target = 4711, .no_reply = true})});
  EXPECT_EQ(peer_.Receive().size(), 0u);
  EXPECT_EQ(end_->Stats().calls_running, 0u);
}

}  // namespace
}  // namespace hawser::tests
