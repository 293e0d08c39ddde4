#ifndef HAWSER_SHAPE_H_
#define HAWSER_SHAPE_H_

// Shape: the immutable list of members an object shows, and what the object is. Shared by all
// objects that show the same members; a handle keeps the shape it was handed out with (S8, S9).
// Immutable after Build, so thread-safe.

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/ref.h"

namespace hawser {

// What a parameter or result may be; the CLI converts its arguments by it. Numbers as in
// Signature.Type of session.proto.
enum class Type : uint8_t {
  kAny,
  kUndefined,
  kNull,
  kBoolean,
  kInteger,
  kNumber,
  kString,
  kBytes,
  kDate,
  kArray,
  kRecord,
  kTypedArray,
  kError,
  kObject,
  kFunction,
  kConstructor,
  kPromise,
};
std::string_view TypeName(Type type);  // "any", "integer", ...

struct Signature {
  std::vector<Type> params = {};
  Type result = Type::kAny;
  uint32_t required = 0;  // how many of `params` must be given
  bool variadic = false;  // takes further arguments of any type

  // "(integer, string?) -> number"
  std::string ToString() const;
  friend bool operator==(const Signature&, const Signature&) = default;
};

enum class MemberKind : uint8_t { kMethod, kProperty, kEvent };

struct Member {
  std::string name;
  MemberKind kind = MemberKind::kMethod;
  bool hidden = false;     // not enumerable: listed, but refused on use
  bool readonly = false;   // properties
  bool inherited = false;  // not an own member
  // Calls may block their thread: while one runs, the broker's pool lets another thread take its
  // place. Known at its home only, it does not cross.
  bool blocking = false;
  Signature signature = {};
  std::string doc = {};

  friend bool operator==(const Member&, const Member&) = default;
};

enum class ObjectKind : uint8_t { kObject, kFunction, kConstructor, kPromise };
std::string_view ObjectKindName(ObjectKind kind);

// How the exporter of a function runs calls of it; see CallbackMode in session.proto.
enum class CallbackMode : uint8_t { kPlain, kNotify, kCall, kConst };

class Shape;
using ShapeRef = Ref<const Shape>;

class Shape {
 public:
  static constexpr int kNotFound = -1;

  // Largest number of members; Build drops what is over.
  static constexpr size_t kMaxMembers = 65535;

  static ShapeRef Build(ObjectKind kind, std::string name, std::vector<Member> members = {},
                        Signature signature = {}, CallbackMode mode = CallbackMode::kPlain);

  ObjectKind kind() const { return kind_; }
  const std::string& name() const { return name_; }  // class or function name
  const std::vector<Member>& members() const { return members_; }
  const Signature& signature() const { return signature_; }  // of functions and constructors
  CallbackMode mode() const { return mode_; }

  // Index of the member named so, hidden ones included; kNotFound. An event may share its name with
  // a method or property, which is what is found then.
  int Find(std::string_view name) const;
  const Member* FindMember(std::string_view name) const {
    int index = Find(name);
    return index < 0 ? nullptr : &members_[static_cast<size_t>(index)];
  }

  bool Equals(const Shape& other) const;
  // Equal shapes have equal hashes.
  size_t hash() const { return hash_; }
  // About what it takes, names and texts included.
  size_t MemoryBytes() const;

  void AddRef() const { refs_.fetch_add(1, std::memory_order_relaxed); }
  void Unref() const {
    if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 private:
  Shape() = default;
  ~Shape() = default;

  mutable std::atomic<uint32_t> refs_{1};
  ObjectKind kind_ = ObjectKind::kObject;
  CallbackMode mode_ = CallbackMode::kPlain;
  std::string name_;
  std::vector<Member> members_;
  std::vector<uint16_t> by_name_;  // member numbers sorted by name
  Signature signature_;
  size_t hash_ = 0;
};

}  // namespace hawser

#endif  // HAWSER_SHAPE_H_
