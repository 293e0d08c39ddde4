#include "hawser/callable.h"

#include "hawser/module.h"
#include "hawser/native_function.h"

namespace hawser {
namespace internal {

ObjectRef MakeNativeFunction(BoundMember code, std::string name,
                             const base::SourceLocation& location) {
  Module& module = ModuleScope::Required("a function made of C++ code");
  std::string site = location.line() == 0 ? "" : SiteOf(location);
  return MakeRef<NativeFunction>(module, std::move(name), std::move(code), std::move(site));
}

}  // namespace internal

absl::StatusOr<Value> Function::CallArray(Array args) const {
  if (target_ == nullptr) return absl::UnimplementedError("there is no function to call");
  return CallNow(*target_, {}, std::move(args));
}

absl::StatusOr<Function> Convert<Function>::From(const Value& value) {
  if (value.is_object()) {
    ObjectRef object = value.TakeObject();
    ShapeRef shape = object->shape();
    if (shape != nullptr && shape->kind() == ObjectKind::kFunction)
      return Function(std::move(object));
  }
  return WrongKind("function", value);
}

}  // namespace hawser
