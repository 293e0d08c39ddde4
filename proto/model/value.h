#ifndef HAWSER_VALUE_H_
#define HAWSER_VALUE_H_

// Value: anything that can be an argument, a result or a property. Copied by value (DESIGN:
// "copy"), except kObject, which refers to an Object.
//
// 24 bytes. Scalars, dates, and strings up to 22 bytes live inside and need no allocation; the rest
// is one counted block shared between copies until one of them is changed (copy on write), so
// passing a large array around costs nothing and yet no change ever shows through another copy.
//
// Thread-compatible: distinct Values may be used from different threads even if copies of each
// other. A Value cannot contain itself, so it has no cycles.

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
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

namespace internal {
struct Block;

template <typename T>
concept Integer = std::integral<T> && !std::same_as<T, bool>;
}  // namespace internal

// An array of one array is written Array{Value(Array{1})}: compilers differ on Array{Array{1}},
// which some take for a copy.
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

// "undefined", "null", "boolean", "integer", "number", "string", "bytes", "date", "array",
// "record", "typed array", "error", "object".
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

  // NOLINTBEGIN(google-explicit-constructor): whatever can be a value is one without ceremony.
  Value() noexcept : Value(Kind::kUndefined, uint64_t{0}) {}
  Value(Undefined) noexcept : Value() {}
  Value(Null) noexcept : Value(Kind::kNull, uint64_t{0}) {}
  Value(std::nullptr_t) noexcept : Value(Null{}) {}
  Value(std::same_as<bool> auto b) noexcept : Value(Kind::kBool, uint64_t{b}) {}
  // Any integer type. An unsigned value above the int64 range becomes the nearest double.
  Value(internal::Integer auto i) noexcept : Value(Kind::kInt, static_cast<uint64_t>(i)) {
    if constexpr (std::is_unsigned_v<decltype(i)> && sizeof(i) == sizeof(int64_t)) {
      if (i > static_cast<uint64_t>(INT64_MAX)) *this = Value(static_cast<double>(i));
    }
  }
  Value(std::floating_point auto d) noexcept
      : Value(Kind::kDouble, std::bit_cast<uint64_t>(static_cast<double>(d))) {}
  Value(Date date) noexcept : Value(Kind::kDate, static_cast<uint64_t>(date.unix_ms)) {}
  Value(std::string_view s);
  // A null pointer becomes kNull.
  Value(const char* s) : Value(s == nullptr ? Value(Null{}) : Value(std::string_view(s))) {}
  Value(const std::string& s) : Value(std::string_view(s)) {}
  Value(Bytes bytes) noexcept;
  Value(Array items);
  Value(Record record);
  Value(TypedArray array);
  Value(Error error) noexcept;
  // A null reference becomes kNull.
  Value(ObjectRef object) noexcept;
  template <std::derived_from<Object> T>
  Value(Ref<T> object) noexcept : Value(ObjectRef(std::move(object))) {}
  // NOLINTEND(google-explicit-constructor)

  Value(const Value& other) noexcept : rep_(other.rep_) {
    if (counted()) Share();
  }
  // Leaves `other` undefined.
  Value(Value&& other) noexcept : rep_(other.rep_) { other.rep_.last = Tag(Kind::kUndefined); }
  Value& operator=(const Value& other) noexcept { return *this = Value(other); }
  // The old content is dropped before this returns.
  Value& operator=(Value&& other) noexcept {
    Value taken(std::move(other));
    std::swap(rep_, taken.rep_);
    return *this;
  }
  ~Value() {
    if (counted()) Drop();
  }

  Kind kind() const { return static_cast<Kind>(rep_.last >> 56); }
  bool is(Kind other) const { return kind() == other; }
  bool is_undefined() const { return is(Kind::kUndefined); }
  bool is_object() const { return is(Kind::kObject); }

  // Content, or the type's zero (0, "", empty array, null pointer) if the kind is another: never an
  // error, never a crash. Use As<T>() where a wrong kind matters.
  bool AsBool() const { return is(Kind::kBool) && rep_.first != 0; }
  int64_t AsInt() const { return is(Kind::kInt) ? First<int64_t>() : 0; }
  // Also converts an integer.
  double AsDouble() const {
    return is(Kind::kDouble) ? First<double>()
           : is(Kind::kInt)  ? static_cast<double>(First<int64_t>())
                             : 0.0;
  }
  Date AsDate() const { return {is(Kind::kDate) ? First<int64_t>() : 0}; }
  // The references below are valid as long as this Value lives unchanged.
  std::string_view AsString() const {
    if (!is(Kind::kString)) return {};
    return counted() ? LongString()
                     : std::string_view(reinterpret_cast<const char*>(&rep_), mark());
  }
  Bytes AsBytes() const;
  const Array& AsArray() const;
  const Record& AsRecord() const;
  const TypedArray& AsTypedArray() const;
  Error AsError() const;
  Object* AsObject() const { return is(Kind::kObject) ? First<Object*>() : nullptr; }
  ObjectRef TakeObject() const;  // one more reference, or null

  // For changing in place: the content, or that of a new array (record). Good until the Value,
  // or what it lies in, is moved or assigned. From now on, copies of the Value copy its content.
  Array& MutableArray();
  Record& MutableRecord();

  // Converts; include convert.h, which lists the types. INVALID_ARGUMENT "expected T, got KIND"
  // where the value is not a T.
  template <typename T>
  absl::StatusOr<T> As() const;

  // Deep equality; objects by identity (Object::Same). NaN equals NaN here, so that a value equals
  // its copy.
  friend bool operator==(const Value& a, const Value& b);

  // For people: undefined, 42, "text", [1, 2], {a: 1}, <bytes 12>, <BrowserWindow @7>.
  std::string ToString() const;

 private:
  // Three words, so that making, copying and moving a scalar stays in registers. As memory: 22
  // bytes of content, then `mark`, then `kind`, which says what the content is. `mark` says where:
  // kCounted, outside, and this Value owns one count of it; otherwise inside, and `mark` is the
  // length of a string, 0 for all other kinds. Of a kind that usually is outside, "inside" means
  // empty.
  //
  // `first` holds a bool, int, double or date; or an Object*; or, for a string outside, an array,
  // record, typed array or error, its Block*. Bytes have their buffer in `first`, where they begin
  // in `second`, their size in the low half of `last`. A string inside begins with `first`.
  struct Rep {
    constexpr Rep(uint64_t front, uint64_t back) : first(front), last(back) {}
    // Word by word: as one piece it would go by a 16-byte register, which waits for the two stores
    // that just made the words.
    // NOLINTNEXTLINE(modernize-use-equals-default): see above
    constexpr Rep(const Rep& other) : first(other.first), second(other.second), last(other.last) {}
    // NOLINTNEXTLINE(modernize-use-equals-default): likewise
    constexpr Rep& operator=(const Rep& other) {
      first = other.first;
      second = other.second;
      last = other.last;
      return *this;
    }

    uint64_t first;
    uint64_t second = 0;
    uint64_t last;
  };
  static_assert(std::endian::native == std::endian::little);
  static constexpr uint8_t kCounted = 0xff;

  // The last word but for what content reaches into it.
  static constexpr uint64_t Tag(Kind kind, uint8_t mark = 0) {
    return uint64_t{static_cast<uint8_t>(kind)} << 56 | uint64_t{mark} << 48;
  }
  Value(Kind kind, uint64_t first) noexcept : rep_(first, Tag(kind)) {}
  // Takes over a count of `block`.
  Value(Kind kind, internal::Block* block) noexcept
      : rep_(std::bit_cast<uint64_t>(block), Tag(kind, kCounted)) {}

  uint8_t mark() const { return static_cast<uint8_t>(rep_.last >> 48); }
  bool counted() const { return mark() == kCounted; }
  template <typename T>
  T First() const {
    return std::bit_cast<T>(rep_.first);
  }
  std::string_view LongString() const;
  // What is counted, or null if the content is inside or of another kind.
  template <typename T>
  T* Counted(Kind kind) const;
  void Share() const noexcept;
  void Drop() noexcept;

  Rep rep_{0, Tag(Kind::kUndefined)};
};

static_assert(sizeof(Value) == 24);

}  // namespace hawser

#endif  // HAWSER_VALUE_H_
