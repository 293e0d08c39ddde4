#include "tools/cli/typed_array_literal.h"

#include <algorithm>
#include <charconv>
#include <type_traits>
#include <vector>

#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/convert.h"
#include "hawser/typed_array.h"
#include "tools/cli/expected.h"
#include "tools/cli/failure.h"
#include "tools/cli/json.h"
#include "tools/cli/literal.h"

namespace hawser::cli {
namespace {

constexpr std::string_view kUint64 = "$uint64";

// A number, or what stands for one that JSON, or a Value, does not have: "NaN", "Infinity", and of
// uint64 the digits of one above those of int64.
template <typename T>
absl::StatusOr<T> NumberOf(const Value& item) {
  if (item.is(Kind::kString)) {
    std::string_view text = item.AsString();
    if constexpr (std::is_floating_point_v<T>) {
      if (std::optional<Value> number = ReadNumber(text)) return number->As<T>();
    } else if constexpr (std::is_same_v<T, uint64_t>) {
      uint64_t number = 0;
      auto read = std::from_chars(text.data(), text.data() + text.size(), number);
      if (!text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size())
        return number;
    }
  }
  return item.As<T>();
}

template <typename T>
absl::StatusOr<Value> MakeOf(const Array& items) {
  std::vector<T> numbers;
  for (const Value& item : items) {
    HAWSER_ASSIGN_OR_RETURN(T number, NumberOf<T>(item));
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
  // Inside such a tag, integers above those of int64 are read in full.
  bool exact = element == TypedArray::Element::kUint64;
  absl::StatusOr<Value> json =
      ParseJson(exact ? fmt::format("{{\"{}\":{}\n}}", kUint64, text) : std::string(text));
  HAWSER_RETURN_IF_ERROR(CheckIntegers(json));
  Value items = json.ok() ? (exact ? json->AsRecord()[kUint64] : *json) : Value();
  if (!items.is(Kind::kArray)) return ExpectedText("a JSON array of numbers", text);
  return MakeTypedArray(element, items.AsArray());
}

absl::StatusOr<Value> MakeTypedArray(TypedArray::Element element, const Array& numbers) {
  absl::StatusOr<Value> array = MakeWith(element, numbers);
  if (array.ok()) return array;
  return Fail(Exit::kUsage, fmt::format("an element: {}", MessageOf(array.status())));
}

}  // namespace hawser::cli
