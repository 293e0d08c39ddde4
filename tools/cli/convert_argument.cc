#include "tools/cli/convert_argument.h"

#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/base/string_view.h"
#include "hawser/error.h"
#include "hawser/object.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"
#include "tools/cli/failure.h"
#include "tools/cli/json.h"

namespace hawser::cli {
namespace {

absl::Status Expected(std::string_view what, std::string_view got) {
  return Fail(Exit::kUsage, fmt::format("expected {}, got {}", what, got));
}

absl::Status ExpectedText(std::string_view what, std::string_view text) {
  constexpr size_t kShown = 60;
  std::string got = ToJson(Value(text.substr(0, kShown)));
  return Expected(what, text.size() > kShown ? got + "..." : got);
}

absl::Status ExpectedValue(Type type, const Value& value) {
  return Expected(TypeName(type), value.is(Kind::kString) || value.is(Kind::kDouble) ||
                                          value.is(Kind::kInt) || value.is(Kind::kBool)
                                      ? ToJson(value)
                                      : std::string(KindName(value.kind())));
}

// From text.

// nullopt if it is none, or none that 64 bits hold.
std::optional<int64_t> ReadInteger(std::string_view text) {
  int base = 10;
  bool negative = text.starts_with('-');
  std::string_view digits = text.substr(negative || text.starts_with('+') ? 1 : 0);
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    base = 16;
    digits.remove_prefix(2);
  }
  if (digits.empty() || digits[0] == '-') return std::nullopt;
  std::string number = (negative ? "-" : "") + std::string(digits);
  int64_t integer = 0;
  const char* end = number.data() + number.size();
  auto read = std::from_chars(number.data(), end, integer, base);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return integer;
}

std::optional<Value> ReadNumber(std::string_view text) {
  if (auto integer = ReadInteger(text)) return Value(*integer);
  if (text == "NaN") return Value(std::numeric_limits<double>::quiet_NaN());
  if (text == "Infinity") return Value(std::numeric_limits<double>::infinity());
  if (text == "-Infinity") return Value(-std::numeric_limits<double>::infinity());
  double number = 0;
  const char* end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ec != std::errc() || read.ptr != end || !std::isfinite(number)) {
    return std::nullopt;
  }
  return Value(number);
}

std::optional<Value> ReadDate(std::string_view text) {
  if (text == "now") return Value(Date::From(absl::Now()));
  if (auto ms = ReadInteger(text)) return Value(Date{*ms});
  for (const char* format :
       {"%Y-%m-%dT%H:%M:%E*S%Ez", "%Y-%m-%d %H:%M:%E*S%Ez", "%Y-%m-%dT%H:%M:%E*S",
        "%Y-%m-%d %H:%M:%E*S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    absl::Time time;
    std::string error;
    if (absl::ParseTime(format, base::ToAbsl(text), absl::UTCTimeZone(), &time, &error)) {
      return Value(Date::From(time));
    }
  }
  return std::nullopt;
}

absl::StatusOr<Value> ReadBase64(std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(base::ToAbsl(text), &bytes) &&
      !absl::WebSafeBase64Unescape(base::ToAbsl(text), &bytes)) {
    return ExpectedText("base64", text);
  }
  return Value(Bytes(std::move(bytes)));
}

absl::StatusOr<Value> ReadBytes(std::string_view text) {
  auto skip = [&](std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
  };
  if (skip("base64:")) return ReadBase64(text);
  if (skip("hex:")) {
    if (text.size() % 2 != 0 || text.find_first_not_of("0123456789abcdefABCDEF") != text.npos) {
      return ExpectedText("pairs of hexadecimal digits", text);
    }
    return Value(Bytes(absl::HexStringToBytes(base::ToAbsl(text))));
  }
  if (skip("file:")) {
    std::ifstream file{std::string(text), std::ios::binary};
    std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) return Fail(Exit::kUsage, fmt::format("cannot read the file {}", text));
    return Value(Bytes(std::move(content)));
  }
  return Value(Bytes::Copy(text));
}

template <typename T>
absl::StatusOr<Value> MakeTypedArray(const Array& items) {
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

absl::StatusOr<Value> MakeTypedArrayOf(TypedArray::Element element, const Array& items) {
  switch (element) {
    using enum TypedArray::Element;
    case kInt8:
      return MakeTypedArray<int8_t>(items);
    case kUint8:
      return MakeTypedArray<uint8_t>(items);
    case kInt16:
      return MakeTypedArray<int16_t>(items);
    case kUint16:
      return MakeTypedArray<uint16_t>(items);
    case kInt32:
      return MakeTypedArray<int32_t>(items);
    case kUint32:
      return MakeTypedArray<uint32_t>(items);
    case kInt64:
      return MakeTypedArray<int64_t>(items);
    case kUint64:
      return MakeTypedArray<uint64_t>(items);
    case kFloat32:
      return MakeTypedArray<float>(items);
    case kFloat64:
      return MakeTypedArray<double>(items);
  }
  return absl::InvalidArgumentError("no such element type");
}

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
  absl::StatusOr<Value> array = MakeTypedArrayOf(element, items->AsArray());
  if (!array.ok()) {
    return Fail(Exit::kUsage, fmt::format("an element: {}", MessageOf(array.status())));
  }
  return array;
}

