#ifndef TOOLS_CLI_JSON_TAGS_H_
#define TOOLS_CLI_JSON_TAGS_H_

// What JSON does not have, written in JSON: {"$object": 7}, {"$bytes": "aGk="}, {"$date":
// "2026-01-31"}, {"$uint8": [1, 2]}, and errors as records.

#include <functional>
#include <string_view>

#include "absl/status/statusor.h"
#include "hawser/value.h"

namespace hawser::cli {

// Gives the object at an address such as "@7".
using ObjectLookup = std::function<absl::StatusOr<Value>(std::string_view address)>;

// Replaces {"$object": 7} and its kin, at every depth.
absl::StatusOr<Value> Untag(Value value, const ObjectLookup& lookup);
// An error of a string, its message, or of a record with name, message, code, cause and members.
// Exit::kUsage if a field of these has a value it cannot have.
absl::StatusOr<Value> MakeError(const Value& value);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_JSON_TAGS_H_
