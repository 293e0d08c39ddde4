// How long a handle lives (session.proto): release by watermark, from both ends.

#include "tests/proto/link/raw_peer_fixture.h"

namespace hawser::tests {
namespace {

using enum absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The importer's side, against a peer by hand.
class LinkImportTest : public RawPeerTest {
 protected:
  // The peer hands out `handle` in an answer; the proxy for it.
  ObjectRef Give(uint64_t handle) {
    Sent sent = end_->Send({.target = theirs_, .name = "give"});
    peer_.Receive();
    peer_.Send({Return(sent.id, handle)});
    return sent.answer->TakeObject();
  }
  std::string Return(uint64_t call, uint64_t handle) {
    wire::Reference reference{.handle = handle, .oid = handle, .shape_number = 1};
    if (!std::exchange(defined_, true))
      reference.definition = Shape::Build(ObjectKind::kObject, "Theirs");
    return RawPeer::ReturnFrame(call, Outcome(RawPeer::AnObject()), {reference});
  }
  bool defined_ = false;
  ObjectRef theirs_ = end_->ImportRoot();
};

TEST_F(LinkImportTest, TheLastDropReleasesTheHandleWithTheHighestFrameRegistered) {
  ObjectRef proxy = Give(5);
  ObjectRef copy = proxy;
  peer_.Send({RawPeer::CancelFrame(1), RawPeer::CancelFrame(1)});  // frames 2 and 3
  proxy.reset();
  end_->FlushIfWanted();
  EXPECT_THAT(peer_.Receive(), IsEmpty());
  copy.reset();
  EXPECT_TRUE(end_->wants_flush);
  end_->FlushIfWanted();
  ReadFrame release = Only();
  EXPECT_EQ(release.kind, wire::FrameKind::kRelease);
  EXPECT_THAT(release.handles, ElementsAre(5));
  EXPECT_EQ(release.upto, 3u);
}

TEST_F(LinkImportTest, TheSameHandleIsTheSameProxy) {
  ObjectRef one = Give(5);
  EXPECT_EQ(Give(5), one);
  EXPECT_NE(Give(6), one);
}

TEST_F(LinkImportTest, AHandleMetAgainBeforeTheReleaseIsStampedIsNotReleased) {
  ObjectRef proxy = Give(5);
  proxy.reset();
  ObjectRef again = Give(5);
  end_->Flush();
  EXPECT_THAT(peer_.Receive(), IsEmpty());
  again.reset();
  end_->Flush();
  EXPECT_THAT(Only().handles, ElementsAre(5));
}

TEST_F(LinkImportTest, APendingCallOwnsItsTarget) {
  ObjectRef proxy = Give(5);
  Sent sent = end_->Send({.target = proxy});
  proxy.reset();
  end_->Flush();
  EXPECT_EQ(Only().kind, wire::FrameKind::kCall);
  peer_.Send({RawPeer::ReturnFrame(sent.id, Outcome())});
  end_->Flush();
  EXPECT_THAT(Only().handles, ElementsAre(5));
}

TEST_F(LinkImportTest, TheReleaseAfterACallWithoutReplyFollowsTheCall) {
  ObjectRef proxy = Give(5);
  Sent sent = end_->Send({.target = std::move(proxy), .no_reply = true});
  EXPECT_THAT(sent.status(), IsOk());
  end_->Flush();
  std::vector<ReadFrame> frames = peer_.Receive();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].kind, wire::FrameKind::kCall);
  EXPECT_EQ(frames[1].kind, wire::FrameKind::kRelease);
}

TEST_F(LinkImportTest, ALateReturnStillRegistersAndReleasesItsReferences) {
  Sent sent =
      end_->Send({.target = theirs_, .name = "give", .deadline = clock_.Now() + absl::Seconds(1)});
  clock_.Advance(absl::Seconds(2));
  end_->Tick();
  EXPECT_THAT(sent.status(), StatusIs(kDeadlineExceeded));
  peer_.Receive();
  peer_.Send({Return(sent.id, 5)});
  end_->FlushIfWanted();
  ReadFrame release = Only();
  EXPECT_THAT(release.handles, ElementsAre(5));
  EXPECT_EQ(release.upto, 1u);
  EXPECT_EQ(sent.answer->times, 1);
}

