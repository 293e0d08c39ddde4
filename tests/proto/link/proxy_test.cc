#include "proto/link/proxy.h"

#include <stop_token>

#include "tests/proto/link/raw_peer_fixture.h"

namespace hawser::tests {
namespace {

using enum absl::StatusCode;
using link::Proxy;
using ::testing::HasSubstr;

class ProxyTest : public RawPeerTest {
 protected:
  // A proxy for `shape`, as the peer's handle.
  ObjectRef Give(uint64_t handle, const ShapeRef& shape, uint64_t oid = 0, Value constant = {},
                 std::string_view site = {}) {
    Sent sent = end_->Send({.target = theirs_, .name = "give"});
    peer_.Receive();
    wire::Reference reference{.handle = handle,
                              .oid = oid == 0 ? handle : oid,
                              .shape_number = ++shapes_,
                              .definition = shape,
                              .site = site,
                              .constant = std::move(constant)};
    peer_.Send({RawPeer::ReturnFrame(sent.id, Outcome(RawPeer::AnObject()), {reference})});
    return sent.answer->TakeObject();
  }
  static ShapeRef Function(CallbackMode mode) {
    return Shape::Build(ObjectKind::kFunction, "f", {}, {}, mode);
  }
  // Invokes it as an object of this process.
  Sent Invoke(const ObjectRef& object, Invocation call = {}) {
    Sent sent{.answer = std::make_shared<AnswerSlot>()};
    object->Invoke(call, sent.answer->MakeReply());
    return sent;
  }

