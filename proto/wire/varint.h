#ifndef HAWSER_PROTO_WIRE_VARINT_H_
#define HAWSER_PROTO_WIRE_VARINT_H_

// Numbers on the wire: base-128 varints, and zigzag for signed ones.

#include <bit>
#include <cstddef>
#include <cstdint>

namespace hawser::wire {

constexpr size_t kMaxVarintBytes = 10;

constexpr size_t VarintSize(uint64_t number) {
  return (static_cast<size_t>(std::bit_width(number | 1)) * 9 + 64) / 64;
}

// Writes at most kMaxVarintBytes; gives where it ended.
inline char* PutVarint(char* out, uint64_t number) {
  while (number >= 0x80) {
    *out++ = static_cast<char>(number | 0x80);
    number >>= 7;
  }
  *out++ = static_cast<char>(number);
  return out;
}

// Reads from [in, end), overlong forms too; bits above 64 are dropped. Gives where it ended, null
// if there is no whole varint.
inline const char* GetVarint(const char* in, const char* end, uint64_t* number) {
  uint64_t result = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (in == end) return nullptr;
    auto byte = static_cast<uint8_t>(*in++);
    result |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      *number = result;
      return in;
    }
  }
  return nullptr;
}

constexpr uint64_t ZigZag(int64_t number) {
  return static_cast<uint64_t>(number) << 1 ^ static_cast<uint64_t>(number >> 63);
}
constexpr int64_t UnZigZag(uint64_t number) {
  return static_cast<int64_t>(number >> 1 ^ (~(number & 1) + 1));
}

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_VARINT_H_
