#include "hawser/module_object.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"
#include "hawser/class_info.h"
#include "hawser/function.h"
#include "hawser/module.h"

namespace hawser {
namespace internal {
namespace {
thread_local ScopedClass* innermost = nullptr;
}  // namespace

ScopedClass::ScopedClass(Module* module, const void* type_key) {
  if (module == nullptr) module = &ModuleScope::Required("an object");
  info_ = module->FindClass(type_key);
  if (info_ == nullptr) {
    throw Exception(
        absl::StatusCode::kInternal,
        absl::StrCat("module ", base::ToAbsl(module->name()),
                     " made an object of a class that it has not registered with Class"));
  }
  previous_ = std::exchange(innermost, this);
}

ScopedClass::~ScopedClass() { innermost = previous_; }

const ClassInfo* ScopedClass::Take(const ModuleObject& object) {
  if (innermost == nullptr) return nullptr;
  const auto address = reinterpret_cast<uintptr_t>(&object);
  if (innermost->storage_ != 0 && address - innermost->storage_ >= innermost->size_) return nullptr;
  return std::exchange(innermost->info_, nullptr);
}

void ScopedClass::Finish(ModuleObject& object) {
  if (object.class_info() != nullptr)
    object.class_info()->live().fetch_add(1, std::memory_order_relaxed);
}

absl::StatusOr<ModuleObject*> ObjectOfClass(const Value& value, const void* type_key) {
  ModuleObject* object = ModuleObject::From(value.AsObject());
  const ClassInfo* info = object == nullptr ? nullptr : object->class_info();
  if (info != nullptr && info->IsA(type_key)) {
    if (object->gone() != GoneReason::kAlive) return GoneStatus(*object);
    return object;
  }
  const Module* module = ModuleScope::Current();
  const ClassInfo* wanted = module == nullptr ? nullptr : module->FindClass(type_key);
  std::string expected = wanted == nullptr ? "object" : wanted->name();
  ShapeRef shape = value.is_object() ? value.AsObject()->shape() : nullptr;
  if (shape == nullptr || shape->name().empty()) return WrongKind(expected, value);
  if (shape->kind() == ObjectKind::kConstructor) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", expected, ", got the constructor ", shape->name()));
  }
  // A class of that name in another module, or an object that reached it through another session.
  std::string_view other = shape->name() == expected ? " of this module, got another " : ", got ";
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", expected, base::ToAbsl(other), shape->name()));
}

}  // namespace internal

ModuleObject::ModuleObject()
    : class_and_gone_(reinterpret_cast<uintptr_t>(internal::ScopedClass::Take(*this))) {}

ModuleObject::~ModuleObject() = default;

const void* ModuleObject::type_tag() const {
  static constexpr char kTag = 0;
  return &kTag;
}

ModuleObject* ModuleObject::From(Object* object) {
  if (object == nullptr) return nullptr;
  static const void* const kTag = [] {
    ModuleObject none;
    return none.type_tag();
  }();
  return object->type_tag() == kTag ? static_cast<ModuleObject*>(object) : nullptr;
}

Module& ModuleObject::module() const {
  if (const internal::ClassInfo* info = class_info()) return info->module();
  return internal::ModuleScope::Required("an object");
}

ShapeRef ModuleObject::shape() const {
  const internal::ClassInfo* info = class_info();
  return info == nullptr ? Shape::Build(ObjectKind::kObject, "") : info->members().shape();
}

base::Executor* ModuleObject::home() const {
  const internal::ClassInfo* info = class_info();
  return info == nullptr ? nullptr : &info->module().HomeOf(this);
}

GoneReason ModuleObject::gone() const {
  uintptr_t word = class_and_gone_.load(std::memory_order_acquire);
  auto reason = static_cast<GoneReason>(word & kGoneMask);
  if (reason != GoneReason::kAlive || word == 0) return reason;
  return class_info()->module().gone();
}

void ModuleObject::Invoke(Invocation call, Reply reply) {
  const internal::ClassInfo* info = class_info();
  if (info == nullptr) {
    reply.Fail(absl::InternalError("the object was not made with Make"));
  } else if (gone() != GoneReason::kAlive) {
    reply.Fail(GoneStatus(*this));
  } else {
    const internal::MemberTable& members = info->members();
    members.Invoke(*this, members.Find(call), call, std::move(reply));
  }
}

void ModuleObject::Dispose() {
  const internal::ClassInfo* info = class_info();
  if (info == nullptr) {
    delete this;
    return;
  }
  info->module().Retire(*this, *home(), info->live(),
                        [](Object* self) { delete static_cast<ModuleObject*>(self); });
}

void Destroy(ModuleObject& object) {
  uintptr_t word = object.class_and_gone_.load(std::memory_order_acquire);
  do {
    if (word == 0 || (word & ModuleObject::kGoneMask) != 0) return;
  } while (!object.class_and_gone_.compare_exchange_weak(
      word, word | static_cast<uintptr_t>(GoneReason::kDestroyed), std::memory_order_acq_rel));
  object.DropListeners();
  object.module().host().ObjectGone(object, GoneReason::kDestroyed);
}

}  // namespace hawser