// From JSON.

absl::StatusOr<Value> MakeError(const Value& value) {
  if (value.is(Kind::kString)) return Value(Error(absl::StatusCode::kUnknown, value.AsString()));
  Error error;
  absl::StatusCode code = absl::StatusCode::kUnknown;
  Record members;
  for (const auto& [name, field] : value.AsRecord()) {
    if (name == "code") {
      for (int i = 1; i <= static_cast<int>(absl::StatusCode::kUnauthenticated); ++i) {
        auto candidate = static_cast<absl::StatusCode>(i);
        if (absl::StatusCodeToString(candidate) == field.AsString()) code = candidate;
      }
    } else if (name != "name" && name != "message" && name != "cause") {
      members.Set(name, field);
    }
  }
  const Record& record = value.AsRecord();
  error = Error(code, record["message"].AsString(),
                record.Has("name") ? record["name"].AsString() : std::string_view("Error"));
  if (record.Has("cause")) error = error.WithCause(record["cause"]);
  return Value(error.WithMembers(std::move(members)));
}

// Replaces {"$object": 7} and its kin, at every depth.
absl::StatusOr<Value> Untag(Value value, const ObjectLookup& lookup) {
  if (value.is(Kind::kArray)) {
    for (Value& item : value.MutableArray()) {
      HAWSER_ASSIGN_OR_RETURN(item, Untag(std::move(item), lookup));
    }
    return value;
  }
  if (!value.is(Kind::kRecord)) return value;
  const Record& record = value.AsRecord();
  if (record["$object"].is(Kind::kInt)) {
    return lookup(fmt::format("@{}", record["$object"].AsInt()));
  }
  if (record.size() == 1 && record["$bytes"].is(Kind::kString)) {
    return ReadBase64(record["$bytes"].AsString());
  }
  if (record.size() == 1 && record["$date"].is(Kind::kString)) {
    if (auto date = ReadDate(record["$date"].AsString())) return *std::move(date);
    return ExpectedText("date", record["$date"].AsString());
  }
  Record untagged;
  for (const auto& [name, field] : record) {
    HAWSER_ASSIGN_OR_RETURN(Value converted, Untag(field, lookup));
    untagged.Set(name, std::move(converted));
  }
  return Value(std::move(untagged));
}

// Objects.

absl::StatusOr<Value> CheckObject(Value value, Type type) {
  if (!value.is_object()) return ExpectedValue(type, value);
  ShapeRef shape = value.AsObject()->shape();
  ObjectKind kind = shape == nullptr ? ObjectKind::kObject : shape->kind();
  bool fits = type == Type::kObject || (type == Type::kFunction && kind == ObjectKind::kFunction) ||
              (type == Type::kConstructor && kind == ObjectKind::kConstructor) ||
              (type == Type::kPromise && kind == ObjectKind::kPromise);
  if (!fits) return Expected(TypeName(type), value.ToString());
  return value;
}

absl::StatusOr<Value> LookUp(std::string_view text, Type type, const ObjectLookup& lookup) {
  if (text.empty() || text.front() == '{' || text.front() == '[') {
    return ExpectedText(fmt::format("{}, as @7 or the address of one", TypeName(type)), text);
  }
  absl::StatusOr<Value> value = lookup(text);
  if (!value.ok())
    return WithPrefix(value.status(),
                      fmt::format("expected {}, as @7 or the address of one: ", TypeName(type)));
  return CheckObject(*std::move(value), type);
}

bool IsObjectId(std::string_view text) {
  return text.size() > 1 && text[0] == '@' && text.find_first_not_of("0123456789", 1) == text.npos;
}

absl::Status CheckCount(size_t given, const Signature& signature) {
  size_t most = signature.params.size();
  size_t least = signature.required;
  if (given >= least && (given <= most || signature.variadic)) return absl::OkStatus();
  std::string expected = least == most && !signature.variadic ? fmt::format("{}", most)
                         : signature.variadic                 ? fmt::format("at least {}", least)
                                              : fmt::format("{} to {}", least, most);
  bool one = expected.ends_with(" 1") || expected == "1";
  return Fail(Exit::kUsage,
              fmt::format("expected {} argument{}, got {}", expected, one ? "" : "s", given));
}

Type TypeAt(const Signature& signature, size_t position) {
  return position < signature.params.size() ? signature.params[position] : Type::kAny;
}

absl::Status AtArgument(size_t position, absl::Status status) {
  return WithPrefix(std::move(status), fmt::format("argument {}: ", position + 1));
}

}  // namespace

