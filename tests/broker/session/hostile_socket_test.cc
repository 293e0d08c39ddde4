// What may come over a real Unix socket to a broker, down to the bytes, each with what the sender
// gets for it, while another session calls all the time and must lose nothing.

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/broker/session/raw_frames.h"
#include "tests/support/broker_harness.h"
#include "tests/support/byte_recorder.h"
#include "tests/support/grpc_pipe.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

// A well-behaved session of its own thread and connection: counts, one call after the other, and
// compares.
class Witness {
 public:
  explicit Witness(BrokerHarness& harness) : harness_(harness), client_(harness.ConnectSocket()) {
    counter_ = client_->Require("counter").value();
    // Objects of its own, that must still be there at the end.
    thing_ = client_->Call(counter_, "self").value().TakeObject();
    thread_ = std::thread([this] { Run(); });
  }
  // Whatever happened meanwhile: it goes on.
  ~Witness() {
    EXPECT_TRUE(AwaitProgress());
    stop_ = true;
    thread_.join();
    EXPECT_THAT(client_->Call(thing_, "next"), IsOkAndHolds(Value(calls_ + 1)));
  }
  // Waits for one whole call more.
  bool AwaitProgress() {
    int64_t before = calls_;
    return harness_.AwaitThat([&] { return calls_ >= before + 2; });
  }
  const TestClient& client() const { return *client_; }

 private:
  void Run() {
    while (!stop_) {
      absl::StatusOr<Value> next = client_->Call(counter_, "next");
      ASSERT_THAT(next, IsOkAndHolds(Value(calls_ + 1))) << "a call was lost, or ran twice";
      ++calls_;
    }
  }

  BrokerHarness& harness_;
  std::unique_ptr<TestClient> client_;
  ObjectRef counter_;
  ObjectRef thing_;
  std::atomic<int64_t> calls_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

class HostileSocketTest : public ::testing::Test, protected RawFrames {
 protected:
  HostileSocketTest() : harness_({.listen = true}) {
    // Only the witness uses this one.
    harness_.AddModule("counter", [this](Module& module) {
      module.Function("next", [this] { return ++count_; });
      module.Function("self", [&module] { return module.exports(); });
    });
    harness_.AddModule("lab", [this](Module& module) {
      module.Function("echo", [](Value value) { return value; });
      module.Function("never", [this](LateReply reply) { never_.push_back(std::move(reply)); });
      module.OnUnload([this] { never_.clear(); });
    });
    witness_.emplace(harness_);
  }
  ~HostileSocketTest() override { witness_.reset(); }

  std::unique_ptr<PacketPipe> RawSession() {
    return RawFrames::RawSession(std::make_unique<GrpcPipe>(harness_.socket()));
  }
  // ... that has required "lab", as answer 1; the next frame is number 2.
  std::unique_ptr<PacketPipe> LabSession() {
    std::unique_ptr<PacketPipe> pipe = RawSession();
    wire::Call require{.id = 1, .name = "require", .keep_answer = true};
    pipe->Send(PacketOf(1, CallFrame(require, {"lab"})));
    EXPECT_THAT(AwaitReturn(*pipe, 1), IsOk());
    return pipe;
  }
  static std::string EchoFrame(uint64_t id, Value value) {
    wire::Call echo{.id = id, .on_answer = true, .target = 1, .name = "echo"};
    return CallFrame(echo, {std::move(value)});
  }

  // Sends bytes over a connection of their own; true if the broker closes it for them.
  bool IsClosedFor(const std::string& bytes) {
    int fd = ByteRecorder::Connect(harness_.socket_path());
    EXPECT_GE(fd, 0);
    (void)send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    pollfd end{fd, POLLIN, 0};
    bool closed = false;
    while (!closed && poll(&end, 1, static_cast<int>(absl::ToInt64Milliseconds(kPatience))) > 0) {
      char answer[4096];
      closed = read(fd, answer, sizeof(answer)) <= 0;
    }
    close(fd);
    return closed;
  }

