#ifndef HAWSER_CALLABLE_H_
#define HAWSER_CALLABLE_H_

// Function: something to call, as a value of C++. A client's callback arrives as one, and a C++
// callable becomes one that clients can call.
//
// A callback of a client runs later, in the client; the caller gets undefined at once. One whose
// session has ended fails with NOT_FOUND. A function of this module runs at once where its calls run
// one by one (Concurrency::kSerial), up to 8 inside each other; elsewhere it may run later, as one of
// another module does, and its result is a promise then. Copies mean the same function.
// Thread-compatible.

#include <string>
#include <string_view>
#include <utility>
#include "hawser/base/source_location.h"

#include "hawser/binding.h"
#include "hawser/function.h"

namespace hawser {

namespace internal {

ObjectRef MakeNativeFunction(BoundMember code, std::string name,
                             const base::SourceLocation& location);

}  // namespace internal

class Function {
 public:
  // Calls of it fail with UNIMPLEMENTED.
  Function() = default;
  explicit Function(ObjectRef target) : target_(std::move(target)) {}
  // A function of the module whose code this thread runs. It may take and return what methods may,
  // see binding.h.
  template <internal::Callable F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Function>)
      Function(F callable,  // NOLINT(google-explicit-constructor)
               const base::SourceLocation& location = base::SourceLocation::current())
      : target_(internal::MakeNativeFunction(internal::BindFunction(std::move(callable)), "",
                                             location)) {}

  // What the call gives; see above.
  template <typename... A>
  absl::StatusOr<Value> Call(A&&... args) const {
    Array values;
    values.reserve(sizeof...(A));
    (values.push_back(internal::ToValue(std::forward<A>(args))), ...);
    return CallArray(std::move(values));
  }
  absl::StatusOr<Value> CallArray(Array args) const;
  // The same, but a failure is thrown as an Exception.
  template <typename... A>
  Value operator()(A&&... args) const {
    absl::StatusOr<Value> result = Call(std::forward<A>(args)...);
    if (!result.ok()) throw Exception(Error::FromStatus(result.status()));
    return *std::move(result);
  }

  explicit operator bool() const { return target_ != nullptr; }
  operator Value() const { return Value(target_); }  // NOLINT(google-explicit-constructor)
  const ObjectRef& object() const { return target_; }
  // Where it was made, such as "shop/cart.cc:42"; "" if unknown.
  std::string_view site() const {
    return target_ == nullptr ? std::string_view() : target_->site();
  }
  // True once calls can only fail.
  bool gone() const { return target_ == nullptr || target_->gone() != GoneReason::kAlive; }

  friend bool operator==(const Function& a, const Function& b) {
    if (a.target_ == nullptr || b.target_ == nullptr) return a.target_ == b.target_;
    return a.target_ == b.target_ || a.target_->Same(*b.target_);
  }

 private:
  ObjectRef target_;
};

template <>
struct Convert<Function> {
  static constexpr Type kType = Type::kFunction;
  static absl::StatusOr<Function> From(const Value& value);
  static Value To(Function function) { return Value(function.object()); }
};

namespace internal {

template <Callable F>
Value FunctionValue(F callable) {
  return Value(MakeNativeFunction(BindFunction(std::move(callable)), "", base::SourceLocation()));
}

}  // namespace internal
}  // namespace hawser

#endif  // HAWSER_CALLABLE_H_
