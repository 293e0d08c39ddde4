#ifndef TOOLS_CLI_TYPED_ARRAY_LITERAL_H_
#define TOOLS_CLI_TYPED_ARRAY_LITERAL_H_

// Typed arrays as people write them: uint8:[1, 2], or inside JSON {"$uint8": [1, 2]}.

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "hawser/typed_array.h"
#include "hawser/value.h"

namespace hawser::cli {

// A JSON array of numbers, after the element's type if they are not float64. Exit::kUsage otherwise.
absl::StatusOr<Value> ReadTypedArray(std::string_view text);
// Exit::kUsage if an element is no number that fits.
absl::StatusOr<Value> MakeTypedArray(TypedArray::Element element, const Array& numbers);
// The element type of that name, such as "uint8".
std::optional<TypedArray::Element> ElementNamed(std::string_view name);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_TYPED_ARRAY_LITERAL_H_
