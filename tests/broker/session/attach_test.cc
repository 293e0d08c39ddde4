// How connections become sessions, and what is refused. The rules are those of session.proto.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/wire/writer.h"
#include "tests/support/broker_harness.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using absl::StatusCode;
using Outcome = wire::AttachReply::Outcome;
using ::testing::HasSubstr;

constexpr absl::Duration kTtl = absl::Seconds(30);

class AttachTest : public ::testing::Test {
 protected:
  explicit AttachTest(BrokerHarness::Options options = {}) : harness_(std::move(options)) {
    harness_.AddModule("math", [this](Module& module) {
      module.Function("add", [](int64_t a, int64_t b) { return a + b; });
      module.Function("later", [this](LateReply reply) { later_ = std::move(reply); });
    });
  }
  ~AttachTest() override { later_ = LateReply(); }

  // What every test asserts at its end: the broker goes on serving.
  void ExpectOthersWork() {
    std::unique_ptr<TestClient> other = harness_.Connect();
    absl::StatusOr<ObjectRef> math = other->Require("math");
    ASSERT_THAT(math, IsOk());
    EXPECT_THAT(other->Call(*math, "add", {1, 2}), IsOkAndHolds(Value(3)));
  }
  // What the connection ends with when its first packet is this.
  absl::Status Refusal(std::string first_packet) {
    std::unique_ptr<MemoryPipe> pipe = harness_.OpenPipe();
    pipe->Send(std::move(first_packet));
    return pipe->Finish();
  }
  absl::Status Refusal(const wire::Attach& attach) {
    std::string packet;
    wire::WriteAttach(attach, &packet);
    return Refusal(std::move(packet));
  }
  static wire::Attach GoodAttach() {
    TestClient client;
    client.attach.attach = 1;
    return client.attach;
  }

  LateReply later_;  // destroyed after the broker
  BrokerHarness harness_;
};

TEST_F(AttachTest, AnUnknownSessionIsCreatedWithTheTtlItWishes) {
  TestClient client;
  client.attach.ttl_ms = 5000;
  absl::StatusOr<wire::AttachReply> reply = client.Attach(harness_.OpenPipe());
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->outcome, Outcome::kCreated);
  EXPECT_EQ(reply->epoch, harness_.broker().epoch().value());
  EXPECT_EQ(reply->ttl_ms, 5000u);
  EXPECT_EQ(reply->ack, 0u);
  EXPECT_GT(reply->limits.calls, 0u);
  EXPECT_GT(reply->max_frame_bytes, 0u);
  EXPECT_GT(reply->max_packet_bytes, reply->max_frame_bytes);
  EXPECT_THAT(reply->broker, HasSubstr("hawserd "));
}

TEST_F(AttachTest, ACutSessionIsResumedWithItsReferences) {
  std::unique_ptr<TestClient> client = harness_.Connect();
  absl::StatusOr<ObjectRef> math = client->Require("math");
  ASSERT_THAT(math, IsOk());
  client->Cut();
  harness_.Advance(kTtl / 2);
  absl::StatusOr<wire::AttachReply> reply = client->Attach(harness_.OpenPipe());
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->outcome, Outcome::kResumed);
  EXPECT_THAT(client->Call(*math, "add", {1, 2}), IsOkAndHolds(Value(3)));
}

TEST_F(AttachTest, ACallInWorkAcrossACutIsAnsweredOnce) {
  std::unique_ptr<TestClient> client = harness_.Connect();
  ObjectRef math = client->Require("math").value();
  auto outcome = std::make_shared<std::optional<hawser::Outcome>>();
  client->Start(math, Op::kCall, "later", {}, outcome);
  client->Pump();
  harness_.Settle();
  client->Cut();
  later_.Return("done");
  ASSERT_THAT(client->Attach(harness_.OpenPipe()), IsOk());
  ASSERT_TRUE(client->AwaitThat([&] { return outcome->has_value(); }));
  EXPECT_EQ((*outcome)->value(), Value("done"));
}

TEST_F(AttachTest, AnAttachWhoseAnswerWasLostIsRepairedByAnother) {
  TestClient client;
  ASSERT_THAT(client.Attach(harness_.OpenPipe()), IsOk());
  client.Cut();
  client.attach.epoch = 0;  // as if the answer never came
  absl::StatusOr<wire::AttachReply> reply = client.Attach(harness_.OpenPipe());
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->outcome, Outcome::kResumed);
  EXPECT_EQ(harness_.broker().sessions().size(), 1u);
}

