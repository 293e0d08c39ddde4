#include "tools/cli/typed_array_literal.h"

#include <algorithm>
#include <vector>

#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/convert.h"
#include "hawser/typed_array.h"
#include "tools/cli/expected.h"
#include "tools/cli/failure.h"
#include "tools/cli/json.h"

namespace hawser::cli {
namespace {

template <typename T>
absl::StatusOr<Value> MakeOf(const Array& items) {
  std::vector<T> numbers;
  for (const Value& item : items) {
    HAWSER_ASSIGN_OR_RETURN(T number, item.As<T>());
    numbers.push_back(number);
  }
  return Value(TypedArray::Of<T>(numbers));
}

absl::StatusOr<Value> MakeWith(TypedArray::Element element, const Array& items) {
  switch (element) {
    using enum TypedArray::Element;
    case kInt8:
      return MakeOf<int8_t>(items);
    case kUint8:
      return MakeOf<uint8_t>(items);
    case kInt16:
      return MakeOf<int16_t>(items);
    case kUint16:
      return MakeOf<uint16_t>(items);
    case kInt32:
      return MakeOf<int32_t>(items);
    case kUint32:
      return MakeOf<uint32_t>(items);
    case kInt64:
      return MakeOf<int64_t>(items);
    case kUint64:
      return MakeOf<uint64_t>(items);
    case kFloat32:
      return MakeOf<float>(items);
    case kFloat64:
      return MakeOf<double>(items);
  }
  return absl::InvalidArgumentError("no such element type");
}

}  // namespace

std::optional<TypedArray::Element> ElementNamed(std::string_view name) {
  for (int i = 1; i <= static_cast<int>(TypedArray::Element::kFloat64); ++i) {
    auto candidate = static_cast<TypedArray::Element>(i);
    if (TypedArray::ElementName(candidate) == name) return candidate;
  }
  return std::nullopt;
}

absl::StatusOr<Value> ReadTypedArray(std::string_view text) {
  TypedArray::Element element = TypedArray::Element::kFloat64;
  size_t colon = std::min(text.find(':'), text.size());
  if (std::optional<TypedArray::Element> named = ElementNamed(text.substr(0, colon))) {
    element = *named;
    text.remove_prefix(std::min(colon + 1, text.size()));
  }
  absl::StatusOr<Value> items = ParseJson(text);
  if (!items.ok() || !items->is(Kind::kArray)) return ExpectedText("a JSON array of numbers", text);
  return MakeTypedArray(element, items->AsArray());
}

absl::StatusOr<Value> MakeTypedArray(TypedArray::Element element, const Array& numbers) {
  absl::StatusOr<Value> array = MakeWith(element, numbers);
  if (array.ok()) return array;
  return Fail(Exit::kUsage, fmt::format("an element: {}", MessageOf(array.status())));
}

}  // namespace hawser::cli