TEST_F(LinkImportTest, AnObjectSentHomeIsNamedAsTheReceiversOwn) {
  ObjectRef proxy = Give(5);
  end_->Send({.target = theirs_, .name = "take"}, {Value(proxy)});
  ReadFrame call = Only();
  ASSERT_EQ(call.references.size(), 1u);
  EXPECT_TRUE(call.references[0].yours);
  EXPECT_EQ(call.references[0].handle, 5u);
  EXPECT_EQ(end_->Stats().exports, 0u);
}

TEST_F(LinkImportTest, GoneMarksTheProxyOnceAndItsHandleIsStillReleased) {
  ObjectRef proxy = Give(5);
  peer_.Send({RawPeer::GoneFrame({5}, GoneReason::kModuleUnloaded)});
  EXPECT_EQ(proxy->gone(), GoneReason::kModuleUnloaded);
  EXPECT_THAT(end_->gone, ElementsAre(std::pair(uint64_t{5}, GoneReason::kModuleUnloaded)));
  proxy.reset();
  end_->Flush();
  EXPECT_THAT(Only().handles, ElementsAre(5));
}

TEST_F(LinkImportTest, KeptAnswersAreReleasedAfterTheCallsThatNameThem) {
  Sent base = end_->Send({.target = theirs_, .name = "give", .keep_answer = true});
  end_->Send({.answer = base.id, .name = "touch"});
  end_->ReleaseAnswer(base.id);
  end_->Flush();
  std::vector<ReadFrame> frames = peer_.Receive();
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_TRUE(frames[1].call.on_answer);
  EXPECT_THAT(frames[2].answers, ElementsAre(base.id));
}

// The exporter's side.
class LinkExportTest : public RawPeerTest {};

TEST_F(LinkExportTest, TheHandleIsFreedByAReleaseThatHasSeenItsLastFrame) {
  int before = SampleObject::alive;
  uint64_t handle = Export(MakeRef<SampleObject>("Thing"), 1);
  EXPECT_EQ(SampleObject::alive, before + 1);
  peer_.Send({RawPeer::ReleaseFrame(last_frame_, {handle})});
  EXPECT_EQ(SampleObject::alive, before);
  peer_.Send({RawPeer::CallFrame({.id = 2, .target = handle})});
  EXPECT_THAT(AnswerTo(2), StatusIs(kNotFound, HasSubstr("is released")));
}

TEST_F(LinkExportTest, AReleaseThatCrossesASecondSendIsIgnored) {
  ObjectRef object = MakeRef<SampleObject>("Thing");
  uint64_t handle = Export(object, 1);
  uint64_t first = last_frame_;
  EXPECT_EQ(Export(object, 2), handle);
  peer_.Send({RawPeer::ReleaseFrame(first, {handle})});
  EXPECT_EQ(end_->Stats().exports, 1u);
  peer_.Send({RawPeer::ReleaseFrame(last_frame_, {handle})});
  EXPECT_EQ(end_->Stats().exports, 0u);
}

TEST_F(LinkExportTest, AnObjectExportedAgainAfterItsReleaseGetsANewHandle) {
  ObjectRef object = MakeRef<SampleObject>("Thing");
  uint64_t first = Export(object, 1);
  peer_.Send({RawPeer::ReleaseFrame(last_frame_, {first})});
  EXPECT_NE(Export(object, 2), first);
}