TEST_F(AttachTest, ANewerAttachFencesTheOlderConnection) {
  std::unique_ptr<TestClient> client = harness_.Connect();
  ObjectRef math = client->Require("math").value();
  PacketPipe& old = client->pipe();
  TestClient twin;
  twin.attach = client->attach;
  ASSERT_THAT(twin.Attach(harness_.OpenPipe()), IsOk());
  EXPECT_THAT(old.Finish(), StatusIs(StatusCode::kAborted));
  EXPECT_THAT(twin.Call(twin.root(), "require", {"math"}), IsOk());
}

TEST_F(AttachTest, AStaleAttachIsRefusedAndTheGoodConnectionStays) {
  std::unique_ptr<TestClient> client = harness_.Connect();
  ObjectRef math = client->Require("math").value();
  wire::Attach late = client->attach;  // the number the session accepted already
  EXPECT_THAT(Refusal(late), StatusIs(StatusCode::kAborted, HasSubstr("stale")));
  EXPECT_THAT(client->Call(math, "add", {1, 2}), IsOkAndHolds(Value(3)));
}

TEST_F(AttachTest, AnAckBelowWhatWasAcknowledgedBeforeIsRefusedAsTheRestIsForgotten) {
  std::unique_ptr<TestClient> client = harness_.Connect();
  ObjectRef math = client->Require("math").value();
  EXPECT_THAT(client->Call(math, "add", {1, 2}), IsOkAndHolds(Value(3)));
  client->Heartbeat();
  harness_.Settle();
  wire::Attach amnesiac = client->attach;
  amnesiac.attach = 100;
  amnesiac.ack = 0;
  EXPECT_THAT(Refusal(amnesiac), StatusIs(StatusCode::kFailedPrecondition,
                                          HasSubstr("ack 0: frames up to 2 were acknowledged")));
  EXPECT_THAT(client->Call(math, "add", {1, 2}), IsOkAndHolds(Value(3)));
}

