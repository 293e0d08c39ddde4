#ifndef TESTS_PROTO_LINK_RAW_PEER_H_
#define TESTS_PROTO_LINK_RAW_PEER_H_

// RawPeer: the far end of an endpoint, by hand: the test writes each frame, right or wrong, and
// reads each frame that comes back.

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "proto/wire/reader.h"
#include "proto/wire/writer.h"
#include "tests/proto/link/link_ends.h"
#include "tests/support/sample_objects.h"

namespace hawser::tests {

// A frame of the endpoint, read.
struct ReadFrame {
  uint64_t number = 0;
  wire::FrameKind kind = wire::FrameKind::kNone;
  std::vector<wire::Reference> references;
  wire::Call call;                // Call
  wire::Args args;                // Call; an object in it stands for an entry of `references`
  uint64_t call_id = 0;           // Return, Cancel
  Outcome outcome;                // Return, End
  std::vector<uint64_t> handles;  // Release, Gone
  std::vector<uint64_t> answers;  // Release
  uint64_t upto = 0;              // Release
  GoneReason reason = GoneReason::kAlive;   // Gone
  EndReason end_reason = EndReason::kLeft;  // End

  absl::Status status() const {
    return outcome.ok() ? absl::OkStatus() : outcome.error().ToStatus();
  }
  std::shared_ptr<std::string> bytes;  // the views point into it
};

class RawPeer {
 public:
  explicit RawPeer(link::Endpoint& endpoint) : endpoint_(endpoint) {}
  ~RawPeer() {
    if (carrier_ != nullptr)
      endpoint_.OnTransportLost(carrier_.get(), absl::UnavailableError("test over"));
  }

  // Opens a connection, which has processed `ack` frames of the endpoint.
  void Attach(uint64_t ack = 0, wire::Limits limits = {1'000'000, 1 << 30}) {
    auto carrier = std::make_shared<Carrier>();
    carrier_ = carrier;
    header.limits = limits;
    header.ack = ack;
    endpoint_.Attach(carrier, ack, limits);
  }

  // Frames as entries of a packet.
  static std::string CallFrame(const wire::Call& call, Array args = {},
                               std::vector<wire::Reference> references = {},
                               std::vector<wire::AnswerArg> answers = {}) {
    std::string frame;
    wire::FrameWriter().WriteCall(call, args, answers, references, &frame);
    return frame;
  }
  static std::string ReturnFrame(uint64_t call, const Outcome& outcome,
                                 std::vector<wire::Reference> references = {}) {
    std::string frame;
    wire::FrameWriter().WriteReturn(call, outcome, references, &frame);
    return frame;
  }
  static std::string CancelFrame(uint64_t call) {
    std::string frame;
    wire::FrameWriter().WriteCancel(call, &frame);
    return frame;
  }
  static std::string ReleaseFrame(uint64_t upto, std::vector<uint64_t> handles,
                                  std::vector<uint64_t> answers = {}) {
    std::string frame;
    wire::FrameWriter().WriteRelease(upto, handles, answers, &frame);
    return frame;
  }
  static std::string GoneFrame(std::vector<uint64_t> handles, GoneReason reason) {
    std::string frame;
    wire::FrameWriter().WriteGone(handles, reason, &frame);
    return frame;
  }
  static std::string EndFrame(absl::StatusCode code, std::string_view message,
                              EndReason reason = EndReason::kLeft) {
    std::string frame;
    wire::FrameWriter().WriteEnd(reason, code, message, &frame);
    return frame;
  }
  // A value that, in a frame, names the next entry of its table.
  static Value AnObject() { return Value(MakeRef<SampleObject>()); }

  // Sends a packet of these frames, numbered on from the last.
  void Send(const std::vector<std::string>& frames) { SendAt(next_, frames); }
  // The same, the first of them numbered `number`.
  void SendAt(uint64_t number, const std::vector<std::string>& frames) {
    header.first_frame = frames.empty() ? 0 : number;
    std::string packet;
    wire::WritePacketHeader(header, &packet);
    for (const std::string& frame : frames) packet += frame;
    next_ = std::max(next_, number + frames.size());
    SendBytes(std::move(packet));
  }
  void SendBytes(std::string packet) {
    endpoint_.OnPacket(carrier_.get(), Bytes(std::move(packet)));
  }

  // What the endpoint sent since the last time, all packets. Acknowledges it in the next packet.
  std::vector<ReadFrame> Receive() {
    std::vector<ReadFrame> frames = ReceiveUnread();
    if (!frames.empty()) header.ack = frames.back().number;
    return frames;
  }
  // The same without acknowledging.
  std::vector<ReadFrame> ReceiveUnread() {
    std::vector<ReadFrame> frames;
    packets = 0;
    while (!carrier_->sent.empty()) {
      auto bytes = std::make_shared<std::string>(std::move(carrier_->sent.front()));
      carrier_->sent.pop_front();
      ++packets;
      Read(bytes, &frames);
      if (!carrier_->closed) endpoint_.OnSent(carrier_.get());
    }
    return frames;
  }

  bool closed() const { return carrier_->closed; }
  // What the endpoint closed the connection with.
  const absl::Status& close_status() const { return carrier_->status; }
  const link::Transport* transport() const { return carrier_.get(); }

