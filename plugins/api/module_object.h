#ifndef HAWSER_MODULE_OBJECT_H_
#define HAWSER_MODULE_OBJECT_H_

// ModuleObject: base of a module's classes (EventEmitter, which derives from it, of those that emit
// events). Its objects are made with Make<T>, held by Ref<T>, called and destroyed on the module's
// strand.
//
// 24 bytes, of which 16 are Object's. Strand-bound, but references may be dropped anywhere.

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "hawser/module_scope.h"
#include "hawser/object.h"

namespace hawser {

class Module;

namespace internal {

class ClassInfo;

// The address of something that only T has: names a class among all loaded plugins.
template <typename T>
inline constexpr char kTypeKey = 0;
template <typename T>
const void* TypeKey() {
  return &kTypeKey<T>;
}

}  // namespace internal

class ModuleObject : public Object {
 public:
  ShapeRef shape() const override;
  void Invoke(Invocation call, Reply reply) override;
  base::Executor* home() const override;
  GoneReason gone() const override;
  const void* type_tag() const override;

  // The module it belongs to.
  Module& module() const;
  // `object` if it is of a module's class, else null.
  static ModuleObject* From(Object* object);

  // For this library: the class it was made of; null for one that was not made by Make.
  const internal::ClassInfo* class_info() const {
    return reinterpret_cast<const internal::ClassInfo*>(
        class_and_gone_.load(std::memory_order_acquire) & ~kGoneMask);
  }

 protected:
  ModuleObject();
  ~ModuleObject() override;
  void Dispose() override;

 private:
  friend void Destroy(ModuleObject& object);
  static constexpr uintptr_t kGoneMask = 7;

  // Called when it was destroyed by Destroy.
  virtual void DropListeners() {}

  // The class, whose alignment leaves room for a GoneReason.
  std::atomic<uintptr_t> class_and_gone_;
};

namespace internal {

// Names the class of the object that is made next on this thread. Others may be made before its
// constructor gets to run: arguments of a base or of a delegated constructor come first. So scopes
// nest, and an object takes a class only if it was made for it. Throws an Exception if the current
// module (or `module`) has no such class.
class ScopedClass {
 public:
  ScopedClass(Module* module, const void* type_key);
  ~ScopedClass();
  ScopedClass(const ScopedClass&) = delete;
  ScopedClass& operator=(const ScopedClass&) = delete;

  // Where the object is going to be; without it the next ModuleObject, wherever it is, takes the
  // class.
  void* SetStorage(void* storage, size_t size) {
    storage_ = reinterpret_cast<uintptr_t>(storage);
    size_ = size;
    return storage;
  }
  // For the constructor of `object`; null if no class was named for it.
  static const ClassInfo* Take(const ModuleObject& object);

  // The object is made: it keeps the module loaded from now on.
  static void Finish(ModuleObject& object);

 private:
  const ClassInfo* info_;  // null once it is taken
  uintptr_t storage_ = 0;
  size_t size_ = 0;
  ScopedClass* previous_;
};

// Fails like a conversion: INVALID_ARGUMENT "expected Counter, got Statement"; with NOT_FOUND for one
// that is gone, as a call of it does.
absl::StatusOr<ModuleObject*> ObjectOfClass(const Value& value, const void* type_key);

}  // namespace internal
}  // namespace hawser

// Ordinary storage, of which the scope learns before the constructor's arguments are evaluated.
inline void* operator new(size_t size, hawser::internal::ScopedClass& scope) {
  return scope.SetStorage(::operator new(size), size);
}
inline void* operator new(size_t size, std::align_val_t align,
                          hawser::internal::ScopedClass& scope) {
  return scope.SetStorage(::operator new(size, align), size);
}
inline void operator delete(void* storage, hawser::internal::ScopedClass& /*scope*/) {
  ::operator delete(storage);
}
inline void operator delete(void* storage, std::align_val_t align,
                            hawser::internal::ScopedClass& /*scope*/) {
  ::operator delete(storage, align);
}

namespace hawser {

// Makes an object of a class of the module whose code this thread runs. Elsewhere, such as on a
// thread of one's own, use Module::Make.
template <std::derived_from<ModuleObject> T, typename... A>
Ref<T> Make(A&&... args) {
  internal::ScopedClass scope(nullptr, internal::TypeKey<T>());
  T* object;
  if constexpr (requires { T::operator new(sizeof(T)); }) {
    object = new T(std::forward<A>(args)...);  // from where the class wants it
  } else {
    object = new (scope) T(std::forward<A>(args)...);
  }
  scope.Finish(*object);
  return Ref<T>::Adopt(object);
}

// Ends an object's use although it is still referred to: calls fail from now on, listeners are
// dropped, and all who hold it are told. The C++ object lives until the last reference goes.
// Thread-safe; the second time it does nothing.
void Destroy(ModuleObject& object);
template <std::derived_from<ModuleObject> T>
void Destroy(const Ref<T>& object) {
  Destroy(*object);
}

// An object of class T or of one that extends it; of the same module, and not destroyed.
template <typename T>
struct Convert<Ref<T>, std::enable_if_t<std::is_base_of_v<ModuleObject, T>>> {
  static constexpr Type kType = Type::kObject;
  static absl::StatusOr<Ref<T>> From(const Value& value) {
    absl::StatusOr<ModuleObject*> object = internal::ObjectOfClass(value, internal::TypeKey<T>());
    if (!object.ok()) return object.status();
    return Ref<T>(static_cast<T*>(*object));
  }
  static Value To(Ref<T> object) { return Value(std::move(object)); }
};

}  // namespace hawser

#endif  // HAWSER_MODULE_OBJECT_H_
