#include "proto/link/incoming_call.h"

#include "tests/proto/link/raw_peer_fixture.h"

namespace hawser::tests {
namespace {

using enum absl::StatusCode;
using ::testing::ElementsAre;

class IncomingCallTest : public RawPeerTest {
 protected:
  IncomingCallTest() { end_->hold = true; }
  Held Start(wire::Call call, Array args = {}) {
    call.id = 1;
    peer_.Send({RawPeer::CallFrame(call, std::move(args))});
    return end_->Take();
  }
};

TEST_F(IncomingCallTest, SaysWhatTheFrameSaid) {
  Held held = Start({.op = Op::kGet, .name = "size"}, {Value(1), Value("two")});
  EXPECT_EQ(held.call->id(), 1u);
  EXPECT_EQ(held.call->op(), Op::kGet);
  EXPECT_EQ(&held.call->target(), root_.get());
  EXPECT_FALSE(held.call->no_reply());
  EXPECT_EQ(held.call->deadline(), std::nullopt);
  Invocation call = held.call->invocation();
  EXPECT_EQ(call.member_name(), "size");
  EXPECT_THAT(Array(call.args.begin(), call.args.end()), ElementsAre(Value(1), Value("two")));
  EXPECT_EQ(call.context, held.call);
}

TEST_F(IncomingCallTest, AMemberOfAHandleIsAnIndexIntoTheShapeItWasHandedOutWith) {
  end_->hold = false;
  auto object = MakeRef<SampleObject>("X", std::vector<Member>{{.name = "a"}, {.name = "b"}});
  uint64_t handle = Export(object, 7);
  end_->hold = true;
  Held held = Start({.target = handle, .member = 1});
  EXPECT_EQ(held.member(), "b");
  EXPECT_EQ(held.call->invocation().shape, object->shape().get());
}

TEST_F(IncomingCallTest, AReplyDroppedUnansweredIsInternal) {
  Held held = Start({.name = "m"});
  held.reply = Reply();
  EXPECT_THAT(AnswerTo(1), StatusIs(kInternal));
}

TEST_F(IncomingCallTest, ACallWithoutReplyIsNotAnswered) {
  Held held = Start({.name = "m", .no_reply = true});
  EXPECT_TRUE(held.call->no_reply());
  held.reply.Return(7);
  EXPECT_EQ(peer_.Receive().size(), 0u);
  EXPECT_EQ(end_->Stats().calls_running, 0u);
}

TEST_F(IncomingCallTest, AStopAskedForBeforeTheModuleLooksIsSeen) {
  Held held = Start({.name = "m"});
  peer_.Send({RawPeer::CancelFrame(1)});
  EXPECT_TRUE(held.call->stop_token().stop_requested());
}

TEST_F(IncomingCallTest, AStopReachesWhoeverListensAlready) {
  Held held = Start({.name = "m"});
  int stopped = 0;
  std::stop_callback callback(held.call->stop_token(), [&] { ++stopped; });
  EXPECT_EQ(stopped, 0);
  peer_.Send({RawPeer::CancelFrame(1), RawPeer::CancelFrame(1)});
  EXPECT_EQ(stopped, 1);
}

TEST_F(IncomingCallTest, TheModuleMayAnswerAfterTheSessionEnded) {
  Held held = Start({.name = "m"});
  end_->End(EndReason::kLeft, absl::OkStatus());
  EXPECT_TRUE(held.call->stop_token().stop_requested());
  held.reply.Return(7);
  EXPECT_EQ(end_->Stats().calls_running, 0u);
}

TEST_F(IncomingCallTest, ItsTargetLivesUntilItIsAnswered) {
  end_->hold = false;
  uint64_t handle = Export(MakeRef<SampleObject>("X"), 7);
  end_->hold = true;
  int before = SampleObject::alive;
  Held held = Start({.target = handle});
  peer_.Send({RawPeer::ReleaseFrame(100, {handle})});
  EXPECT_EQ(SampleObject::alive, before);
  held.reply.Return();
  EXPECT_EQ(SampleObject::alive, before - 1);
}

}  // namespace
}  // namespace hawser::tests
