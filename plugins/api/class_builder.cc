#include "hawser/class_builder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"
#include "hawser/function.h"
#include "hawser/module.h"

namespace hawser {

MemberOptions& MemberOptions::Doc(std::string_view doc) {
  member_->doc = doc;
  return *this;
}

MemberOptions& MemberOptions::Hidden() {
  member_->hidden = true;
  return *this;
}

MemberOptions& MemberOptions::Blocking() {
  member_->blocking = true;
  return *this;
}

MemberOptions& MemberOptions::Result(Type type) {
  member_->signature.result = type;
  return *this;
}

namespace internal {
namespace {

// What a property with a setter is to clients, which may write just that.
Type PropertyType(const MemberTable& table, std::string_view name, const BoundMember& get,
                  const BoundMember& set) {
  Type read = get.signature.result;
  Type written = set.signature.params[0];
  if (read != written && read != Type::kAny && written != Type::kAny) {
    throw Exception(absl::StatusCode::kInvalidArgument,
                    absl::StrCat(table.name(), ".", base::ToAbsl(name), ": its getter gives ",
                                 base::ToAbsl(TypeName(read)), ", its setter takes ",
                                 base::ToAbsl(TypeName(written)), "; a property has one type"));
  }
  // A setter that also takes undefined and null, or anything, decides itself.
  return set.signature.required == 0 ? Type::kAny : written == Type::kAny ? written : read;
}

}  // namespace

MemberOptions AddMethod(MemberTable& table, std::string name, BoundMember code) {
  return MemberOptions(&table.Add({.name = std::move(name), .signature = std::move(code.signature)},
                                  std::move(code.bound)));
}

MemberOptions AddProperty(MemberTable& table, std::string name, BoundMember get, BoundMember set) {
  Member member{.name = std::move(name),
                .kind = MemberKind::kProperty,
                .readonly = !set.bound,
                .signature = {.params = {}, .result = get.signature.result}};
  if (get.signature.required != 0 || (set.bound && set.signature.params.size() != 1)) {
    throw Exception(absl::StatusCode::kInvalidArgument,
                    absl::StrCat(table.name(), ".", member.name,
                                 ": a getter takes no argument, a setter exactly one"));
  }
  if (set.bound) member.signature.result = PropertyType(table, member.name, get, set);
  return MemberOptions(&table.Add(std::move(member), std::move(get.bound), std::move(set.bound)));
}

MemberOptions AddConstant(MemberTable& table, std::string name, Value value) {
  Type type = Convert<Value>::kType;
  switch (value.kind()) {
    case Kind::kBool:
      type = Type::kBoolean;
      break;
    case Kind::kInt:
      type = Type::kInteger;
      break;
    case Kind::kDouble:
      type = Type::kNumber;
      break;
    case Kind::kString:
      type = Type::kString;
      break;
    default:
      break;
  }
  MemberOptions options = AddProperty(
      table, std::move(name), BindFunction(table.module().KeepConstant(std::move(value))), {});
  return options.Result(type);
}

MemberOptions AddEvent(MemberTable& table, std::string name, std::vector<Type> params) {
  Member member{.name = std::move(name), .kind = MemberKind::kEvent};
  member.signature.required = static_cast<uint32_t>(params.size());
  member.signature.params = std::move(params);
  member.signature.result = Type::kUndefined;
  return MemberOptions(&table.Add(std::move(member), {}));
}

MemberOptions& LastMember(const ClassInfo& info, MemberOptions& last, std::string_view what) {
  std::string_view problem;
  if (!last) problem = " goes directly after the member it is about; a constructor is no member";
  if (info.members().sealed()) problem = " is said only while the module is made";
  if (problem.empty()) return last;
  throw Exception(absl::StatusCode::kInvalidArgument,
                  absl::StrCat(info.name(), ": ", base::ToAbsl(what), base::ToAbsl(problem)));
}

void Extend(ClassInfo& info, const void* type_key) {
  const ClassInfo* base = info.module().FindClass(type_key);
  std::string problem;
  if (info.members().sealed()) {
    problem = "a class is extended only while the module is made";
  } else if (base == nullptr) {
    problem = "the class it extends must be registered first";
  } else if (base->IsA(info.type_key())) {
    problem = "a class cannot extend itself";
  } else if (info.base() != nullptr) {
    problem = absl::StrCat("it extends ", info.base()->name(), " already");
  }
  if (base == nullptr || !problem.empty()) {
    throw Exception(absl::StatusCode::kInvalidArgument, absl::StrCat(info.name(), ": ", problem));
  }
  info.set_base(*base);
}

}  // namespace internal
}  // namespace hawser
