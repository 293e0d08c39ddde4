#ifndef HAWSER_PROTO_WIRE_REFERENCE_READER_H_
#define HAWSER_PROTO_WIRE_REFERENCE_READER_H_

// References and shapes out of bytes that a peer sent.

#include <cstdint>
#include <string_view>

#include "proto/wire/frame.h"
#include "proto/wire/refusal.h"

namespace hawser::wire {

// Lives for one frame: what its shapes hold is limited together. False, with the reason in the
// refusal, if the bytes are not what they should be.
class ReferenceReader {
 public:
  // `packet_buffer`, if not null: what the bytes lie in.
  ReferenceReader(const Bytes* packet_buffer, Refusal* refusal)
      : packet_buffer_(packet_buffer), refusal_(*refusal) {}

  // Reads a Reference message. If it fails, `named` says whether at least the handle is known: then
  // the rest of `reference` is valid too, if not complete.
  bool Read(std::string_view message, Reference* reference, bool* named);

 private:
  bool ReadShape(std::string_view message, ShapeRef* shape);
  bool ReadMember(std::string_view message, Member* member);
  bool ReadSignature(std::string_view message, Signature* signature);

  const Bytes* const packet_buffer_;
  Refusal& refusal_;
  uint32_t members_ = 0;  // read so far
};

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_REFERENCE_READER_H_
