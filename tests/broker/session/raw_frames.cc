#include "tests/broker/session/raw_frames.h"

#include "gtest/gtest.h"
#include "hawser/promise.h"
#include "tests/support/test_client.h"

namespace hawser::tests {
namespace {

std::string Varint(uint64_t number) {
  std::string bytes;
  for (; number >= 0x80; number >>= 7) bytes.push_back(static_cast<char>(number | 0x80));
  bytes.push_back(static_cast<char>(number));
  return bytes;
}

// A field of each wire type; see session.proto for the numbers.
std::string Field(int number, uint64_t value) {
  return Varint(static_cast<uint64_t>(number) << 3) + Varint(value);
}
std::string Field(int number, std::string_view bytes) {
  return Varint(static_cast<uint64_t>(number) << 3 | 2) + Varint(bytes.size()) + std::string(bytes);
}

}  // namespace

std::string RawFrames::PacketOf(uint64_t number, const std::string& frames) {
  std::string packet;
  wire::PacketHeader header;
  header.first_frame = number;
  wire::WritePacketHeader(header, &packet);
  return packet + frames;
}

std::string RawFrames::CallFrame(const wire::Call& call, Array args) {
  std::string frame;
  wire::FrameWriter().WriteCall(call, args, {}, {}, &frame);
  return frame;
}

std::string RawFrames::DeepCallFrame(uint64_t id, uint64_t answer, std::string_view name,
                                     int levels) {
  std::string value = Field(4, 2);                                     // integer
  for (int i = 0; i < levels; ++i) value = Field(9, Field(1, value));  // array of items
  std::string call = Field(1, id) + Field(3, answer) + Field(6, name) + Field(7, value);
  return Field(5, Field(2, call));  // Packet.frames, Frame.call
}

std::unique_ptr<PacketPipe> RawFrames::RawSession(std::unique_ptr<PacketPipe> pipe) {
  TestClient identity;
  identity.attach.attach = 1;
  std::string packet;
  wire::WriteAttach(identity.attach, &packet);
  pipe->Send(packet);
  EXPECT_TRUE(pipe->Receive(kPatience).has_value());
  return pipe;
}

absl::StatusOr<Value> RawFrames::AwaitReturn(PacketPipe& pipe, uint64_t id) {
  while (!returns_.contains(id)) {
    std::optional<std::string> packet = pipe.Receive(kPatience);
    if (!packet) return absl::InternalError("no answer came");
    wire::PacketView view;
    if (absl::Status status = wire::ReadPacket(*packet, &view); !status.ok()) return status;
    for (std::string_view bytes : view.frames) {
      wire::FrameView frame;
      if (absl::Status status = wire::ReadFrame(bytes, nullptr, &frame); !status.ok())
        return status;
      if (frame.kind != wire::FrameKind::kReturn) continue;
      std::vector<ObjectRef> objects;
      for (size_t i = 0; i < frame.references.size(); ++i) objects.push_back(MakeRef<Promise>());
      wire::BodyReader reader(objects, nullptr);
      uint64_t call = 0;
      Outcome outcome;
      if (absl::Status status = reader.ReadReturn(frame.body, &call, &outcome); !status.ok()) {
        return status;
      }
      returns_.emplace(call, std::move(outcome).ToStatusOr());
    }
  }
  return returns_.at(id);
}

}  // namespace hawser::tests
