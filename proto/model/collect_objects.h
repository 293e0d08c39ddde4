#ifndef HAWSER_COLLECT_OBJECTS_H_
#define HAWSER_COLLECT_OBJECTS_H_

// What of values may cross to another process, and which objects are in it. The protocol asks before
// it writes; the harness of modules asks the same, so that a test refuses what the broker would.

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "hawser/object.h"

namespace hawser {

struct ValueLimits {
  // Levels in a value: arrays, records, errors, and the members of errors.
  static constexpr int kMaxDepth = 32;
  // Bytes, and objects, of all values of one call or answer.
  static constexpr uint32_t kMaxBytes = 16u << 20;
  static constexpr uint32_t kMaxObjects = 1u << 16;
};

// The objects inside `args`, in the order the writer meets them: entry i of the frame's table is
// reference i. An object that occurs twice is in it twice. Appends; scalars cost nothing. Fails,
// saying where ("argument 2, at [3].name: not UTF-8 at byte 1"), on what a peer would refuse:
// INVALID_ARGUMENT for values nested too deep, strings and names of record fields that are not
// UTF-8; RESOURCE_EXHAUSTED for too many objects or bytes.
absl::Status CollectObjects(std::span<const Value> args, std::vector<Object*>* objects);
// The same of one value, which is no argument: "at [3].name: not UTF-8 at byte 1".
absl::Status CollectObjectsOf(const Value& value, std::vector<Object*>* objects);

namespace internal {
absl::Status CollectFrom(std::span<const Value> args, std::vector<Object*>* objects);
absl::Status CollectFrom(const Value& value, std::vector<Object*>* objects);
}  // namespace internal

// Most calls have scalars only.
inline absl::Status CollectObjects(std::span<const Value> args, std::vector<Object*>* objects) {
  for (const Value& arg : args) {
    if (arg.kind() >= Kind::kString) return internal::CollectFrom(args, objects);
  }
  return absl::OkStatus();
}
inline absl::Status CollectObjectsOf(const Value& value, std::vector<Object*>* objects) {
  if (value.kind() < Kind::kString) return absl::OkStatus();
  return internal::CollectFrom(value, objects);
}

}  // namespace hawser

#endif  // HAWSER_COLLECT_OBJECTS_H_
