#ifndef TESTS_PROTO_LINK_RAW_PEER_H_
#define TESTS_PROTO_LINK_RAW_PEER_H_

// RawPeer: the far end of an endpoint, by hand: the test writes each frame, right or wrong, and
// reads each frame that comes back.

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/link/endpoint.h"
#include "proto/link/transport.h"
#include "proto/wire/reader.h"
#include "proto/wire/writer.h"
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
  ~RawPeer();

  // Opens a connection, which has processed `ack` frames of the endpoint.
  void Attach(uint64_t ack = 0, wire::Limits limits = {1'000'000, 1 << 30});

  // Frames as entries of a packet.
  static std::string CallFrame(const wire::Call& call, Array args = {},
                               std::vector<wire::Reference> references = {},
                               std::vector<wire::AnswerArg> answers = {});
  static std::string ReturnFrame(uint64_t call, const Outcome& outcome,
                                 std::vector<wire::Reference> references = {});
  static std::string CancelFrame(uint64_t call);
  static std::string ReleaseFrame(uint64_t upto, std::vector<uint64_t> handles,
                                  std::vector<uint64_t> answers = {});
  static std::string GoneFrame(std::vector<uint64_t> handles, GoneReason reason);
  static std::string EndFrame(absl::StatusCode code, std::string_view message,
                              EndReason reason = EndReason::kLeft);
  // A value that, in a frame, names the next entry of its table.
  static Value AnObject() { return Value(MakeRef<SampleObject>()); }

  // Sends a packet of these frames, numbered on from the last.
  void Send(const std::vector<std::string>& frames) { SendAt(next_, frames); }
  // The same, the first of them numbered `number`.
  void SendAt(uint64_t number, const std::vector<std::string>& frames);
  void SendBytes(std::string packet) {
    endpoint_.OnPacket(carrier_.get(), Bytes(std::move(packet)));
  }

  // What the endpoint sent since the last time, all packets. Acknowledges it in the next packet.
  std::vector<ReadFrame> Receive();
  // The same without acknowledging.
  std::vector<ReadFrame> ReceiveUnread();

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

  void Read(const std::shared_ptr<std::string>& bytes, std::vector<ReadFrame>* frames);

  link::Endpoint& endpoint_;
  std::shared_ptr<Carrier> carrier_;
  uint64_t next_ = 1;
};

}  // namespace hawser::tests

#endif  // TESTS_PROTO_LINK_RAW_PEER_H_
