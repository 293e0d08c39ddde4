#include "proto/wire/varint.h"

namespace hawser::wire {
namespace {

// The bytes from number `kByte` on; `number` is what those before it say.
template <size_t kByte>
ReadNumber GetFrom(const char* in, const char* end, uint64_t number) {
  if constexpr (kByte < kMaxVarintBytes) {
    if (in == end) return {nullptr, 0};
    uint64_t byte = static_cast<uint8_t>(*in++);
    number |= (byte & 0x7f) << (7 * kByte);
    return byte < 0x80 ? ReadNumber{in, number} : GetFrom<kByte + 1>(in, end, number);
  }
  return {nullptr, 0};
}

}  // namespace

ReadNumber GetLongVarint(const char* in, const char* end, uint64_t number) {
  return GetFrom<2>(in, end, number);
}

}  // namespace hawser::wire
