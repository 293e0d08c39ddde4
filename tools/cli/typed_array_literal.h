#ifndef TOOLS_CLI_TYPED_ARRAY_LITERAL_H_
#define TOOLS_CLI_TYPED_ARRAY_LITERAL_H_

// Typed arrays as people write them: uint8:[1, 2].

#include <string_view>

#include "absl/status/statusor.h"
#include "hawser/value.h"

namespace hawser::cli {

// A JSON array of numbers, after the element's type if they are not float64. Exit::kUsage otherwise.
absl::StatusOr<Value> ReadTypedArray(std::string_view text);
// Of float64.
absl::StatusOr<Value> MakeTypedArray(const Array& numbers);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_TYPED_ARRAY_LITERAL_H_
