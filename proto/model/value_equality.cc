#include <utility>
#include <vector>

#include "hawser/error.h"
#include "hawser/object.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"
#include "hawser/value.h"

namespace hawser {
namespace {

// Of two values of one kind that hold no Values.
bool SameScalar(const Value& a, const Value& b) {
  switch (a.kind()) {
    case Kind::kUndefined:
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return a.AsBool() == b.AsBool();
    case Kind::kInt:
      return a.AsInt() == b.AsInt();
    case Kind::kDouble: {
      double x = a.AsDouble();
      double y = b.AsDouble();
      return x == y || (x != x && y != y);
    }
    case Kind::kString:
      return a.AsString() == b.AsString();
    case Kind::kBytes:
      return a.AsBytes() == b.AsBytes();
    case Kind::kDate:
      return a.AsDate() == b.AsDate();
    case Kind::kTypedArray:
      return a.AsTypedArray() == b.AsTypedArray();
    case Kind::kObject:
      return a.AsObject()->Same(*b.AsObject());
    default:
      return false;
  }
}

bool Nests(Kind kind) {
  constexpr auto kBit = [](Kind one) { return 1u << static_cast<unsigned>(one); };
  return (kBit(kind) & (kBit(Kind::kArray) | kBit(Kind::kRecord) | kBit(Kind::kError))) != 0;
}

// Values are nested to any depth. Pairs past kMaxDepth are put aside and looked at last, so that
// the stack stays shallow.
class Comparison {
 public:
  bool Same(const Value& a, const Value& b) {
    if (!SameSoFar(a, b)) return false;
    while (!later_.empty()) {
      auto [x, y] = later_.back();
      later_.pop_back();
      if (!SameSoFar(*x, *y)) return false;
    }
    return true;
  }

 private:
  static constexpr int kMaxDepth = 32;

  bool SameSoFar(const Value& a, const Value& b) {
    if (a.kind() != b.kind()) return false;
    return Nests(a.kind()) ? SameNested(a, b) : SameScalar(a, b);
  }

  // Apart, so that what most values need is inlined where many are compared.
  [[gnu::noinline]] bool SameNested(const Value& a, const Value& b) {
    if (depth_ == kMaxDepth) {
      later_.emplace_back(&a, &b);
      return true;
    }
    ++depth_;
    bool same = a.is(Kind::kArray)    ? SameItems(a.AsArray(), b.AsArray())
                : a.is(Kind::kRecord) ? SameFields(a.AsRecord(), b.AsRecord())
                                      : SameError(a.AsError(), b.AsError());
    --depth_;
    return same;
  }

  // What is shared is equal, however large.
  bool SameItems(const Array& a, const Array& b) {
    if (&a == &b) return true;
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (!SameSoFar(a[i], b[i])) return false;
    }
    return true;
  }

  bool SameFields(const Record& a, const Record& b) {
    if (&a == &b) return true;
    if (a.size() != b.size()) return false;
    for (const auto& [name, value] : a) {
      const Value* other = b.Find(name);
      if (other == nullptr || !SameSoFar(value, *other)) return false;
    }
    return true;
  }

  // What is put aside of them is held by the values they came from.
  bool SameError(const Error& a, const Error& b) {
    if (&a.members() == &b.members()) return true;
    return a.code() == b.code() && a.name() == b.name() && a.message() == b.message() &&
           SameSoFar(a.cause(), b.cause()) && SameFields(a.members(), b.members());
  }

  int depth_ = 0;
  std::vector<std::pair<const Value*, const Value*>> later_;
};

}  // namespace

bool operator==(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  return Nests(a.kind()) ? Comparison().Same(a, b) : SameScalar(a, b);
}

}  // namespace hawser