TEST_F(LinkExportTest, AShapeIsDefinedOnceAndNumberedAfterwards) {
  auto one = MakeRef<SampleObject>("Thing", std::vector<Member>{{.name = "m"}});
  root_->answer = Outcome(Value(ObjectRef(one)));
  peer_.Send({RawPeer::CallFrame({.id = 1, .name = "give"})});
  ReadFrame first = Only();
  ASSERT_EQ(first.references.size(), 1u);
  EXPECT_EQ(first.references[0].shape_number, 1u);
  ASSERT_NE(first.references[0].definition, nullptr);
  EXPECT_EQ(first.references[0].definition->members()[0].name, "m");
  peer_.Send({RawPeer::CallFrame({.id = 2, .name = "give"})});
  ReadFrame second = Only();
  EXPECT_EQ(second.references[0].shape_number, 1u);
  EXPECT_EQ(second.references[0].definition, nullptr);
}

TEST_F(LinkExportTest, AReferenceSentHomeArrivesAsTheOriginal) {
  ObjectRef object = MakeRef<SampleObject>("Thing");
  uint64_t handle = Export(object, 1);
  peer_.Send({RawPeer::CallFrame({.id = 2, .name = "take"}, {RawPeer::AnObject()},
                                 {{.yours = true, .handle = handle}})});
  ASSERT_EQ(root_->args.size(), 1u);
  EXPECT_EQ(root_->args[0].AsObject(), object.get());
}

TEST_F(LinkExportTest, DescribeAnswersTheSameObjectUnderANewHandle) {
  ObjectRef object = MakeRef<SampleObject>("Thing");
  uint64_t handle = Export(object, 1);
  peer_.Send({RawPeer::CallFrame({.id = 2, .target = handle, .op = Op::kDescribe})});
  ReadFrame described = Only();
  ASSERT_EQ(described.references.size(), 1u);
  EXPECT_NE(described.references[0].handle, handle);
  EXPECT_EQ(end_->Stats().exports, 2u);
}

TEST_F(LinkExportTest, GoneIsToldOnEveryHandleAfterTheReturnsOfCallsStarted) {
  auto object = MakeRef<SampleObject>("Thing");
  uint64_t handle = Export(object, 1);
  peer_.Send({RawPeer::CallFrame({.id = 2, .target = handle, .op = Op::kDescribe})});
  uint64_t described = Only().references[0].handle;
  peer_.Send({RawPeer::CallFrame({.id = 3, .target = handle})});
  object->reason = GoneReason::kDestroyed;
  end_->ObjectGone(object.get(), GoneReason::kDestroyed);
  EXPECT_THAT(peer_.Receive(), IsEmpty());
  object->pending.Return();
  std::vector<ReadFrame> frames = peer_.Receive();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].kind, wire::FrameKind::kReturn);
  EXPECT_EQ(frames[1].reason, GoneReason::kDestroyed);
  EXPECT_THAT(frames[1].handles, ::testing::UnorderedElementsAre(handle, described));

  // The slot stays, dead, until released.
  peer_.Send({RawPeer::CallFrame({.id = 4, .target = handle})});
  EXPECT_THAT(AnswerTo(4), StatusIs(kNotFound, HasSubstr("destroyed")));
  peer_.Send({RawPeer::ReleaseFrame(100, {handle, described})});
  EXPECT_EQ(end_->Stats().exports, 0u);
}

// The peer once heard nothing when the newer of two handles was released first.
TEST_F(LinkExportTest, GoneIsToldToWhoHoldsOnlyTheHandleFromBeforeADescribe) {
  auto object = MakeRef<SampleObject>("Thing");
  uint64_t handle = Export(object, 1);
  peer_.Send({RawPeer::CallFrame({.id = 2, .target = handle, .op = Op::kDescribe})});
  ReadFrame described = Only();
  peer_.Send({RawPeer::ReleaseFrame(described.number, {described.references[0].handle})});
  end_->ObjectGone(object.get(), GoneReason::kRevoked);
  ReadFrame gone = Only();
  EXPECT_EQ(gone.kind, wire::FrameKind::kGone);
  EXPECT_THAT(gone.handles, ElementsAre(handle));
}

