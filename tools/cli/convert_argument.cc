#include "tools/cli/convert_argument.h"

#include <optional>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/base/string_view.h"
#include "hawser/collect_objects.h"
#include "hawser/object.h"
#include "tools/cli/expected.h"
#include "tools/cli/failure.h"
#include "tools/cli/json.h"
#include "tools/cli/literal.h"
#include "tools/cli/typed_array_literal.h"

namespace hawser::cli {
namespace {

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

absl::StatusOr<Value> FromJson(Value json, Type type, const ObjectLookup& lookup);

absl::StatusOr<Value> FromText(std::string_view text, Type type, const ObjectLookup& lookup) {
  if (type != Type::kBytes) HAWSER_RETURN_IF_ERROR(CheckText(text));
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
      if (!value && IsTooLarge(text)) return Fail(Exit::kUsage, TooLarge(text));
      break;
    case Type::kDate:
      value = ReadDate(text);
      break;
    case Type::kAny: {
      if (IsObjectId(text)) return lookup(text);
      absl::StatusOr<Value> json = ParseJson(text);
      HAWSER_RETURN_IF_ERROR(CheckIntegers(json));
      return json.ok() ? Untag(*std::move(json), lookup) : Value(text);
    }
    case Type::kError: {
      absl::StatusOr<Value> json = ParseJson(text);
      if (text.starts_with('{')) HAWSER_RETURN_IF_ERROR(CheckIntegers(json));
      return MakeError(json.ok() && json->is(Kind::kRecord) ? *json : Value(text));
    }
    case Type::kArray:
    case Type::kRecord: {
      absl::StatusOr<Value> json = ParseJson(text);
      HAWSER_RETURN_IF_ERROR(CheckIntegers(json));
      if (json.ok()) return FromJson(*std::move(json), type, lookup);
      return WithHint(ExpectedText(fmt::format("{} as JSON", TypeName(type)), text),
                      fmt::format("JSON: {}", MessageOf(json.status())));
    }
  }
  if (!value) return ExpectedText(TypeName(type), text);
  return *std::move(value);
}

absl::StatusOr<Value> FromJson(Value json, Type type, const ObjectLookup& lookup) {
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
        return FromText(value.AsString(), type, lookup);
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
      if (text) return FromText(value.AsString(), type, lookup);
      break;
    case Type::kArray:
      if (value.is(Kind::kArray)) return value;
      break;
    case Type::kRecord:
      if (value.is(Kind::kRecord)) return value;
      break;
    case Type::kTypedArray:
      if (value.is(Kind::kTypedArray)) return value;
      if (value.is(Kind::kArray))
        return MakeTypedArray(TypedArray::Element::kFloat64, value.AsArray());
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

// Refuses what could not be sent: it is the command line that is at fault, not the method.
absl::StatusOr<Value> CheckSendable(absl::StatusOr<Value> value) {
  if (!value.ok()) return value;
  std::vector<Object*> objects;
  absl::Status status = CollectObjectsOf(*value, &objects);
  if (!status.ok()) return Fail(Exit::kUsage, base::ToStd(status.message()));
  return value;
}

}  // namespace

absl::StatusOr<Value> ConvertText(std::string_view text, Type type, const ObjectLookup& lookup) {
  return CheckSendable(FromText(text, type, lookup));
}

absl::StatusOr<Value> ConvertJson(Value value, Type type, const ObjectLookup& lookup) {
  return CheckSendable(FromJson(std::move(value), type, lookup));
}

}  // namespace hawser::cli
