#include "hawser/call_check.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "hawser/base/string_view.h"

namespace hawser {
namespace {

using base::ToAbsl;

bool Matches(Type type, const Value& value) {
  auto is_a = [&value](ObjectKind kind) {
    if (!value.is_object()) return false;
    ShapeRef shape = value.AsObject()->shape();
    return shape != nullptr && shape->kind() == kind;
  };
  switch (type) {
    case Type::kAny:
      return true;
    case Type::kUndefined:
      return value.is_undefined();
    case Type::kNull:
      return value.is(Kind::kNull);
    case Type::kBoolean:
      return value.is(Kind::kBool);
    case Type::kInteger:
      return Convert<int64_t>::From(value).ok();
    case Type::kNumber:
      return value.is(Kind::kDouble) || value.is(Kind::kInt);
    case Type::kString:
      return value.is(Kind::kString);
    case Type::kBytes:
      return value.is(Kind::kBytes);
    case Type::kDate:
      return value.is(Kind::kDate);
    case Type::kArray:
      return value.is(Kind::kArray);
    case Type::kRecord:
      return value.is(Kind::kRecord);
    case Type::kTypedArray:
      return value.is(Kind::kTypedArray);
    case Type::kError:
      return value.is(Kind::kError);
    case Type::kObject:
      return value.is_object();
    case Type::kFunction:
      return is_a(ObjectKind::kFunction);
    case Type::kConstructor:
      return is_a(ObjectKind::kConstructor);
    case Type::kPromise:
      return is_a(ObjectKind::kPromise);
  }
  return true;  // a type of a later version: its owner decides
}

// A property whose value may turn out to be something to call or to construct.
bool MayHold(Type type, Type wanted) { return type == wanted || type == Type::kAny; }

std::string Subject(const Shape& shape) {
  return shape.name().empty() ? std::string(ObjectKindName(shape.kind())) : shape.name();
}

std::string Subject(const Shape& shape, std::string_view member) {
  if (shape.name().empty()) return std::string(member);
  return absl::StrCat(shape.name(), ".", ToAbsl(member));
}

// `handle`: what the caller sees, unless null: a member it does not show is of no use to it.
absl::Status NoSuchMember(const Shape& shape, std::string_view name, const Shape* handle) {
  std::vector<std::string> visible;
  if (shape.members().size() <= kMostCandidates) {
    for (const Member& member : shape.members()) {
      if (member.hidden) continue;
      if (handle != nullptr && handle->Find(member.name) == Shape::kNotFound) continue;
      visible.push_back(member.name);
    }
  }
  std::vector<std::string> near = Nearest(name, visible);
  std::string hint =
      near.empty() ? "" : absl::StrCat("; did you mean '", absl::StrJoin(near, "', '"), "'?");
  return absl::NotFoundError(
      absl::StrCat(Subject(shape), " has no member '", ToAbsl(name), "'", hint));
}

absl::Status CheckSelf(const Shape& shape, const Invocation& call) {
  switch (call.op) {
    case Op::kDescribe:
      return absl::OkStatus();
    case Op::kCall:
      if (shape.kind() == ObjectKind::kFunction) {
        return CheckArguments(Subject(shape), shape.signature(), call.args);
      }
      return absl::UnimplementedError(absl::StrCat(
          Subject(shape), shape.kind() == ObjectKind::kConstructor
                              ? " is a constructor: it makes objects with new, and cannot be called"
                              : " is not a function"));
    case Op::kNew:
      if (shape.kind() == ObjectKind::kConstructor) {
        return CheckArguments(absl::StrCat("new ", Subject(shape)), shape.signature(), call.args);
      }
      return absl::UnimplementedError(absl::StrCat(Subject(shape), " is not a constructor"));
    case Op::kAwait:
      if (shape.kind() == ObjectKind::kPromise) return absl::OkStatus();
      return absl::UnimplementedError(absl::StrCat(Subject(shape), " is not a promise"));
    case Op::kGet:
    case Op::kSet:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(ToAbsl(OpName(call.op)), " needs the name of a member of ", Subject(shape)));
}

absl::Status CheckWrite(const std::string& name, const Member& member,
                        std::span<const Value> args) {
  if (member.kind != MemberKind::kProperty) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, member.kind == MemberKind::kEvent ? " is an event" : " is a method",
                     ": it cannot be written"));
  }
  if (member.readonly) return absl::InvalidArgumentError(absl::StrCat(name, " is read-only"));
  if (args.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": expected 1 value to write, got ", args.size()));
  }
  if (!Matches(member.signature.result, args[0])) {
    absl::Status wrong = WrongKind(TypeName(member.signature.result), args[0]);
    return absl::InvalidArgumentError(absl::StrCat(name, ": ", wrong.message()));
  }
  return absl::OkStatus();
}

