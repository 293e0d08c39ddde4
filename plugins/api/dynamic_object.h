#ifndef HAWSER_DYNAMIC_OBJECT_H_
#define HAWSER_DYNAMIC_OBJECT_H_

// DynamicObject: an object whose members come and go while it lives. What a client sees is what was
// there when it first got hold of the object; it may ask for the object anew to see more.
// Make<DynamicObject>("settings"), or derive from it and register members as for any class.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/base/mutex.h"
#include "hawser/module_object.h"

namespace hawser {

// Defining members is thread-safe.
class DynamicObject : public ModuleObject {
 public:
  // `name` is shown instead of the class' name. Throws an INVALID_ARGUMENT Exception for one that is
  // not UTF-8.
  explicit DynamicObject(std::string name = "");

  // Adds a member, or gives it a new value. A function is a method, a constructor can be
  // constructed from; anything else is a property that clients may write. INVALID_ARGUMENT for a
  // member of the class, which cannot be replaced, and for a name that is empty or not UTF-8.
  absl::Status Define(std::string_view name, Value value);
  // The same, but not enumerable: clients see the name and cannot use it.
  absl::Status DefineHidden(std::string_view name, Value value);
  // False if there is no such member. Calls through handles that still show it fail with NOT_FOUND.
  bool Remove(std::string_view name);
  // Undefined if there is no such member.
  Value Get(std::string_view name) const;

  ShapeRef shape() const override;
  void Invoke(Invocation call, Reply reply) override;

 private:
  struct Slot {
    Member member;  // as it is shown
    Value value;
  };

  absl::Status Put(std::string_view name, Value value, bool hidden) HAWSER_EXCLUDES(mu_);
  std::vector<Slot>::iterator FindSlot(std::string_view name) const HAWSER_REQUIRES(mu_);
  ShapeRef BuildShape() const HAWSER_REQUIRES(mu_);

  const std::string name_;
  mutable base::Mutex mu_;
  mutable std::vector<Slot> slots_ HAWSER_GUARDED_BY(mu_);
  mutable ShapeRef shape_ HAWSER_GUARDED_BY(mu_);  // null: to be built
};

namespace internal {
// One class of this name in the whole process, whichever library asks.
template <>
const void* TypeKey<DynamicObject>();
}  // namespace internal

}  // namespace hawser

#endif  // HAWSER_DYNAMIC_OBJECT_H_
