#ifndef HAWSER_CLASS_INFO_H_
#define HAWSER_CLASS_INFO_H_

#include <atomic>
#include <string>

#include "hawser/member_table.h"
#include "hawser/native_function.h"
#include "hawser/object.h"

namespace hawser::internal {

// ClassInfo: a registered class: the members of its objects, its constructor, and the class it
// extends. Lives as long as its module; every object of the class points to it, which is why its
// alignment leaves three bits free.
class alignas(16) ClassInfo {
 public:
  ClassInfo(Module& module, std::string name, const void* type_key)
      : type_key_(type_key),
        members_(module, ObjectKind::kObject, name),
        constructor_(MakeRef<StaticObject>(module, ObjectKind::kConstructor, std::move(name))) {}

  const std::string& name() const { return members_.name(); }
  Module& module() const { return members_.module(); }
  const void* type_key() const { return type_key_; }
  MemberTable& members() { return members_; }
  const MemberTable& members() const { return members_; }
  const Ref<StaticObject>& constructor() const { return constructor_; }

  // How many objects there are of it, those of classes that extend it not counted.
  std::atomic<uint64_t>& live() const { return live_; }

  const ClassInfo* base() const { return base_; }
  // Not this class nor one that extends it.
  void set_base(const ClassInfo& base) {
    base_ = &base;
    members_.set_base(base.members_);
    constructor_->members().set_base(base.constructor_->members());
  }
  // True if an object of this class is one of the class `type_key` too.
  bool IsA(const void* type_key) const {
    for (const ClassInfo* info = this; info != nullptr; info = info->base_) {
      if (info->type_key_ == type_key) return true;
    }
    return false;
  }

 private:
  const void* const type_key_;
  MemberTable members_;
  const Ref<StaticObject> constructor_;
  const ClassInfo* base_ = nullptr;
  mutable std::atomic<uint64_t> live_{0};
};

}  // namespace hawser::internal

#endif  // HAWSER_CLASS_INFO_H_