TEST_F(AttachTest, AWrongTokenIsDeniedAndTheSessionUntouched) {
  std::unique_ptr<TestClient> client = harness_.Connect();
  ObjectRef math = client->Require("math").value();
  wire::Attach thief = client->attach;
  thief.attach = 100;
  thief.token.back() ^= 1;
  EXPECT_THAT(Refusal(thief), StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(client->Call(math, "add", {1, 2}), IsOkAndHolds(Value(3)));
  client->Cut();
  EXPECT_THAT(client->Attach(harness_.OpenPipe()), IsOk()) << "100 was not accepted";
}

TEST_F(AttachTest, TheRightTokenOfAnotherUserIsDeniedInTheSameWords) {
  std::unique_ptr<TestClient> client = harness_.Connect();
  wire::Attach thief = client->attach;
  thief.attach = 100;
  harness_.peer.uid = *harness_.peer.uid + 1;
  absl::Status other_user = Refusal(thief);
  thief.token.back() ^= 1;
  EXPECT_THAT(other_user, StatusIs(StatusCode::kPermissionDenied));
  EXPECT_EQ(other_user, Refusal(thief));
}

TEST_F(AttachTest, AnAttachOfAnotherEpochIsToldThatTheBrokerRestarted) {
  TestClient client;
  client.attach.epoch = harness_.broker().epoch().value() ^ 2;
  absl::StatusOr<wire::AttachReply> reply = client.Attach(harness_.OpenPipe());
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->outcome, Outcome::kBrokerRestarted);
  EXPECT_EQ(reply->epoch, harness_.broker().epoch().value());
  EXPECT_THAT(client.pipe().Finish(), StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(AttachTest, AnAttachOfASessionThatIsNoMoreIsToldThatItsLeaseExpired) {
  std::unique_ptr<TestClient> client = harness_.Connect();
  client->Cut();
  harness_.Advance(kTtl + absl::Seconds(1));
  EXPECT_EQ(harness_.broker().sessions().size(), 0u);
  absl::StatusOr<wire::AttachReply> reply = client->Attach(harness_.OpenPipe());
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(reply->outcome, Outcome::kLeaseExpired);
  EXPECT_THAT(client->pipe().Finish(), StatusIs(StatusCode::kFailedPrecondition));
  ExpectOthersWork();
}

TEST_F(AttachTest, ALateAttachDoesNotBringAnEndedSessionBack) {
  std::unique_ptr<TestClient> client = harness_.Connect();
  wire::Attach late = client->attach;
  EXPECT_THAT(client->Leave(), IsOk());
  harness_.Settle();
  late.epoch = 0;
  late.attach = 50;
  EXPECT_THAT(Refusal(late), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_EQ(harness_.broker().sessions().size(), 0u);
}

TEST_F(AttachTest, AMalformedAttachIsInvalid) {
  auto with = [](auto change) {
    wire::Attach attach = GoodAttach();
    change(attach);
    return attach;
  };
  EXPECT_THAT(Refusal(with([](auto& a) { a.protocol = 2; })),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("protocol 2")));
  EXPECT_THAT(Refusal(with([](auto& a) { a.attach = 0; })), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Refusal(with([](auto& a) { a.session = {}; })),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Refusal(with([](auto& a) { a.token = {}; })), StatusIs(StatusCode::kInvalidArgument));
  ExpectOthersWork();
}

TEST_F(AttachTest, AFirstPacketThatIsNoAttachIsInvalid) {
  EXPECT_THAT(Refusal("\xff\xff\xff garbage"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Refusal(""), StatusIs(StatusCode::kInvalidArgument, HasSubstr("attach")));
  std::string both;
  wire::WriteAttach(GoodAttach(), &both);
  wire::FrameWriter().WriteCancel(1, &both);
  EXPECT_THAT(Refusal(both), StatusIs(StatusCode::kInvalidArgument));
  ExpectOthersWork();
}

TEST_F(AttachTest, AConnectionThatSaysNothingIsClosed) {
  std::unique_ptr<MemoryPipe> silent = harness_.OpenPipe();
  harness_.Advance(harness_.broker().options().limits.attach_within);
  EXPECT_THAT(silent->Finish(),
              StatusIs(StatusCode::kDeadlineExceeded, HasSubstr("attach_within")));
}

TEST_F(AttachTest, ASecondAttachOnOneConnectionEndsItAndTheSessionStaysAttachable) {
  std::unique_ptr<TestClient> client = harness_.Connect();
  ObjectRef math = client->Require("math").value();
  wire::Attach again = client->attach;
  again.attach = 100;
  std::string packet;
  wire::WriteAttach(again, &packet);
  client->pipe().Send(packet);
  EXPECT_THAT(client->pipe().Finish(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("mid-stream")));
  ASSERT_THAT(client->Attach(harness_.OpenPipe()), IsOk()) << "100 was not accepted";
  EXPECT_THAT(client->Call(math, "add", {1, 2}), IsOkAndHolds(Value(3)));
}

TEST_F(AttachTest, WhileTheBrokerDrainsNobodyAttaches) {
  harness_.broker().sessions().StartDrain();
  EXPECT_THAT(Refusal(GoodAttach()), StatusIs(StatusCode::kUnavailable));
}

class AttachLimitsTest : public AttachTest {
 protected:
  AttachLimitsTest() : AttachTest(Limits()) {}
  static BrokerHarness::Options Limits() {
    BrokerHarness::Options options;
    options.limits.sessions = 3;
    options.limits.sessions_per_uid = 2;
    options.limits.attributes = 2;
    options.limits.attribute_bytes = 100;
    return options;
  }
};

TEST_F(AttachLimitsTest, OneUserCannotTakeAllSessionsAndTheLimitIsNamed) {
  auto first = harness_.Connect();
  auto second = harness_.Connect();
  EXPECT_THAT(Refusal(GoodAttach()),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("sessions_per_uid")));
  harness_.peer.uid = 4711;
  auto other = harness_.Connect();
  harness_.peer.uid = 4712;
  EXPECT_THAT(Refusal(GoodAttach()),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("sessions: ")));
  EXPECT_THAT(first->Leave(), IsOk());
  harness_.Settle();
  EXPECT_THAT(harness_.Connect()->Require("math"), IsOk());
}

TEST_F(AttachLimitsTest, AllWhoseUserNobodyKnowsAreBoundAsOneUser) {
  harness_.peer.uid = std::nullopt;
  auto first = harness_.Connect();
  auto second = harness_.Connect();
  EXPECT_THAT(Refusal(GoodAttach()),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("sessions_per_uid: TCP has 2")));
  EXPECT_THAT(first->Leave(), IsOk());
  harness_.Settle();
  EXPECT_THAT(harness_.Connect()->Require("math"), IsOk());
}

TEST_F(AttachLimitsTest, AttributesAreBounded) {
  wire::Attach many = GoodAttach();
  many.attributes = {{"a", ""}, {"b", ""}, {"c", ""}};
  EXPECT_THAT(Refusal(many), StatusIs(StatusCode::kResourceExhausted, HasSubstr("attributes")));
  wire::Attach large = GoodAttach();
  large.attributes = {{"a", std::string(100, 'x')}};
  EXPECT_THAT(Refusal(large), StatusIs(StatusCode::kResourceExhausted, HasSubstr("attributes")));
}

}  // namespace
}  // namespace hawser::tests
