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

// Eight bytes, the first one lowest.
inline uint64_t LoadFixed64(const char* in) {
  uint64_t number;
  std::memcpy(&number, in, sizeof(number));
  if constexpr (std::endian::native == std::endian::big) number = __builtin_bswap64(number);
  return number;
}

// Reads a varint byte by byte.
ReadNumber GetVarintSlowly(const char* in, const char* end);

// Reads a varint from [in, end), overlong forms too; bits above 64 are dropped.
inline ReadNumber GetVarint(const char* in, const char* end) {
  if (in != end && static_cast<uint8_t>(*in) < 0x80) return {in + 1, static_cast<uint8_t>(*in)};
  if (end - in < 8) return GetVarintSlowly(in, end);
  uint64_t bytes = LoadFixed64(in);
  uint64_t lasts = ~bytes & 0x8080808080808080;
  if (lasts == 0) return GetVarintSlowly(in, end);
  // The bytes up to the first that is a last one, then their seven bits each moved together, by
  // pairs of neighbours of growing size.
  bytes &= (lasts ^ (lasts - 1)) & 0x7f7f7f7f7f7f7f7f;
  bytes = (bytes & 0x007f007f007f007f) | (bytes & 0x7f007f007f007f00) >> 1;
  bytes = (bytes & 0x00003fff00003fff) | (bytes & 0x3fff00003fff0000) >> 2;
  bytes = (bytes & 0x000000000fffffff) | (bytes & 0x0fffffff00000000) >> 4;
  return {in + std::countr_zero(lasts) / 8 + 1, bytes};
}

constexpr uint64_t ZigZag(int64_t number) {
  return static_cast<uint64_t>(number) << 1 ^ static_cast<uint64_t>(number >> 63);
}
constexpr int64_t UnZigZag(uint64_t number) {
  return static_cast<int64_t>(number >> 1 ^ (~(number & 1) + 1));
}

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_VARINT_H_
