// Reads any bytes as a packet, with all its frames, and holds the reader to what it promises: it
// neither crashes nor takes what the generated parser would refuse, and what it takes can be
// written and read again and then says the same.
//
// With clang: bazel build --config=clang --config=fuzz //tests/fuzz:packet_fuzz, then run it with a
// folder for its corpus. packet_fuzz_test does the same on every platform with a few seconds of
// random mutations.

#include <cstddef>
#include <cstdint>

#include "hawser/base/check.h"
#include "tests/proto/wire/oracle.h"

namespace hawser::wire {
namespace {

// The frame in our writer's bytes, with a table that fits; empty if it has too many objects to be
// written.
std::string Canonical(FrameWriter& writer, FrameContent frame) {
  std::vector<Object*> objects;
  bool is_return = frame.kind == FrameKind::kReturn;
  absl::Status status = CollectObjects(
      is_return ? std::span<const Value>(&frame.outcome.value(), 1) : frame.args, &objects);
  if (absl::IsResourceExhausted(status)) return "";
  HAWSER_CHECK(status.ok());
  frame.references.assign(objects.size(), Reference());
  return Write(writer, frame);
}

void CheckWrittenAgain(const FrameContent& frame) {
  FrameWriter writer;
  std::string first = Canonical(writer, frame);
  if (first.empty()) return;
  PacketView packet;
  HAWSER_CHECK(ReadPacket(first, &packet).ok());
  HAWSER_CHECK(packet.frames.size() == 1);
  FrameContent again;
  std::vector<ObjectRef> objects;
  HAWSER_CHECK(Read(packet.frames.front(), nullptr, &again, &objects).ok());
  HAWSER_CHECK(Canonical(writer, again) == first);
}

void ReadAll(std::string_view input) {
  Bytes buffer = Bytes::Copy(input);
  PacketView packet;
  bool taken = ReadPacket(buffer.view(), &packet).ok();
  for (std::string_view bytes : packet.frames) {
    FrameContent frame;
    std::vector<ObjectRef> objects;
    bool frame_taken = Read(bytes, &buffer, &frame, &objects).ok();
    if (frame_taken && frame.kind != FrameKind::kNone) CheckWrittenAgain(frame);
    taken = taken && frame_taken;
  }
  v1::Packet oracle;
  if (taken) HAWSER_CHECK(Parse(buffer.view(), &oracle));
}

}  // namespace
}  // namespace hawser::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  hawser::wire::ReadAll({reinterpret_cast<const char*>(data), size});
  return 0;
}
