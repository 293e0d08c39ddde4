#ifndef TOOLS_CLI_EXPECTED_H_
#define TOOLS_CLI_EXPECTED_H_

// What is said of an argument that does not fit: Exit::kUsage, "expected integer, got \"abc\"".

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawser/shape.h"
#include "hawser/value.h"

namespace hawser::cli {

absl::Status Expected(std::string_view what, std::string_view got);
// `text` in quotes; only the beginning of a long one.
absl::Status ExpectedText(std::string_view what, std::string_view text);
// What ParseJson gave must have no integer that 64 bits do not hold.
absl::Status CheckIntegers(const absl::StatusOr<Value>& json);
absl::Status ExpectedValue(Type type, const Value& value);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_EXPECTED_H_
