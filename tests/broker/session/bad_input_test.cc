// What a hostile or broken client may send, each with what it gets for it, and that nobody else
// notices.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/broker/session/raw_frames.h"
#include "tests/support/broker_harness.h"
#include "tests/support/grpc_pipe.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

class BadInputTest : public ::testing::Test, protected RawFrames {
 protected:
  BadInputTest() : harness_(Options()) {
    harness_.AddModule("math", [](Module& module) {
      module.Function("add", [](int64_t a, int64_t b) { return a + b; });
      module.Function("size", [](std::string text) { return static_cast<int64_t>(text.size()); });
      module.Function("secret", [] { return 1; }).Hidden();
      module.Function("echo", [](Value value) { return value; });
    });
    witness_ = harness_.Connect();
    witness_math_ = witness_->Require("math").value();
    client_ = harness_.Connect();
    math_ = client_->Require("math").value();
  }
  ~BadInputTest() override {
    // Whatever the test did: another session, from before it, works as ever.
    EXPECT_THAT(witness_->Call(witness_math_, "add", {20, 22}), IsOkAndHolds(Value(42)));
  }

  static BrokerHarness::Options Options() {
    BrokerHarness::Options options;
    options.listen = true;
    return options;
  }

  std::unique_ptr<PacketPipe> RawSession() { return RawFrames::RawSession(harness_.OpenPipe()); }

  BrokerHarness harness_;
  std::unique_ptr<TestClient> witness_;
  ObjectRef witness_math_;
  std::unique_ptr<TestClient> client_;
  ObjectRef math_;
};

TEST_F(BadInputTest, GarbageEndsTheConnectionAndTheSessionStaysAttachable) {
  client_->pipe().Send("\x0a\xff\xff\xff\xff\xff");
  EXPECT_THAT(client_->pipe().Finish(), StatusIs(StatusCode::kInvalidArgument));
  ASSERT_THAT(client_->Attach(harness_.OpenPipe()), IsOk());
  EXPECT_THAT(client_->Call(math_, "add", {1, 2}), IsOkAndHolds(Value(3)));
}

TEST_F(BadInputTest, AFrameOutOfOrderEndsTheConnection) {
  std::unique_ptr<PacketPipe> pipe = RawSession();
  std::string cancel;
  wire::FrameWriter().WriteCancel(1, &cancel);
  pipe->Send(PacketOf(5, cancel));
  EXPECT_THAT(pipe->Finish(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("where 1 was expected")));
}

TEST_F(BadInputTest, ARepeatedFrameIsSkipped) {
  std::unique_ptr<PacketPipe> pipe = RawSession();
  wire::Call call{.id = 1, .name = "require"};
  pipe->Send(PacketOf(1, CallFrame(call, {"math"})));
  EXPECT_THAT(AwaitReturn(*pipe, 1), IsOk());
  pipe->Send(PacketOf(1, CallFrame(call, {"math"})));
  wire::Call next{.id = 2, .name = "require"};
  pipe->Send(PacketOf(2, CallFrame(next, {"nothing"})));
  EXPECT_THAT(AwaitReturn(*pipe, 2), StatusIs(StatusCode::kNotFound));
}

TEST_F(BadInputTest, AHandleOfAnotherSessionIsNotFoundLikeOneThatNeverWas) {
  std::unique_ptr<PacketPipe> pipe = RawSession();
  // The witness has `math` under some handle; here the same number names nothing.
  uint64_t handle = link::Proxy::From(witness_math_.get())->handle();
  wire::Call forged{.id = 1, .target = handle, .name = "add"};
  wire::Call invented{.id = 2, .target = 0xdeadbeef, .name = "add"};
  pipe->Send(PacketOf(1, CallFrame(forged, {1, 2}) + CallFrame(invented, {1, 2})));
  absl::Status other = AwaitReturn(*pipe, 1).status();
  EXPECT_THAT(other, StatusIs(StatusCode::kNotFound, HasSubstr("was not given to this session")));
  EXPECT_THAT(AwaitReturn(*pipe, 2), StatusIs(StatusCode::kNotFound));
}

