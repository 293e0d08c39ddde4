#include "tools/cli/typed_array_literal.h"

#include <string>
#include <type_traits>
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
    if constexpr (std::is_same_v<T, float>) {
      HAWSER_ASSIGN_OR_RETURN(double number, item.As<double>());
      numbers.push_back(static_cast<float>(number));
    } else {
      HAWSER_ASSIGN_OR_RETURN(T number, item.As<T>());
      numbers.push_back(number);
    }
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

absl::StatusOr<Value> ReadTypedArray(std::string_view text) {
  TypedArray::Element element = TypedArray::Element::kFloat64;
  for (int i = 1; i <= static_cast<int>(TypedArray::Element::kFloat64); ++i) {
    auto candidate = static_cast<TypedArray::Element>(i);
    std::string prefix = std::string(TypedArray::ElementName(candidate)) + ":";
    if (!text.starts_with(prefix)) continue;
    element = candidate;
    text.remove_prefix(prefix.size());
    break;
  }
  absl::StatusOr<Value> items = ParseJson(text);
  if (!items.ok() || !items->is(Kind::kArray)) return ExpectedText("a JSON array of numbers", text);
  absl::StatusOr<Value> array = MakeWith(element, items->AsArray());
  if (!array.ok()) {
    return Fail(Exit::kUsage, fmt::format("an element: {}", MessageOf(array.status())));
  }
  return array;
}

absl::StatusOr<Value> MakeTypedArray(const Array& numbers) { return MakeOf<double>(numbers); }

}  // namespace hawser::cli
