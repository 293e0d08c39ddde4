#ifndef HAWSER_CONVERT_H_
#define HAWSER_CONVERT_H_

// Conversion between Value and C++ types, used wherever arguments are checked: module methods,
// Value::As, RemoteObject::Get<T>. A type of your own becomes usable by specialising Convert<T>.
//
// Known: Value, bool, all integers (checked for range), float and double (also from integers),
// std::string, std::string_view (valid while the Value lives), Bytes, Date, absl::Time, Record,
// Array, TypedArray, Error, ObjectRef, std::vector<T>, std::optional<T> (undefined and null become
// nullopt), std::map<std::string, T>.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawser/error.h"        // IWYU pragma: export
#include "hawser/record.h"       // IWYU pragma: export
#include "hawser/shape.h"        // IWYU pragma: export
#include "hawser/typed_array.h"  // IWYU pragma: export
#include "hawser/value.h"        // IWYU pragma: export

namespace hawser {

// INVALID_ARGUMENT "expected EXPECTED, got KIND"; of an object KIND says what it is, such as
// "function".
absl::Status WrongKind(std::string_view expected, const Value& got);
// INVALID_ARGUMENT "integer N is outside the range of TYPE".
absl::Status OutOfRange(std::string_view type, int64_t got);
absl::Status OutOfRange(std::string_view type, double got);
// `status` of an element of an array, or of a field of a record: with "at [1].name: " in front.
absl::Status AtElement(size_t index, const absl::Status& status);
absl::Status AtField(std::string_view name, const absl::Status& status);

template <typename T, typename Enable = void>
struct Convert;  // kType; static absl::StatusOr<T> From(const Value&); static Value To(T)

template <>
struct Convert<Value> {
  static constexpr Type kType = Type::kAny;
  static absl::StatusOr<Value> From(const Value& value) { return value; }
  static Value To(Value value) { return value; }
};

template <>
struct Convert<bool> {
  static constexpr Type kType = Type::kBoolean;
  static absl::StatusOr<bool> From(const Value& value) {
    if (!value.is(Kind::kBool)) return WrongKind("boolean", value);
    return value.AsBool();
  }
  static Value To(bool b) { return Value(b); }
};

template <typename T>
struct Convert<T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>>> {
  static constexpr Type kType = Type::kInteger;
  static absl::StatusOr<T> From(const Value& value) {
    int64_t i = value.AsInt();
    if (!value.is(Kind::kInt)) {
      // A double that is a whole number, as every number of a JavaScript client is.
      double d = value.AsDouble();
      if (!value.is(Kind::kDouble) || !(d >= -9007199254740992.0 && d <= 9007199254740992.0) ||
          d != static_cast<double>(static_cast<int64_t>(d))) {
        return WrongKind("integer", value);
      }
      i = static_cast<int64_t>(d);
    }
    T narrowed = static_cast<T>(i);
    if (static_cast<int64_t>(narrowed) != i || (std::is_unsigned_v<T> && i < 0)) {
      return OutOfRange(TypedArray::ElementName(TypedArray::ElementOf<T>()), i);
    }
    return narrowed;
  }
  static Value To(T i) { return Value(i); }
};

template <typename T>
struct Convert<T, std::enable_if_t<std::is_floating_point_v<T>>> {
  static constexpr Type kType = Type::kNumber;
  static absl::StatusOr<T> From(const Value& value) {
    if (!value.is(Kind::kDouble) && !value.is(Kind::kInt)) return WrongKind("number", value);
    T narrowed = static_cast<T>(value.AsDouble());
    if constexpr (std::is_same_v<T, float>) {
      if (std::isinf(narrowed) && !std::isinf(value.AsDouble()))
        return OutOfRange("float32", value.AsDouble());
    }
    return narrowed;
  }
  static Value To(T d) { return Value(d); }
};

// A type whose values have one Kind of their own.
#define HAWSER_CONVERT_KIND(T, TYPE, KIND, NAME, GET)                \
  template <>                                                        \
  struct Convert<T> {                                                \
    static constexpr Type kType = TYPE;                              \
    static absl::StatusOr<T> From(const Value& value) {              \
      if (!value.is(KIND)) return WrongKind(NAME, value);            \
      return T(value.GET());                                         \
    }                                                                \
    static Value To(T content) { return Value(std::move(content)); } \
  }
HAWSER_CONVERT_KIND(std::string, Type::kString, Kind::kString, "string", AsString);
HAWSER_CONVERT_KIND(std::string_view, Type::kString, Kind::kString, "string", AsString);
HAWSER_CONVERT_KIND(Bytes, Type::kBytes, Kind::kBytes, "bytes", AsBytes);
HAWSER_CONVERT_KIND(Date, Type::kDate, Kind::kDate, "date", AsDate);
HAWSER_CONVERT_KIND(Array, Type::kArray, Kind::kArray, "array", AsArray);
HAWSER_CONVERT_KIND(Record, Type::kRecord, Kind::kRecord, "record", AsRecord);
HAWSER_CONVERT_KIND(TypedArray, Type::kTypedArray, Kind::kTypedArray, "typed array", AsTypedArray);
HAWSER_CONVERT_KIND(Error, Type::kError, Kind::kError, "error", AsError);
#undef HAWSER_CONVERT_KIND

template <>
struct Convert<ObjectRef> {
  static constexpr Type kType = Type::kObject;
  static absl::StatusOr<ObjectRef> From(const Value& value);
  static Value To(ObjectRef object);
};

template <>
struct Convert<absl::Time> {
  static constexpr Type kType = Type::kDate;
  static absl::StatusOr<absl::Time> From(const Value& value) {
    if (!value.is(Kind::kDate)) return WrongKind("date", value);
    return value.AsDate().ToTime();
  }
  static Value To(absl::Time time) { return Value(Date::From(time)); }
};

template <typename T>
struct Convert<std::vector<T>, std::enable_if_t<!std::is_same_v<T, Value>>> {
  static constexpr Type kType = Type::kArray;
  static absl::StatusOr<std::vector<T>> From(const Value& value) {
    if (!value.is(Kind::kArray)) return WrongKind("array", value);
    std::vector<T> items;
    items.reserve(value.AsArray().size());
    for (const Value& item : value.AsArray()) {
      absl::StatusOr<T> converted = Convert<T>::From(item);
      if (!converted.ok()) return AtElement(items.size(), converted.status());
      items.push_back(*std::move(converted));
    }
    return items;
  }
  static Value To(std::vector<T> items) {
    Array array;
    array.reserve(items.size());
    for (auto&& item : items) array.push_back(Convert<T>::To(std::move(item)));
    return Value(std::move(array));
  }
};

template <typename T>
struct Convert<std::map<std::string, T>> {
  static constexpr Type kType = Type::kRecord;
  static absl::StatusOr<std::map<std::string, T>> From(const Value& value) {
    if (!value.is(Kind::kRecord)) return WrongKind("record", value);
    std::map<std::string, T> fields;
    for (const auto& [name, item] : value.AsRecord()) {
      absl::StatusOr<T> converted = Convert<T>::From(item);
      if (!converted.ok()) return AtField(name, converted.status());
      fields.insert_or_assign(name, *std::move(converted));
    }
    return fields;
  }
  static Value To(std::map<std::string, T> fields) {
    Record record;
    for (auto& [name, item] : fields) record.Append(name, Convert<T>::To(std::move(item)));
    return Value(std::move(record));
  }
};

template <typename T>
struct Convert<std::optional<T>> {
  static constexpr Type kType = Convert<T>::kType;
  static absl::StatusOr<std::optional<T>> From(const Value& value) {
    if (value.is_undefined() || value.is(Kind::kNull)) return std::optional<T>();
    absl::StatusOr<T> converted = Convert<T>::From(value);
    if (!converted.ok()) return converted.status();
    return std::optional<T>(*std::move(converted));
  }
  static Value To(std::optional<T> content) {
    return content.has_value() ? Convert<T>::To(*std::move(content)) : Value();
  }
};

template <typename T>
absl::StatusOr<T> Value::As() const {
  return Convert<T>::From(*this);
}

}  // namespace hawser

#endif  // HAWSER_CONVERT_H_
