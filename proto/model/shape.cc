#include "hawser/shape.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "absl/hash/hash.h"
#include "proto/model/names.h"

namespace hawser {

std::string_view TypeName(Type type) {
  static constexpr std::array<std::string_view, 17> kNames = {
      "any",    "undefined", "null",     "boolean",     "integer", "number",
      "string", "bytes",     "date",     "array",       "record",  "typed array",
      "error",  "object",    "function", "constructor", "promise",
  };
  return internal::NameOf(kNames, type);
}

std::string_view ObjectKindName(ObjectKind kind) {
  static constexpr std::array<std::string_view, 4> kNames = {"object", "function", "constructor",
                                                             "promise"};
  return internal::NameOf(kNames, kind);
}

std::string Signature::ToString() const {
  std::string text = "(";
  std::string_view separator;
  for (size_t i = 0; i < params.size(); ++i) {
    text += separator;
    text += TypeName(params[i]);
    if (i >= required) text += '?';
    separator = ", ";
  }
  if (variadic) {
    text += separator;
    text += "...";
  }
  text += ") -> ";
  text += TypeName(result);
  return text;
}

ShapeRef Shape::Build(ObjectKind kind, std::string name, std::vector<Member> members,
                      Signature signature, CallbackMode mode) {
  auto* shape = new Shape;
  ShapeRef ref = ShapeRef::Adopt(shape);
  if (members.size() > kMaxMembers) members.resize(kMaxMembers);
  shape->kind_ = kind;
  shape->mode_ = mode;
  shape->name_ = std::move(name);
  shape->members_ = std::move(members);
  shape->signature_ = std::move(signature);
  shape->by_name_.resize(shape->members_.size());
  std::iota(shape->by_name_.begin(), shape->by_name_.end(), uint16_t{0});
  // Stable, so that of a repeated name the first one is found; but an event only if there is
  // nothing else of its name.
  std::stable_sort(shape->by_name_.begin(), shape->by_name_.end(), [&](uint16_t a, uint16_t b) {
    const Member& first = shape->members_[a];
    const Member& second = shape->members_[b];
    if (first.name != second.name) return first.name < second.name;
    return first.kind != MemberKind::kEvent && second.kind == MemberKind::kEvent;
  });
  shape->hash_ = absl::HashOf(kind, mode, shape->name_, shape->members_.size());
  for (const Member& member : shape->members_)
    shape->hash_ = absl::HashOf(shape->hash_, member.name, member.kind);
  return ref;
}

size_t Shape::MemoryBytes() const {
  size_t bytes = sizeof(Shape) + name_.size() + signature_.params.size();
  for (const Member& member : members_) {
    bytes += sizeof(Member) + sizeof(by_name_[0]) + member.name.size() + member.doc.size() +
             member.signature.params.size();
  }
  return bytes;
}

int Shape::Find(std::string_view name) const {
  auto found = std::lower_bound(
      by_name_.begin(), by_name_.end(), name,
      [this](uint16_t member, std::string_view wanted) { return members_[member].name < wanted; });
  if (found == by_name_.end() || members_[*found].name != name) return kNotFound;
  return *found;
}

bool Shape::Equals(const Shape& other) const {
  return this == &other ||
         (hash_ == other.hash_ && kind_ == other.kind_ && mode_ == other.mode_ &&
          name_ == other.name_ && signature_ == other.signature_ && members_ == other.members_);
}

}  // namespace hawser