TEST_F(BadInputTest, AReleaseOfAHandleOfAnotherSessionFreesNothing) {
  std::unique_ptr<PacketPipe> pipe = RawSession();
  std::vector<uint64_t> handles{link::Proxy::From(witness_math_.get())->handle(), 0, 999};
  std::string release;
  wire::FrameWriter().WriteRelease(1000, handles, {}, &release);
  wire::Call require{.id = 1, .name = "require"};
  pipe->Send(PacketOf(1, release + CallFrame(require, {"math"})));
  EXPECT_THAT(AwaitReturn(*pipe, 1), IsOk()) << "the root cannot be released either";
}

TEST_F(BadInputTest, AMemberThatIsNotInTheShapeIsInvalid) {
  std::unique_ptr<PacketPipe> pipe = RawSession();
  wire::Call require{.id = 1, .name = "require", .keep_answer = true};
  wire::Call wrong{.id = 2, .on_answer = true, .target = 1, .name = "ad"};
  pipe->Send(PacketOf(1, CallFrame(require, {"math"}) + CallFrame(wrong)));
  EXPECT_THAT(AwaitReturn(*pipe, 2), StatusIs(StatusCode::kNotFound, HasSubstr("add")));
}

TEST_F(BadInputTest, AnAnswerThatIsNotThereYetOrEverIsRefused) {
  std::unique_ptr<PacketPipe> pipe = RawSession();
  wire::Call future{.id = 1, .on_answer = true, .target = 7, .name = "x"};
  wire::Call itself{.id = 2, .on_answer = true, .target = 2, .name = "x"};
  pipe->Send(PacketOf(1, CallFrame(future) + CallFrame(itself)));
  EXPECT_THAT(AwaitReturn(*pipe, 1), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(AwaitReturn(*pipe, 2), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(BadInputTest, TwoCallsOfOneIdEndTheConnection) {
  harness_.AddModule("slow", [](Module& module) {
    static LateReply kept;  // dropped with the call
    module.Function("never", [](LateReply reply) { kept = std::move(reply); });
    module.OnUnload([] { kept = LateReply(); });
  });
  std::unique_ptr<PacketPipe> pipe = RawSession();
  wire::Call require{.id = 1, .name = "require", .keep_answer = true};
  wire::Call call{.id = 2, .on_answer = true, .target = 1, .name = "never"};
  pipe->Send(PacketOf(1, CallFrame(require, {"slow"}) + CallFrame(call) + CallFrame(call)));
  EXPECT_THAT(pipe->Finish(), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(BadInputTest, WrongArgumentsAreNamed) {
  EXPECT_THAT(client_->Call(math_, "add", {1}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("add")));
  EXPECT_THAT(client_->Call(math_, "add", {1, "two"}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("argument 2")));
  EXPECT_THAT(client_->Call(math_, "secret"),
              StatusIs(StatusCode::kNotFound, HasSubstr("not enumerable")));
  EXPECT_THAT(client_->Call(client_->root(), "require", {42}),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(client_->Call(client_->root(), "nonsense"), StatusIs(StatusCode::kNotFound));
}

TEST_F(BadInputTest, AnAnswerThatCannotBeSentIsTheModulesFaultAndNamesIt) {
  harness_.AddModule("lab", [](Module& module) {
    module.Function("deep", [] {
      Value value = 1;
      for (int i = 0; i <= wire::WireLimits::kMaxDepth; ++i) value = Value(Array{std::move(value)});
      return value;
    });
    module.Function("garbled", [] { return std::string("\xff\xfe"); });
    module.Function("large", [] { return std::string(17 << 20, 'x'); });
  });
  ObjectRef lab = client_->Require("lab").value();
  EXPECT_THAT(
      client_->Call(lab, "deep"),
      StatusIs(StatusCode::kInternal, AllOf(HasSubstr("lab.deep"), HasSubstr("nested deeper"))));
  EXPECT_THAT(client_->Call(lab, "garbled"),
              StatusIs(StatusCode::kInternal, AllOf(HasSubstr("lab.garbled"), HasSubstr("UTF-8"))));
  EXPECT_THAT(client_->Call(lab, "large"),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("lab.large")));
  EXPECT_THAT(client_->Call(math_, "add", {1, 2}), IsOkAndHolds(Value(3)));
}

TEST_F(BadInputTest, AStringThatIsNoUtf8IsRefusedForItsCall) {
  std::unique_ptr<PacketPipe> pipe = RawSession();
  wire::Call require{.id = 1, .name = "require"};
  pipe->Send(PacketOf(1, CallFrame(require, {"\xff\xfe"})));
  EXPECT_THAT(AwaitReturn(*pipe, 1), StatusIs(StatusCode::kInvalidArgument));
  wire::Call good{.id = 2, .name = "require"};
  pipe->Send(PacketOf(2, CallFrame(good, {"math"})));
  EXPECT_THAT(AwaitReturn(*pipe, 2), IsOk());
}

TEST_F(BadInputTest, AClientThatDoesNotReadEndsByALimitThatIsNamedAndNobodyElseSuffers) {
  BrokerHarness::Options options;
  options.link_limits.replay_bytes = 64 << 10;
  options.link_limits.soft_bytes = 64 << 10;
  options.link_limits.reserve_bytes = 64 << 10;
  BrokerHarness harness(options);
  harness.AddModule(
      "math", [](Module& module) { module.Function("echo", [](Value value) { return value; }); });
  auto other = harness.Connect();
  std::unique_ptr<MemoryPipe> memory = harness.OpenPipe();
  MemoryPipe& stalled = *memory;
  std::unique_ptr<PacketPipe> pipe = RawFrames::RawSession(std::move(memory));
  stalled.set_stalled(true);
  wire::Call require{.id = 1, .name = "require", .keep_answer = true};
  pipe->Send(PacketOf(1, CallFrame(require, {"math"})));
  // Each packet's calls start before the answers to them count.
  std::string frames;
  for (uint64_t id = 2; id < 40; ++id) {
    wire::Call echo{.id = id, .on_answer = true, .target = 1, .name = "echo"};
    frames += CallFrame(echo, {std::string(8 << 10, 'x')});
  }
  pipe->Send(PacketOf(2, frames));
  absl::Status status = pipe->Finish();
  EXPECT_THAT(status, StatusIs(StatusCode::kResourceExhausted, HasSubstr("replay_bytes")));
  harness.Settle();
  EXPECT_EQ(harness.broker().sessions().tombstones().List(0, 1).at(0).reason, EndReason::kLimit);
  EXPECT_THAT(other->Require("math"), IsOk());
}

// Over a real socket

TEST_F(BadInputTest, APacketOverTheLimitEndsTheStreamWithTheLimitNamed) {
  std::unique_ptr<PacketPipe> pipe =
      RawFrames::RawSession(std::make_unique<GrpcPipe>(harness_.socket()));
  pipe->Send(std::string(wire::WireLimits::kMaxPacketBytes + 1000, '\0'));
  EXPECT_THAT(pipe->Finish(), StatusIs(StatusCode::kResourceExhausted, HasSubstr("limit")));
}

TEST_F(BadInputTest, GarbageInsideAStreamIsInvalid) {
  std::unique_ptr<PacketPipe> pipe =
      RawFrames::RawSession(std::make_unique<GrpcPipe>(harness_.socket()));
  pipe->Send("\xff\xff\xff");
  EXPECT_THAT(pipe->Finish(), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace hawser::tests