  ObjectRef theirs_ = end_->ImportRoot();
  uint32_t shapes_ = 0;
};

TEST_F(ProxyTest, IsToldFromOtherObjects) {
  EXPECT_EQ(Proxy::From(theirs_.get()), theirs_.get());
  EXPECT_EQ(Proxy::From(root_.get()), nullptr);
  EXPECT_EQ(Proxy::From(static_cast<Object*>(nullptr)), nullptr);
}

TEST_F(ProxyTest, ShowsWhatItsReferenceSaid) {
  ObjectRef proxy = Give(5, Function(CallbackMode::kPlain), 77, {}, "shop/cart.cc:42");
  EXPECT_EQ(proxy->oid(), ObjectId(77));
  EXPECT_EQ(proxy->shape()->name(), "f");
  EXPECT_EQ(proxy->site(), "shop/cart.cc:42");
  EXPECT_EQ(proxy->gone(), GoneReason::kAlive);
}

TEST_F(ProxyTest, TwoHandlesOfOneObjectAreTheSame) {
  ShapeRef shape = Shape::Build(ObjectKind::kObject, "X");
  ObjectRef one = Give(5, shape, 77), two = Give(6, shape, 77), other = Give(7, shape, 78);
  EXPECT_NE(one, two);
  EXPECT_TRUE(one->Same(*two));
  EXPECT_FALSE(one->Same(*other));
  EXPECT_FALSE(one->Same(*root_));
}

TEST_F(ProxyTest, ACallGoesOutByIndexWhereTheShapeIsItsOwnAndByNameOtherwise) {
  ObjectRef proxy = Give(5, Shape::Build(ObjectKind::kObject, "X", {{.name = "a"}, {.name = "b"}}));
  ShapeRef shape = proxy->shape();
  Invoke(proxy, {.member = 1, .shape = shape.get()});
  ReadFrame by_index = Only();
  EXPECT_EQ(by_index.call.target, 5u);
  EXPECT_EQ(by_index.call.member, 1);
  Invoke(proxy, {.name = "b"});
  EXPECT_EQ(Only().call.member, 1);
  Invoke(proxy, {.name = "c"});
  EXPECT_EQ(Only().call.name, "c");
}

TEST_F(ProxyTest, APlainFunctionIsCalledAndAnswered) {
  ObjectRef proxy = Give(5, Function(CallbackMode::kPlain));
  Sent sent = Invoke(proxy);
  ReadFrame call = Only();
  EXPECT_FALSE(call.call.no_reply);
  EXPECT_FALSE(sent.answered());
  peer_.Send({RawPeer::ReturnFrame(call.call.id, Outcome(Value(7)))});
  EXPECT_EQ(sent.answer->value(), Value(7));
}

TEST_F(ProxyTest, ANotifyFunctionAnswersUndefinedAtOnceAndIsCalledWithoutReply) {
  ObjectRef proxy = Give(5, Function(CallbackMode::kNotify));
  Sent sent = Invoke(proxy);
  EXPECT_THAT(sent.status(), IsOk());
  EXPECT_TRUE(sent.answer->value().is_undefined());
  EXPECT_TRUE(Only().call.no_reply);
}

TEST_F(ProxyTest, ACallFunctionAnswersAPromiseAtOnce) {
  ObjectRef proxy = Give(5, Function(CallbackMode::kCall));
  Sent sent = Invoke(proxy);
  ObjectRef promise = sent.answer->TakeObject();
  ASSERT_NE(promise, nullptr);
  EXPECT_EQ(promise->shape()->kind(), ObjectKind::kPromise);
  ReadFrame call = Only();
  Sent awaited = Invoke(promise, {.op = Op::kAwait});
  EXPECT_FALSE(awaited.answered());
  peer_.Send({RawPeer::ReturnFrame(call.call.id, Outcome(Value(7)))});
  EXPECT_EQ(awaited.answer->value(), Value(7));
}

TEST_F(ProxyTest, AConstFunctionAnswersWithoutAFrame) {
  ObjectRef proxy = Give(5, Function(CallbackMode::kConst), 5, Value(42));
  Sent sent = Invoke(proxy);
  EXPECT_EQ(sent.answer->value(), Value(42));
  EXPECT_EQ(peer_.Receive().size(), 0u);
}

TEST_F(ProxyTest, ACallOfAGoneObjectIsNotFoundWithoutAFrame) {
  ObjectRef proxy = Give(5, Shape::Build(ObjectKind::kObject, "X"));
  peer_.Send({RawPeer::GoneFrame({5}, GoneReason::kRevoked)});
  EXPECT_THAT(Invoke(proxy).status(), StatusIs(kNotFound, HasSubstr("revoked")));
  EXPECT_EQ(peer_.Receive().size(), 0u);
}

TEST_F(ProxyTest, OnlyTheFirstReasonStays) {
  ObjectRef proxy = Give(5, Shape::Build(ObjectKind::kObject, "X"));
  peer_.Send({RawPeer::GoneFrame({5}, GoneReason::kRevoked),
              RawPeer::GoneFrame({5}, GoneReason::kCrashed)});
  EXPECT_EQ(proxy->gone(), GoneReason::kRevoked);
}

TEST_F(ProxyTest, DroppingTheLastReferenceOnlyAsksForAFlush) {
  ObjectRef proxy = Give(5, Shape::Build(ObjectKind::kObject, "X"));
  end_->wants_flush = false;
  proxy.reset();
  EXPECT_TRUE(end_->wants_flush);
  EXPECT_EQ(peer_.Receive().size(), 0u);
}

class StopContext final : public CallContext {
 public:
  SessionRef session() const override { return nullptr; }
  std::stop_token stop_token() override { return source.get_token(); }
  std::stop_source source;
};

TEST_F(ProxyTest, ACallPassedOnIsCancelledAtThePeerWhenItsCallerGivesUp) {
  ObjectRef proxy = Give(5, Function(CallbackMode::kPlain));
  StopContext caller;
  Sent sent = Invoke(proxy, {.op = Op::kCall, .context = &caller});
  uint64_t id = Only().call.id;
  caller.source.request_stop();
  ReadFrame cancel = Only();
  EXPECT_EQ(cancel.kind, wire::FrameKind::kCancel);
  EXPECT_EQ(cancel.call_id, id);
  EXPECT_FALSE(sent.answered()) << "the peer answers it";
  peer_.Send({RawPeer::ReturnFrame(id, Outcome::Failed(absl::CancelledError("so be it")))});
  EXPECT_THAT(sent.status(), StatusIs(kCancelled, "so be it"));
}

TEST_F(ProxyTest, ACallPassedOnThatIsNotYetSentIsCancelledHere) {
  auto end = MakeRef<TestEndpoint>(clock_);
  RawPeer peer(*end);
  peer.Attach(0, {.calls = 0, .bytes = 0});
  ObjectRef theirs = end->ImportRoot();
  StopContext caller;
  Sent later = Invoke(theirs, {.op = Op::kCall, .name = "m", .context = &caller});
  EXPECT_FALSE(later.answered());
  caller.source.request_stop();
  EXPECT_THAT(later.status(), StatusIs(kCancelled, HasSubstr("before it was sent")));
  Sent at_once = Invoke(theirs, {.op = Op::kCall, .name = "m", .context = &caller});
  EXPECT_THAT(at_once.status(), StatusIs(kCancelled, HasSubstr("before it was sent")));
  theirs.reset();
  end->End(EndReason::kLeft, absl::OkStatus());
  end->Flush();
}

TEST_F(ProxyTest, ACallerThatGivesUpAfterTheAnswerCancelsNothing) {
  ObjectRef proxy = Give(5, Function(CallbackMode::kPlain));
  StopContext caller;
  Sent sent = Invoke(proxy, {.op = Op::kCall, .context = &caller});
  peer_.Send({RawPeer::ReturnFrame(Only().call.id, Outcome(Value(1)))});
  EXPECT_THAT(sent.status(), IsOk());
  caller.source.request_stop();
  EXPECT_EQ(peer_.Receive().size(), 0u);
}

TEST_F(ProxyTest, ThePromiseOfACallbackDoesNotWaitForEver) {
  ObjectRef proxy = Give(5, Function(CallbackMode::kCall));
  Sent sent = Invoke(proxy, {.op = Op::kCall});
  ObjectRef promise = sent.answer->TakeObject();
  clock_.Advance(link::LinkLimits().callback_deadline);
  end_->Tick();
  Sent awaited = Invoke(promise, {.op = Op::kAwait});
  EXPECT_THAT(awaited.status(), StatusIs(kDeadlineExceeded));
}

}  // namespace
}  // namespace hawser::tests
