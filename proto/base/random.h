#ifndef PROTO_BASE_RANDOM_H_
#define PROTO_BASE_RANDOM_H_

// Unguessable bits, for session ids and tokens.

#include <array>
#include <cstdint>

namespace hawser::base {

using Bits128 = std::array<uint8_t, 16>;

// 128 bits from the kernel's generator, fit for secrets. Thread-safe; a system call each time, so
// not for loops. Aborts if the kernel has none to give.
Bits128 RandomBits128();

}  // namespace hawser::base

#endif  // PROTO_BASE_RANDOM_H_
