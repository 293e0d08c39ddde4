#ifndef HAWSER_PROTO_WIRE_WRITER_H_
#define HAWSER_PROTO_WIRE_WRITER_H_

// Writing frames and packets: straight from Values into a caller's buffer, in one pass for sizes
// and one for bytes, byte for byte what the generated classes would write (the tests hold it to
// that). A frame is written once, when it is numbered, as an entry of Packet.frames (tag and length
// included), so that a packet is a header followed by a run of entries copied whole.
//
// Thread-compatible: one FrameWriter per link. It keeps its scratch space, so writing allocates
// nothing once warm.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "proto/wire/frame.h"

namespace hawser::wire {

// An argument that stands for the answer of an earlier call (Value.answer on the wire). Only in
// Call arguments, and only at top level: args[position], which must be a value without objects, is
// replaced by it. Lists of them are in the order of positions.
struct AnswerArg {
  uint32_t position = 0;
  uint64_t call = 0;
};

// What is written must have passed these.
using hawser::CollectObjects;
using hawser::CollectObjectsOf;

class FrameWriter {
 public:
  // Each appends one entry to `out`. `references[i]` belongs to the i-th object that CollectObjects
  // found in the same values. `args` and `outcome` (value or error, as a Value) must have passed
  // CollectObjects. Texts that are not UTF-8 and that no such check guards (names, messages) are
  // written with '?' for each bad byte, since they would make the packet unreadable to the peer.
  void WriteCall(const Call& call, std::span<const Value> args, std::span<const AnswerArg> answers,
                 std::span<const Reference> references, std::string* out);
  void WriteReturn(uint64_t call, const Outcome& outcome, std::span<const Reference> references,
                   std::string* out);
  void WriteCancel(uint64_t call, std::string* out);
  void WriteRelease(uint64_t upto, std::span<const uint64_t> handles,
                    std::span<const uint64_t> answers, std::string* out);
  void WriteGone(std::span<const uint64_t> handles, GoneReason reason, std::string* out);
  void WriteEnd(EndReason reason, absl::StatusCode code, std::string_view message,
                std::string* out);

  // The arguments are few and scalars, as of most calls, and no name is given: WriteCall appends
  // at most kShortCallBytes.
  static constexpr size_t kShortCallBytes = 127;
  static bool IsShortCall(const Call& call, std::span<const Value> args,
                          std::span<const AnswerArg> answers);
  // Bytes WriteCall (WriteReturn) would append.
  size_t CallSize(const Call& call, std::span<const Value> args, std::span<const AnswerArg> answers,
                  std::span<const Reference> references);
  size_t ReturnSize(uint64_t call, const Outcome& outcome, std::span<const Reference> references);

 private:
  // A frame is its references and what `put_body(sink)` writes.
  template <typename PutBody>
  size_t Measure(std::span<const Reference> references, const PutBody& put_body);
  template <typename PutBody>
  void Write(std::span<const Reference> references, const PutBody& put_body, std::string* out);

  void Trim();

  std::vector<uint32_t> sizes_;  // sizes of nested messages, in the order they begin
};

// Appends the fields of a packet before its frames.
void WritePacketHeader(const PacketHeader& header, std::string* out);
// Appends a packet's attach (attached) field.
void WriteAttach(const Attach& attach, std::string* out);
void WriteAttachReply(const AttachReply& reply, std::string* out);

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_WRITER_H_
