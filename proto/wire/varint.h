#ifndef HAWSER_PROTO_WIRE_VARINT_H_
#define HAWSER_PROTO_WIRE_VARINT_H_

// Numbers on the wire: base-128 varints, and zigzag for signed ones.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

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

// A number read, and where it ended: null if there is no whole one.
struct ReadNumber {
  const char* end;
  uint64_t number;
};

// The rest of a varint whose first two bytes say `number` and that more follow.
ReadNumber GetLongVarint(const char* in, const char* end, uint64_t number);

// Reads a varint from [in, end), overlong forms too; bits above 64 are dropped.
inline ReadNumber GetVarint(const char* in, const char* end) {
  if (in == end) return {nullptr, 0};
  uint64_t first = static_cast<uint8_t>(*in++);
  if (first < 0x80) return {in, first};
  if (in == end) return {nullptr, 0};
  uint64_t second = static_cast<uint8_t>(*in++);
  uint64_t number = (first & 0x7f) | (second & 0x7f) << 7;
  if (second < 0x80) return {in, number};
  return GetLongVarint(in, end, number);
}

// Eight bytes, the first one lowest.
inline uint64_t LoadFixed64(const char* in) {
  uint64_t number;
  std::memcpy(&number, in, sizeof(number));
  if constexpr (std::endian::native == std::endian::big) number = __builtin_bswap64(number);
  return number;
}

constexpr uint64_t ZigZag(int64_t number) {
  return static_cast<uint64_t>(number) << 1 ^ static_cast<uint64_t>(number >> 63);
}
constexpr int64_t UnZigZag(uint64_t number) {
  return static_cast<int64_t>(number >> 1 ^ (~(number & 1) + 1));
}

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_VARINT_H_
