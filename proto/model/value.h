#ifndef HAWSER_VALUE_H_
#define HAWSER_VALUE_H_

// Value: anything that can be an argument, a result or a property. Copied by value (DESIGN: "copy"), except kObject, which
// refers to an Object.
//
// 24 bytes. Scalars, dates, and strings up to 22 bytes live inside and need no allocation; the rest is one counted block shared
// between copies until one of them is changed (copy on write), so passing a large array around costs nothing and yet no change
// ever shows through another copy.
//
// Thread-compatible: distinct Values may be used from different threads even if copies of each other. A Value cannot contain
// itself, so it has no cycles.

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hawser/bytes.h"
#include "hawser/ref.h"

namespace hawser {

class Error;
class Object;
class Record;
class TypedArray;
class Value;

using Array = std::vector<Value>;
using ObjectRef = Ref<Object>;

enum class Kind : uint8_t {
  kUndefined,
  kNull,
  kBool,
  kInt,
  kDouble,
  kString,
  kBytes,
  kDate,
  kArray,
  kRecord,
  kTypedArray,
  kError,
  kObject,  // object, function, constructor or promise: ask its shape
};

// "undefined", "null", "boolean", "integer", "number", "string", "bytes", "date", "array", "record", "typed array", "error",
// "object".
std::string_view KindName(Kind kind);

struct Undefined {
  friend bool operator==(Undefined, Undefined) = default;
};
struct Null {
  friend bool operator==(Null, Null) = default;
};
// Milliseconds since the Unix epoch, UTC, as JavaScript counts them.
struct Date {
  int64_t unix_ms = 0;
  static Date From(absl::Time time) { return {absl::ToUnixMillis(time)}; }
  absl::Time ToTime() const { return absl::FromUnixMillis(unix_ms); }
  friend auto operator<=>(Date, Date) = default;
};

class Value {
 public:
  // Longest string held without allocation, in bytes.
  static constexpr size_t kInlineString = 22;

  Value() noexcept { rep_.kind = Kind::kUndefined; }
  Value(Undefined) noexcept : Value() {}                        // NOLINT(google-explicit-constructor)
  Value(Null) noexcept { rep_.kind = Kind::kNull; }             // NOLINT(google-explicit-constructor)
  Value(std::nullptr_t) noexcept : Value(Null{}) {}             // NOLINT(google-explicit-constructor)
  Value(std::same_as<bool> auto b) noexcept {                   // NOLINT(google-explicit-constructor)
    rep_.kind = Kind::kBool;
    rep_.boolean = b;
  }
  // Any integer type. An unsigned value above the int64 range becomes the nearest double.
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Value(T i) noexcept {  // NOLINT(google-explicit-constructor)
    if constexpr (std::unsigned_integral<T> && sizeof(T) == 8) {
      if (i > static_cast<T>(INT64_MAX)) {
        rep_.kind = Kind::kDouble;
        rep_.number = static_cast<double>(i);
        return;
      }
    }
    rep_.kind = Kind::kInt;
    rep_.integer = static_cast<int64_t>(i);
  }
  Value(std::floating_point auto d) noexcept {  // NOLINT(google-explicit-constructor)
    rep_.kind = Kind::kDouble;
    rep_.number = static_cast<double>(d);
  }
  Value(Date date) noexcept {  // NOLINT(google-explicit-constructor)
    rep_.kind = Kind::kDate;
    rep_.integer = date.unix_ms;
  }
  Value(std::string_view s);                                    // NOLINT(google-explicit-constructor)
  Value(const char* s) : Value(std::string_view(s)) {}          // NOLINT(google-explicit-constructor)
  Value(const std::string& s) : Value(std::string_view(s)) {}   // NOLINT(google-explicit-constructor)
  Value(Bytes bytes) noexcept;                                  // NOLINT(google-explicit-constructor)
  Value(Array items);                                           // NOLINT(google-explicit-constructor)
  Value(Record record);                                         // NOLINT(google-explicit-constructor)
  Value(TypedArray array);                                      // NOLINT(google-explicit-constructor)
  Value(Error error);                                           // NOLINT(google-explicit-constructor)
  // A null reference becomes kNull.
  Value(ObjectRef object) noexcept;                             // NOLINT(google-explicit-constructor)
  template <std::derived_from<Object> T>
  Value(Ref<T> object) noexcept : Value(ObjectRef(std::move(object))) {}  // NOLINT(google-explicit-constructor)

  Value(const Value& other) noexcept;
  Value(Value&& other) noexcept : rep_(other.rep_) { other.rep_.kind = Kind::kUndefined; }
  Value& operator=(const Value& other) noexcept { return *this = Value(other); }
  Value& operator=(Value&& other) noexcept {
    std::swap(rep_, other.rep_);
    return *this;
  }
  ~Value() {
    if (rep_.kind >= Kind::kString) Drop();
  }

  Kind kind() const { return rep_.kind; }
  bool is(Kind kind) const { return rep_.kind == kind; }
  bool is_undefined() const { return is(Kind::kUndefined); }
  bool is_object() const { return is(Kind::kObject); }

  // Content, or the type's zero (0, "", empty array, null pointer) if the kind is another: never an error, never a crash. Use As<T>()
  // where a wrong kind matters.
  bool AsBool() const { return is(Kind::kBool) && rep_.boolean; }
  int64_t AsInt() const { return is(Kind::kInt) ? rep_.integer : 0; }
  // Also converts an integer.
  double AsDouble() const {
    return is(Kind::kDouble) ? rep_.number : is(Kind::kInt) ? static_cast<double>(rep_.integer) : 0.0;
  }
  Date AsDate() const { return {is(Kind::kDate) ? rep_.integer : 0}; }
  // Valid as long as this Value lives unchanged.
  std::string_view AsString() const;
  Bytes AsBytes() const;
  const Array& AsArray() const;
  const Record& AsRecord() const;
  const TypedArray& AsTypedArray() const;
  const Error& AsError() const;
  Object* AsObject() const { return is(Kind::kObject) ? rep_.object : nullptr; }
  ObjectRef TakeObject() const;  // one more reference, or null

  // For changing in place: the content, made unshared; the Value becomes an empty array (record) first if it is another kind.
  Array& MutableArray();
  Record& MutableRecord();

  // Converts, see convert.h: INVALID_ARGUMENT "expected T, got KIND" where the value is not a T.
  template <typename T>
  absl::StatusOr<T> As() const;

  // Deep equality; objects by identity (Object::Same). NaN equals NaN here, so that a value equals its copy.
  friend bool operator==(const Value& a, const Value& b);

  // For people: undefined, 42, "text", [1, 2], {a: 1}, <bytes 12>, <BrowserWindow @7>.
  std::string ToString() const;

 private:
  struct Heap;  // counted block of a long string, array, record, typed array or error
  friend class ValueInternals;

  void Drop() noexcept;

  struct Rep {
    union {
      bool boolean;
      int64_t integer;
      double number;
      Object* object;
      Heap* heap;
      struct {
        void* buffer;
        uint32_t offset;
        uint32_t size;
      } bytes;
      char text[kInlineString];
    };
    uint8_t text_size;  // of an inline string; kLong: the string is in `heap`
    Kind kind;
  };
  static constexpr uint8_t kLong = 0xff;

  Rep rep_;
};

static_assert(sizeof(Value) == 24);

}  // namespace hawser

#include "hawser/convert.h"  // IWYU pragma: export
#include "hawser/error.h"    // IWYU pragma: export
#include "hawser/record.h"   // IWYU pragma: export

#endif  // HAWSER_VALUE_H_