TEST_F(LinkExportTest, GoneFollowsTheFrameThatHandsOutWhatIsGoneAlreadyAndIsToldOnce) {
  auto object = MakeRef<SampleObject>("Thing");
  object->reason = GoneReason::kDestroyed;
  root_->answer = Outcome(Value(ObjectRef(object)));
  peer_.Send({RawPeer::CallFrame({.id = 1, .name = "give"})});
  std::vector<ReadFrame> frames = peer_.Receive();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].kind, wire::FrameKind::kReturn);
  EXPECT_EQ(frames[1].kind, wire::FrameKind::kGone);
  EXPECT_EQ(frames[1].reason, GoneReason::kDestroyed);
  EXPECT_THAT(frames[1].handles, ElementsAre(frames[0].references[0].handle));

  // Who looks for the holders while it is handed out may find this one too.
  end_->ObjectGone(object.get(), GoneReason::kDestroyed);
  peer_.Send({RawPeer::CallFrame({.id = 2, .name = "give"})});
  EXPECT_EQ(Only().kind, wire::FrameKind::kReturn);
}

TEST_F(LinkExportTest, GoneOfWhatThePeerDoesNotHoldIsNotTold) {
  auto object = MakeRef<SampleObject>("Thing");
  end_->ObjectGone(object.get(), GoneReason::kDestroyed);
  EXPECT_THAT(peer_.Receive(), IsEmpty());
}

// Both ends together.
class LinkReleaseTest : public LinkTest {};

TEST_F(LinkReleaseTest, NothingStaysExportedOnceTheLastProxyIsDropped) {
  int before = SampleObject::alive;
  ObjectRef proxy = Import(MakeRef<SampleObject>("Thing"));
  Settle();
  EXPECT_EQ(far_->Stats().exports, 1u);
  EXPECT_EQ(SampleObject::alive, before + 1);
  proxy.reset();
  Settle();
  EXPECT_EQ(far_->Stats().exports, 0u);
  EXPECT_EQ(SampleObject::alive, before);
}

TEST_F(LinkReleaseTest, AReleaseOnItsWayWhileTheHandleIsSentAgainLosesNothing) {
  auto object = MakeRef<SampleObject>("Thing");
  object->answer = Outcome();
  ObjectRef proxy = Import(object);
  uint64_t handle = HandleOf(proxy);
  root_->answer = Outcome(Value(ObjectRef(object)));
  Sent again = CallRoot("give");
  connection_->DeliverToB();  // the call; its answer is on its way back
  proxy.reset();
  near_->Flush();  // the Release goes out before the answer came in
  Settle();
  ObjectRef second = again.answer->TakeObject();
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(HandleOf(second), handle);
  EXPECT_EQ(far_->Stats().exports, 1u);
  Sent sent = near_->Send({.target = second});
  Settle();
  EXPECT_THAT(sent.status(), IsOk());
  second.reset();
  Settle();
  EXPECT_EQ(far_->Stats().exports, 0u);
}

TEST_F(LinkReleaseTest, AReleaseNumberedWhileDetachedArrivesAfterTheNextAttach) {
  ObjectRef proxy = Import(MakeRef<SampleObject>("Thing"));
  connection_->Cut();
  proxy.reset();
  near_->FlushIfWanted();
  EXPECT_EQ(far_->Stats().exports, 1u);
  Connect();
  Settle();
  EXPECT_EQ(far_->Stats().exports, 0u);
}

// Each removal once searched all the others.
TEST_F(LinkReleaseTest, HandlesOfOneObjectDescribedOverAndOverAreReleasedInOneGo) {
  constexpr int kHandles = 200'000;
  ObjectRef object = MakeRef<SampleObject>("Thing");
  std::vector<ObjectRef> proxies{Import(object)};
  for (int i = 0; i < kHandles; ++i) {
    Sent sent = near_->Send({.target = proxies[0], .op = Op::kDescribe});
    connection_->DeliverAll();
    proxies.push_back(sent.answer->TakeObject());
    if (i % 1000 == 0) Settle();
  }
  EXPECT_EQ(far_->Stats().exports, static_cast<size_t>(kHandles) + 1);
  proxies.clear();
  Settle();
  EXPECT_EQ(far_->Stats().exports, 0u);
}

}  // namespace
}  // namespace hawser::tests