  wire::PacketHeader header;       // of the next packets; first_frame is set by Send
  wire::PacketHeader last_header;  // of the last packet received
  int packets = 0;                 // that the last Receive took

 private:
  struct Carrier final : link::Transport {
    void Send(std::string packet) override {
      if (!closed) sent.push_back(std::move(packet));
    }
    void SendLast(std::string packet) override { Send(std::move(packet)); }
    void Close(const absl::Status& why) override {
      if (!closed) status = why;
      closed = true;
    }
    std::string_view description() const override { return "raw"; }
    std::deque<std::string> sent;
    bool closed = false;
    absl::Status status;
  };

  void Read(const std::shared_ptr<std::string>& bytes, std::vector<ReadFrame>* frames) {
    wire::PacketView packet;
    absl::Status status = wire::ReadPacket(*bytes, &packet);
    if (!status.ok()) return;
    last_header = packet.header;
    uint64_t number = packet.header.first_frame;
    for (std::string_view frame_bytes : packet.frames) {
      wire::FrameView view;
      (void)wire::ReadFrame(frame_bytes, nullptr, &view);
      ReadFrame& frame = frames->emplace_back();
      frame.bytes = bytes;
      frame.number = number++;
      frame.kind = view.kind;
      frame.references = view.references;
      std::vector<ObjectRef> objects;
      for (size_t i = 0; i < view.references.size(); ++i)
        objects.push_back(MakeRef<SampleObject>());
      wire::BodyReader reader(objects, nullptr);
      std::vector<wire::AnswerArg> answers;
      absl::StatusCode code = absl::StatusCode::kOk;
      std::string message;
      switch (view.kind) {
        case wire::FrameKind::kCall:
          (void)reader.ReadCall(view.body, &frame.call, &frame.args, &answers);
          break;
        case wire::FrameKind::kReturn:
          (void)reader.ReadReturn(view.body, &frame.call_id, &frame.outcome);
          break;
        case wire::FrameKind::kCancel:
          (void)reader.ReadCancel(view.body, &frame.call_id);
          break;
        case wire::FrameKind::kRelease:
          (void)reader.ReadRelease(view.body, &frame.upto, &frame.handles, &frame.answers);
          break;
        case wire::FrameKind::kGone:
          (void)reader.ReadGone(view.body, &frame.handles, &frame.reason);
          break;
        case wire::FrameKind::kEnd:
          (void)reader.ReadEnd(view.body, &frame.end_reason, &code, &message);
          if (code != absl::StatusCode::kOk)
            frame.outcome = Outcome::Failed(absl::Status(code, message));
          break;
        case wire::FrameKind::kNone:
          break;
      }
    }
  }

  link::Endpoint& endpoint_;
  std::shared_ptr<Carrier> carrier_;
  uint64_t next_ = 1;
};

// One endpoint, whose root is `root_`, and a peer by hand.
class RawPeerTest : public ::testing::Test {
 protected:
  explicit RawPeerTest(const link::LinkLimits& limits = {})
      : end_(MakeRef<TestEndpoint>(clock_, limits)), root_(MakeRef<SampleObject>("Root")) {
    end_->SetRoot(root_);
    root_->answer = Outcome();
    peer_.Attach();
  }
  ~RawPeerTest() override {
    root_->args.clear();  // proxies among them keep their endpoint
    end_->End(EndReason::kLeft, absl::OkStatus());
    end_->held.clear();
    end_->exported.clear();
    end_->Flush();
  }

  // The one frame the endpoint has sent; an empty one if it sent none or more.
  ReadFrame Only() {
    std::vector<ReadFrame> frames = peer_.Receive();
    EXPECT_EQ(frames.size(), 1u);
    return frames.size() == 1 ? frames[0] : ReadFrame();
  }
  // What the endpoint answered to call `id`, among all it sent.
  absl::Status AnswerTo(uint64_t id) {
    for (const ReadFrame& frame : peer_.Receive()) {
      if (frame.kind == wire::FrameKind::kReturn && frame.call_id == id) return frame.status();
    }
    return absl::UnknownError("there is no answer");
  }
  // Calls the root with a fresh id.
  absl::Status CallRoot(uint64_t id) {
    peer_.Send({RawPeer::CallFrame({.id = id, .name = "any"})});
    return AnswerTo(id);
  }
  // The handle the endpoint gives `object`, handed out by call `id`.
  uint64_t Export(const ObjectRef& object, uint64_t id) {
    std::optional<Outcome> before = std::exchange(root_->answer, Outcome(Value(object)));
    peer_.Send({RawPeer::CallFrame({.id = id, .name = "give"})});
    root_->answer = before;
    ReadFrame frame = Only();
    last_frame_ = frame.number;
    return frame.references.empty() ? 0 : frame.references[0].handle;
  }

  FakeClock clock_;
  Ref<TestEndpoint> end_;
  Ref<SampleObject> root_;
  RawPeer peer_{*end_};
  uint64_t last_frame_ = 0;  // of the endpoint, that Export read
};

}  // namespace hawser::tests

#endif  // TESTS_PROTO_LINK_RAW_PEER_H_