absl::StatusOr<Value> ConvertText(std::string_view text, Type type, const ObjectLookup& lookup) {
  std::optional<Value> value;
  switch (type) {
    case Type::kString:
      return Value(text);
    case Type::kBytes:
      return ReadBytes(text);
    case Type::kTypedArray:
      return ReadTypedArray(text);
    case Type::kObject:
    case Type::kFunction:
    case Type::kConstructor:
    case Type::kPromise:
      return LookUp(text, type, lookup);
    case Type::kUndefined:
      if (text == "undefined") value = Value();
      break;
    case Type::kNull:
      if (text == "null") value = Value(nullptr);
      break;
    case Type::kBoolean:
      if (text == "true" || text == "false") value = Value(text == "true");
      break;
    case Type::kInteger:
      if (auto integer = ReadInteger(text)) value = Value(*integer);
      break;
    case Type::kNumber:
      value = ReadNumber(text);
      break;
    case Type::kDate:
      value = ReadDate(text);
      break;
    case Type::kAny: {
      if (IsObjectId(text)) return lookup(text);
      absl::StatusOr<Value> json = ParseJson(text);
      return json.ok() ? Untag(*std::move(json), lookup) : Value(text);
    }
    case Type::kError: {
      absl::StatusOr<Value> json = ParseJson(text);
      return MakeError(json.ok() && json->is(Kind::kRecord) ? *json : Value(text));
    }
    case Type::kArray:
    case Type::kRecord: {
      absl::StatusOr<Value> json = ParseJson(text);
      if (json.ok()) return ConvertJson(*std::move(json), type, lookup);
      return WithHint(ExpectedText(fmt::format("{} as JSON", TypeName(type)), text),
                      fmt::format("JSON: {}", MessageOf(json.status())));
    }
  }
  if (!value) return ExpectedText(TypeName(type), text);
  return *std::move(value);
}

absl::StatusOr<Value> ConvertJson(Value json, Type type, const ObjectLookup& lookup) {
  HAWSER_ASSIGN_OR_RETURN(Value value, Untag(std::move(json), lookup));
  bool text = value.is(Kind::kString);
  bool number = value.is(Kind::kInt) || value.is(Kind::kDouble);
  switch (type) {
    case Type::kAny:
      return value;
    case Type::kUndefined:
      if (value.is(Kind::kNull)) return Value();
      break;
    case Type::kNull:
      if (value.is(Kind::kNull)) return value;
      break;
    case Type::kBoolean:
      if (value.is(Kind::kBool)) return value;
      break;
    case Type::kInteger:
      if (value.As<int64_t>().ok()) return value;
      break;
    case Type::kNumber:
      if (number) return value;
      if (text && (value.AsString() == "NaN" || value.AsString().ends_with("Infinity"))) {
        return ConvertText(value.AsString(), type, lookup);
      }
      break;
    case Type::kString:
      if (text) return value;
      break;
    case Type::kBytes:
      if (value.is(Kind::kBytes)) return value;
      if (text) return ReadBase64(value.AsString());
      break;
    case Type::kDate:
      if (value.is(Kind::kDate)) return value;
      if (value.is(Kind::kInt)) return Value(Date{value.AsInt()});
      if (text) return ConvertText(value.AsString(), type, lookup);
      break;
    case Type::kArray:
      if (value.is(Kind::kArray)) return value;
      break;
    case Type::kRecord:
      if (value.is(Kind::kRecord)) return value;
      break;
    case Type::kTypedArray:
      if (value.is(Kind::kArray)) return MakeTypedArray<double>(value.AsArray());
      break;
    case Type::kError:
      if (text || value.is(Kind::kRecord)) return MakeError(value);
      break;
    case Type::kObject:
    case Type::kFunction:
    case Type::kConstructor:
    case Type::kPromise:
      if (text) return LookUp(value.AsString(), type, lookup);
      return CheckObject(std::move(value), type);
  }
  return ExpectedValue(type, value);
}

absl::StatusOr<Array> ConvertTexts(std::span<const std::string> texts, const Signature& signature,
                                   const ObjectLookup& lookup) {
  HAWSER_RETURN_IF_ERROR(CheckCount(texts.size(), signature));
  Array arguments;
  for (size_t i = 0; i < texts.size(); ++i) {
    Type type = TypeAt(signature, i);
    bool optional = i >= signature.required && type != Type::kString && type != Type::kAny;
    if (optional && (texts[i] == "undefined" || texts[i] == "null")) {
      arguments.push_back(texts[i] == "null" ? Value(nullptr) : Value());
      continue;
    }
    absl::StatusOr<Value> value = ConvertText(texts[i], type, lookup);
    if (!value.ok()) return AtArgument(i, value.status());
    arguments.push_back(*std::move(value));
  }
  return arguments;
}

absl::StatusOr<Array> ConvertJsonArguments(const Array& values, const Signature& signature,
                                           const ObjectLookup& lookup) {
  HAWSER_RETURN_IF_ERROR(CheckCount(values.size(), signature));
  Array arguments;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i >= signature.required && values[i].is(Kind::kNull)) {
      arguments.emplace_back(nullptr);
      continue;
    }
    absl::StatusOr<Value> value = ConvertJson(values[i], TypeAt(signature, i), lookup);
    if (!value.ok()) return AtArgument(i, value.status());
    arguments.push_back(*std::move(value));
  }
  return arguments;
}

}  // namespace hawser::cli
