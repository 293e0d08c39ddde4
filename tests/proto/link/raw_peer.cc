#include "tests/proto/link/raw_peer.h"

#include <algorithm>

namespace hawser::tests {
namespace {

ReadFrame Parse(std::string_view bytes) {
  ReadFrame frame;
  wire::FrameView view;
  (void)wire::ReadFrame(bytes, nullptr, &view);
  frame.kind = view.kind;
  frame.references = view.references;
  std::vector<ObjectRef> objects;
  for (size_t i = 0; i < view.references.size(); ++i) objects.push_back(MakeRef<SampleObject>());
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
  return frame;
}

}  // namespace

RawPeer::~RawPeer() {
  if (carrier_ != nullptr)
    endpoint_.OnTransportLost(carrier_.get(), absl::UnavailableError("test over"));
}

void RawPeer::Attach(uint64_t ack, wire::Limits limits) {
  auto carrier = std::make_shared<Carrier>();
  carrier_ = carrier;
  header.limits = limits;
  header.ack = ack;
  endpoint_.Attach(carrier, ack, limits);
}

std::string RawPeer::CallFrame(const wire::Call& call, Array args,
                               std::vector<wire::Reference> references,
                               std::vector<wire::AnswerArg> answers) {
  std::string frame;
  wire::FrameWriter().WriteCall(call, args, answers, references, &frame);
  return frame;
}

std::string RawPeer::ReturnFrame(uint64_t call, const Outcome& outcome,
                                 std::vector<wire::Reference> references) {
  std::string frame;
  wire::FrameWriter().WriteReturn(call, outcome, references, &frame);
  return frame;
}

std::string RawPeer::CancelFrame(uint64_t call) {
  std::string frame;
  wire::FrameWriter().WriteCancel(call, &frame);
  return frame;
}

std::string RawPeer::ReleaseFrame(uint64_t upto, std::vector<uint64_t> handles,
                                  std::vector<uint64_t> answers) {
  std::string frame;
  wire::FrameWriter().WriteRelease(upto, handles, answers, &frame);
  return frame;
}

std::string RawPeer::GoneFrame(std::vector<uint64_t> handles, GoneReason reason) {
  std::string frame;
  wire::FrameWriter().WriteGone(handles, reason, &frame);
  return frame;
}

std::string RawPeer::EndFrame(absl::StatusCode code, std::string_view message, EndReason reason) {
  std::string frame;
  wire::FrameWriter().WriteEnd(reason, code, message, &frame);
  return frame;
}

void RawPeer::SendAt(uint64_t number, const std::vector<std::string>& frames) {
  header.first_frame = frames.empty() ? 0 : number;
  std::string packet;
  wire::WritePacketHeader(header, &packet);
  for (const std::string& frame : frames) packet += frame;
  next_ = std::max(next_, number + frames.size());
  SendBytes(std::move(packet));
}

std::vector<ReadFrame> RawPeer::Receive() {
  std::vector<ReadFrame> frames = ReceiveUnread();
  if (!frames.empty()) header.ack = frames.back().number;
  return frames;
}

std::vector<ReadFrame> RawPeer::ReceiveUnread() {
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

void RawPeer::Read(const std::shared_ptr<std::string>& bytes, std::vector<ReadFrame>* frames) {
  wire::PacketView packet;
  absl::Status status = wire::ReadPacket(*bytes, &packet);
  if (!status.ok()) return;
  last_header = packet.header;
  uint64_t number = packet.header.first_frame;
  for (std::string_view frame_bytes : packet.frames) {
    ReadFrame& frame = frames->emplace_back(Parse(frame_bytes));
    frame.bytes = bytes;
    frame.number = number++;
  }
}

}  // namespace hawser::tests