  int64_t count_ = 0;
  std::vector<LateReply> never_;
  BrokerHarness harness_;
  std::optional<Witness> witness_;
};

TEST_F(HostileSocketTest, BytesThatAreNoHttp2CloseTheConnection) {
  EXPECT_TRUE(IsClosedFor("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_TRUE(IsClosedFor("\x16\x03\x01\x02" + std::string(500, '\x01')));
  EXPECT_TRUE(IsClosedFor(std::string(100000, '\0')));
  EXPECT_TRUE(IsClosedFor("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + std::string(1000, '\xff')));
  EXPECT_TRUE(harness_.AwaitThat([&] { return harness_.broker().peers().size() == 1; }));
}

TEST_F(HostileSocketTest, AFirstPacketOfGarbageIsInvalid) {
  for (std::string_view bytes : {std::string_view("\xff\xff\xff\xff", 4), std::string_view("\0", 1),
                                 std::string_view("not a packet")}) {
    GrpcPipe pipe(harness_.socket());
    pipe.Send(std::string(bytes));
    EXPECT_THAT(pipe.Finish(), StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST_F(HostileSocketTest, GarbageInASessionIsInvalidAndTheSessionStaysAttachable) {
  std::unique_ptr<TestClient> client = harness_.ConnectSocket();
  ObjectRef lab = client->Require("lab").value();
  client->pipe().Send("\x0a\xff\xff\xff\xff\xff");
  EXPECT_THAT(client->pipe().Finish(), StatusIs(StatusCode::kInvalidArgument));
  ASSERT_THAT(client->Attach(std::make_unique<GrpcPipe>(harness_.socket())), IsOk());
  EXPECT_THAT(client->Call(lab, "echo", {1}), IsOkAndHolds(Value(1)));
}

TEST_F(HostileSocketTest, AFrameOutOfOrderIsInvalid) {
  std::unique_ptr<PacketPipe> pipe = LabSession();
  pipe->Send(PacketOf(3, EchoFrame(2, 1)));
  EXPECT_THAT(pipe->Finish(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("where 2 was expected")));
}

TEST_F(HostileSocketTest, AFrameOfAKindNobodyKnowsIsInvalid) {
  std::unique_ptr<PacketPipe> pipe = LabSession();
  // Packet.frames with a Frame whose one field has number 15.
  pipe->Send(PacketOf(2, "\x2a\x03\x7a\x01x"));
  EXPECT_THAT(pipe->Finish(), StatusIs(StatusCode::kInvalidArgument, HasSubstr("frame 2")));
}

TEST_F(HostileSocketTest, ASecondAttachInMidStreamIsInvalid) {
  std::unique_ptr<PacketPipe> pipe = LabSession();
  TestClient other;
  other.attach.attach = 1;
  std::string packet;
  wire::WriteAttach(other.attach, &packet);
  pipe->Send(packet);
  EXPECT_THAT(pipe->Finish(), StatusIs(StatusCode::kInvalidArgument, HasSubstr("mid-stream")));
  EXPECT_EQ(harness_.broker().sessions().Find(other.id()), nullptr);
}

TEST_F(HostileSocketTest, AForgedHandleIsNotFoundWhoeverItBelongsTo) {
  std::unique_ptr<PacketPipe> pipe = RawSession();
  std::string frames;
  constexpr uint64_t kForged = 100;
  for (uint64_t handle = 1; handle <= kForged; ++handle) {
    frames += CallFrame({.id = handle, .target = handle, .name = "next"});
  }
  pipe->Send(PacketOf(1, frames));
  for (uint64_t id = 1; id <= kForged; ++id) {
    EXPECT_THAT(AwaitReturn(*pipe, id),
                StatusIs(StatusCode::kNotFound, HasSubstr("not given to this session")));
  }
}

TEST_F(HostileSocketTest, APacketOverTheLimitIsResourceExhausted) {
  for (size_t over : {size_t{1}, size_t{10} << 20}) {
    std::unique_ptr<PacketPipe> pipe = LabSession();
    pipe->Send(std::string(wire::WireLimits::kMaxPacketBytes + over, '\0'));
    EXPECT_THAT(pipe->Finish(), StatusIs(StatusCode::kResourceExhausted)) << over;
  }
}

TEST_F(HostileSocketTest, ACallOverTheLimitIsResourceExhaustedAndTheSessionGoesOn) {
  std::unique_ptr<PacketPipe> pipe = LabSession();
  pipe->Send(PacketOf(2, EchoFrame(2, std::string(wire::WireLimits::kMaxFrameBytes, 'x'))));
  EXPECT_THAT(AwaitReturn(*pipe, 2),
              StatusIs(StatusCode::kResourceExhausted,
                       HasSubstr(std::to_string(wire::WireLimits::kMaxFrameBytes))));
  pipe->Send(PacketOf(3, EchoFrame(3, 7)));
  EXPECT_THAT(AwaitReturn(*pipe, 3), IsOkAndHolds(Value(7)));
}

TEST_F(HostileSocketTest, AValueNestedTooDeepIsInvalidAndTheSessionGoesOn) {
  std::unique_ptr<PacketPipe> pipe = LabSession();
  constexpr int kLimit = wire::WireLimits::kMaxDepth;
  pipe->Send(PacketOf(2, DeepCallFrame(2, 1, "echo", 1000)));
  EXPECT_THAT(AwaitReturn(*pipe, 2),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("nested deeper than the limit")));
  pipe->Send(PacketOf(3, DeepCallFrame(3, 1, "echo", 10000)));
  EXPECT_THAT(AwaitReturn(*pipe, 3), StatusIs(StatusCode::kInvalidArgument));
  pipe->Send(PacketOf(4, DeepCallFrame(4, 1, "echo", kLimit + 1)));
  EXPECT_THAT(AwaitReturn(*pipe, 4), StatusIs(StatusCode::kInvalidArgument));
  pipe->Send(PacketOf(5, DeepCallFrame(5, 1, "echo", kLimit)));
  EXPECT_THAT(AwaitReturn(*pipe, 5), IsOk());
}

TEST_F(HostileSocketTest, AClientThatIsCutAfterAnyByteLeavesNothing) {
  // What a client sends from its first byte to its last, with a bit of everything in it.
  TestClient recorded;
  std::string bytes;
  {
    ByteRecorder recorder(harness_.socket_path());
    ASSERT_THAT(recorded.Attach(std::make_unique<GrpcPipe>(recorder.endpoint())), IsOk());
    ObjectRef lab = recorded.Require("lab").value();
    EXPECT_THAT(recorded.Call(lab, "echo", {Value(Record{{"key", "value"}})}), IsOk());
    auto outcome = std::make_shared<std::optional<Outcome>>();
    recorded.Start(lab, Op::kCall, "never", {}, outcome);
    EXPECT_THAT(recorded.Call(lab, "echo", {"last"}), IsOk());
    EXPECT_THAT(recorded.Leave(), IsOk());
    recorded.Cut();
    bytes = recorder.sent();
  }
  // Each time as a session of its own.
  std::string id(reinterpret_cast<const char*>(recorded.attach.session.bytes.data()), 16);
  size_t at = bytes.find(id);
  ASSERT_NE(at, std::string::npos);
  for (size_t length = 0; length <= bytes.size(); ++length) {
    bytes[at] = static_cast<char>(length);
    bytes[at + 1] = static_cast<char>(length >> 8);
    int fd = ByteRecorder::Connect(harness_.socket_path());
    ASSERT_GE(fd, 0);
    ASSERT_EQ(send(fd, bytes.data(), length, MSG_NOSIGNAL), static_cast<ssize_t>(length));
    // A connection that hangs up before anybody looks at it gets nowhere: let it be read.
    int unread = 0;
    ASSERT_TRUE(harness_.AwaitThat([&] { return ioctl(fd, SIOCOUTQ, &unread) == 0 && !unread; }));
    close(fd);
  }
  EXPECT_TRUE(harness_.AwaitThat([&] { return harness_.broker().peers().size() == 1; }));
  EXPECT_TRUE(harness_.AwaitThat([&] {
    std::vector<Ref<broker::Session>> sessions = harness_.broker().sessions().All();
    return std::count_if(sessions.begin(), sessions.end(),
                         [](const auto& session) { return session->attached(); }) == 1;
  }));
  EXPECT_GT(harness_.broker().sessions().size(), 100u) << "most got far enough to have one";
  // They could come back until their leases end; the witness renews its own by what it does.
  absl::Duration step = harness_.broker().options().limits.lease_ttl / 4;
  for (int i = 0; i < 5; ++i) {
    harness_.Advance(step);
    ASSERT_TRUE(witness_->AwaitProgress());
  }
  EXPECT_TRUE(harness_.AwaitThat([&] { return harness_.broker().sessions().size() == 1; }));
  EXPECT_NE(harness_.broker().sessions().Find(witness_->client().id()), nullptr);
  // The root and the module.
  EXPECT_TRUE(harness_.AwaitThat([&] { return harness_.broker().objects().size() <= 2; }));
}

}  // namespace
}  // namespace hawser::tests
