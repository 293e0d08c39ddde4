#ifndef HAWSER_PROTO_WIRE_VALUE_READER_H_
#define HAWSER_PROTO_WIRE_VALUE_READER_H_

// Values out of bytes that a peer sent.

#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "hawser/object.h"
#include "proto/wire/refusal.h"
#include "proto/wire/tags.h"
#include "proto/wire/varint.h"

namespace hawser::wire {

// Lives for one message. Each function gives false, with the reason in the refusal, if the bytes
// are not what they should be; what it was to fill is then unspecified but valid.
class ValueReader {
 public:
  // `objects[i]` is what the value {reference: i} stands for; a null one was refused.
  // `packet_buffer`, if not null: what the bytes lie in.
  ValueReader(std::span<const ObjectRef> objects, const Bytes* packet_buffer, Refusal* refusal)
      : objects_(objects), packet_buffer_(packet_buffer), refusal_(*refusal) {}

  // Reads a Value message.
  bool Read(std::string_view message, Value* value) {
    return ReadValue(message, 0, value, nullptr);
  }
  // The short way for values that are a number and nothing else: `use` gets it, an int64_t or a
  // double. False for all others, and then nothing was done.
  template <typename Use>
  static bool ReadOnlyNumber(std::string_view message, const Use& use) {
    const char* end = message.data() + message.size();
    if (message.size() >= 2 && message[0] == ValueTag::kInteger) {
      ReadNumber read = GetVarint(message.data() + 1, end);
      if (read.end != end) return false;
      use(UnZigZag(read.number));
      return true;
    }
    if (message.size() == 9 && message[0] == ValueTag::kNumber) {
      use(std::bit_cast<double>(LoadFixed64(message.data() + 1)));
      return true;
    }
    return false;
  }
  // Reads an argument, which may also be the answer of an earlier call: then `answer` is its
  // id, `value` undefined.
  bool ReadArgument(std::string_view message, Value* value, std::optional<uint64_t>* answer) {
    return ReadValue(message, 0, value, answer);
  }
  // Reads an Error message.
  bool Read(std::string_view message, Error* error) { return ReadError(message, 1, error); }

 private:
  // `depth`: levels around the value.
  bool ReadValue(std::string_view message, int depth, Value* value,
                 std::optional<uint64_t>* answer);
  bool ReadString(std::string_view text, Value* value);
  bool ReadArray(std::string_view message, int depth, Value* value);
  bool ReadRecord(std::string_view message, int depth, Value* value);
  bool ReadTypedArray(std::string_view message, Value* value);
  bool ReadError(std::string_view message, int depth, Value* value);
  bool ReadReference(uint64_t number, Value* value);
  // `depth`: levels around what they contain.
  bool ReadRecord(std::string_view message, int depth, Record* record);
  bool ReadField(std::string_view message, int depth, Record* record);
  bool ReadError(std::string_view message, int depth, Error* error);
  // False, refused, if a further level would be too many.
  bool AllowsLevel(int depth);
  bool RefuseAnswer();
  Bytes TakeBytes(std::string_view content) const;

  const std::span<const ObjectRef> objects_;
  const Bytes* const packet_buffer_;
  Refusal& refusal_;
};

// What a code on the wire means; UNKNOWN for what is no code of an error.
absl::StatusCode ErrorCode(uint64_t number);

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_VALUE_READER_H_
