#include "proto/wire/varint.h"

namespace hawser::wire {

ReadNumber GetVarintSlowly(const char* in, const char* end) {
  uint64_t number = 0;
  for (size_t shift = 0; shift < 7 * kMaxVarintBytes && in != end; shift += 7) {
    uint64_t byte = static_cast<uint8_t>(*in++);
    number |= (byte & 0x7f) << shift;
    if (byte < 0x80) return {in, number};
  }
  return {nullptr, 0};
}

}  // namespace hawser::wire
