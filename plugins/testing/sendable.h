#ifndef HAWSER_TESTING_SENDABLE_H_
#define HAWSER_TESTING_SENDABLE_H_

// What may cross between a client and the broker. The protocol's own code checks that while it
// writes; modules do not link that code, so this says the same to their tests, to the letter.
// Authors do not use this header.

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "hawser/value.h"

namespace hawser::testing::internal {

// Levels in a value: arrays, records, errors, and the members of errors.
inline constexpr int kMaxValueDepth = 32;
// Bytes, and objects, of all values of one call or answer.
inline constexpr uint32_t kMaxValueBytes = 16u << 20;
inline constexpr uint32_t kMaxValueObjects = 1u << 16;

// Fails, saying where: INVALID_ARGUMENT for values nested too deep, strings and names of record
// fields that are not UTF-8; RESOURCE_EXHAUSTED for too many bytes or objects.
absl::Status CheckSendable(std::span<const Value> values);

}  // namespace hawser::testing::internal

#endif  // HAWSER_TESTING_SENDABLE_H_