absl::Status CheckMember(const Shape& shape, const Member& member, const Invocation& call) {
  std::string name = Subject(shape, member.name);
  if (member.hidden) return absl::NotFoundError(absl::StrCat(name, " is not enumerable"));
  bool property = member.kind == MemberKind::kProperty;
  Type type = member.signature.result;
  switch (call.op) {
    case Op::kCall:
      if (member.kind == MemberKind::kMethod) {
        return CheckArguments(name, member.signature, call.args);
      }
      if (property && MayHold(type, Type::kFunction)) return absl::OkStatus();
      if (property && MayHold(type, Type::kConstructor)) {
        return absl::UnimplementedError(absl::StrCat(
            name, " is a constructor: it makes objects with new, and cannot be called"));
      }
      return absl::UnimplementedError(
          absl::StrCat(name, property ? " is a property: it cannot be called"
                                      : " is an event: it cannot be called"));
    case Op::kNew:
      if (property && MayHold(type, Type::kConstructor)) return absl::OkStatus();
      return absl::UnimplementedError(absl::StrCat(name, " is not a constructor"));
    case Op::kAwait:
      if (property && MayHold(type, Type::kPromise)) return absl::OkStatus();
      return absl::UnimplementedError(absl::StrCat(name, " is not a promise"));
    case Op::kGet:
      if (member.kind == MemberKind::kEvent) {
        return absl::InvalidArgumentError(
            absl::StrCat(name, " is an event: it has no value; listen to it with on"));
      }
      return absl::OkStatus();
    case Op::kSet:
      return CheckWrite(name, member, call.args);
    case Op::kDescribe:
      if (property) return absl::OkStatus();
      break;
  }
  return absl::UnimplementedError(absl::StrCat(name, ": no such operation"));
}

// Number of changes of one character that make one word of the other; letters of either case are
// the same.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      bool equal = absl::ascii_tolower(static_cast<unsigned char>(a[i - 1])) ==
                   absl::ascii_tolower(static_cast<unsigned char>(b[j - 1]));
      size_t changed = diagonal + (equal ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

absl::Status CheckCall(const Shape& shape, const Invocation& call) {
  std::string_view name = call.name;
  if (call.shape != nullptr) {
    if (call.member == Invocation::kSelf) return CheckSelf(shape, call);
    if (call.member < 0 || static_cast<size_t>(call.member) >= call.shape->members().size()) {
      return absl::NotFoundError(
          absl::StrCat(Subject(shape), " has no member number ", call.member));
    }
    const Member& member = call.shape->members()[static_cast<size_t>(call.member)];
    if (call.shape == &shape) return CheckMember(shape, member, call);
    name = member.name;
  }
  if (name.empty()) return CheckSelf(shape, call);
  const Member* member = shape.FindMember(name);
  return member == nullptr ? NoSuchMember(shape, name, call.shape)
                           : CheckMember(shape, *member, call);
}

absl::Status CheckArguments(std::string_view name, const Signature& signature,
                            std::span<const Value> args) {
  size_t most = signature.params.size();
  if (args.size() < signature.required || (args.size() > most && !signature.variadic)) {
    std::string expected;
    if (signature.variadic) {
      expected = absl::StrCat("at least ", signature.required);
    } else if (signature.required < most) {
      expected = absl::StrCat(signature.required, " to ", most);
    } else {
      expected = absl::StrCat(most);
    }
    bool one = signature.variadic ? signature.required == 1 : most == 1;
    return absl::InvalidArgumentError(absl::StrCat(ToAbsl(name), ": expected ", expected,
                                                   one ? " argument" : " arguments", ", got ",
                                                   args.size()));
  }
  for (size_t i = 0; i < args.size() && i < most; ++i) {
    bool absent = i >= signature.required && (args[i].is_undefined() || args[i].is(Kind::kNull));
    if (absent || Matches(signature.params[i], args[i])) continue;
    absl::Status wrong = WrongKind(TypeName(signature.params[i]), args[i]);
    return absl::InvalidArgumentError(
        absl::StrCat(ToAbsl(name), ": argument ", i + 1, ": ", wrong.message()));
  }
  return absl::OkStatus();
}

std::vector<std::string> Nearest(std::string_view word, std::span<const std::string> candidates) {
  constexpr size_t kMost = 3;
  constexpr size_t kLongest = 64;  // nobody mistypes longer names, and comparing them would be slow
  if (word.size() > kLongest || candidates.size() > kMostCandidates) return {};
  size_t reach = std::max<size_t>(1, word.size() / 3);
  if (word.size() <= 1) reach = 0;  // every other letter is one change away
  std::vector<std::pair<size_t, const std::string*>> near;
  for (const std::string& candidate : candidates) {
    size_t difference = candidate.size() > word.size() ? candidate.size() - word.size()
                                                       : word.size() - candidate.size();
    if (difference > reach) continue;
    size_t distance = Distance(word, candidate);
    if (distance <= reach) near.emplace_back(distance, &candidate);
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (near.size() > kMost) near.resize(kMost);
  std::vector<std::string> names;
  names.reserve(near.size());
  for (const auto& [distance, candidate] : near) names.push_back(*candidate);
  return names;
}

}  // namespace hawser
