#include "hawser/dynamic_object.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"
#include "hawser/base/utf8.h"
#include "hawser/call_check.h"
#include "hawser/class_info.h"
#include "hawser/function.h"
#include "hawser/member_table.h"

namespace hawser {
namespace internal {

template <>
const void* TypeKey<DynamicObject>() {
  static constexpr char kKey = 0;
  return &kKey;
}

}  // namespace internal

// Invariant: a slot's member says what its value is, and was found out when the value was put there,
// without the lock. So shape() asks nobody: objects may hold each other, and themselves, and it may
// be called under any lock.

namespace {

Member MemberFor(std::string_view name, const Value& value, bool hidden) {
  Member member{.name = std::string(name), .kind = MemberKind::kProperty, .hidden = hidden};
  ShapeRef shape = value.is_object() ? value.AsObject()->shape() : nullptr;
  if (shape != nullptr && shape->kind() == ObjectKind::kFunction) {
    member.kind = MemberKind::kMethod;
    member.signature = shape->signature();
  }
  return member;
}

}  // namespace

DynamicObject::DynamicObject(std::string name) : name_(std::move(name)) {
  if (absl::Status status = base::CheckUtf8("name of an object", name_); !status.ok())
    throw Exception(Error::FromStatus(status));
}

std::vector<DynamicObject::Slot>::iterator DynamicObject::FindSlot(std::string_view name) const {
  return std::find_if(slots_.begin(), slots_.end(),
                      [name](const Slot& slot) { return slot.member.name == name; });
}

absl::Status DynamicObject::Define(std::string_view name, Value value) {
  return Put(name, std::move(value), false);
}

absl::Status DynamicObject::DefineHidden(std::string_view name, Value value) {
  return Put(name, std::move(value), true);
}

absl::Status DynamicObject::Put(std::string_view name, Value value, bool hidden) {
  if (name.empty()) return absl::InvalidArgumentError("a member needs a name");
  if (absl::Status status = base::CheckUtf8("name of a member", name); !status.ok()) return status;
  if (class_info() != nullptr && class_info()->members().shape()->Find(name) != Shape::kNotFound) {
    return absl::InvalidArgumentError(
        absl::StrCat(class_info()->name(), ".", base::ToAbsl(name),
                     " is a member of the class: it cannot be replaced"));
  }
  Member member = MemberFor(name, value, hidden);
  Value old;  // destroyed without the lock
  base::MutexLock lock(mu_);
  auto slot = FindSlot(name);
  if (slot == slots_.end()) {
    slots_.push_back({std::move(member), std::move(value)});
    shape_ = nullptr;
    return absl::OkStatus();
  }
  old = std::exchange(slot->value, std::move(value));
  // A new function may have another signature, and a function is no longer a property.
  if (slot->member.hidden != hidden || old.is_object() || slot->value.is_object()) {
    shape_ = nullptr;
  }
  slot->member = std::move(member);
  return absl::OkStatus();
}

bool DynamicObject::Remove(std::string_view name) {
  Value old;
  base::MutexLock lock(mu_);
  auto slot = FindSlot(name);
  if (slot == slots_.end()) return false;
  old = std::move(slot->value);
  slots_.erase(slot);
  shape_ = nullptr;
  return true;
}

Value DynamicObject::Get(std::string_view name) const {
  base::MutexLock lock(mu_);
  auto slot = FindSlot(name);
  return slot == slots_.end() ? Value() : slot->value;
}

ShapeRef DynamicObject::shape() const {
  base::MutexLock lock(mu_);
  if (shape_ == nullptr) shape_ = BuildShape();
  return shape_;
}

ShapeRef DynamicObject::BuildShape() const {
  std::vector<Member> members;
  std::string name = name_;
  if (class_info() != nullptr) {
    members = class_info()->members().shape()->members();
    if (name.empty()) name = class_info()->name();
  }
  for (const Slot& slot : slots_) members.push_back(slot.member);
  return Shape::Build(ObjectKind::kObject, std::move(name), std::move(members));
}

void DynamicObject::Invoke(Invocation call, Reply reply) {
  std::string_view name = call.member_name();
  if (class_info() != nullptr &&
      (name.empty() || class_info()->members().shape()->Find(name) != Shape::kNotFound)) {
    ModuleObject::Invoke(call, std::move(reply));
    return;
  }
  absl::Status status = gone() == GoneReason::kAlive ? absl::OkStatus() : GoneStatus(*this);
  // Checked against the members of now: what an old handle shows may be gone, or be something else.
  ShapeRef now = shape();
  std::string member(name);
  Invocation by_name = call;
  by_name.shape = nullptr;
  by_name.name = member;
  if (status.ok()) status = CheckCall(*now, by_name);
  if (!status.ok()) {
    reply.Fail(status);
  } else if (call.op == Op::kSet) {
    status = Define(member, std::move(call.args[0]));
    if (status.ok()) {
      reply.Return();
    } else {
      reply.Fail(status);
    }
  } else {
    internal::ActOnValue(Get(member), absl::StrCat(now->name(), ".", member), home(), call,
                         std::move(reply));
  }
}

}  // namespace hawser
