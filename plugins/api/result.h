#ifndef HAWSER_RESULT_H_
#define HAWSER_RESULT_H_

// From what a C++ function gives to what its caller gets. Authors do not use this header.

#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "hawser/callable_traits.h"
#include "hawser/promise.h"

namespace hawser::internal {

template <typename T>
inline constexpr bool kIsStatusOr = false;
template <typename T>
inline constexpr bool kIsStatusOr<absl::StatusOr<T>> = true;

// A function object of the current module, defined in callable.h.
template <Callable F>
Value FunctionValue(F callable);

template <typename R>
constexpr Type ResultType() {
  if constexpr (std::is_void_v<R> || std::is_same_v<R, absl::Status>) {
    return Type::kUndefined;
  } else if constexpr (kIsStatusOr<R>) {
    return ResultType<typename R::value_type>();
  } else if constexpr (kIsOptional<R> || std::is_same_v<R, Outcome>) {
    return Type::kAny;
  } else if constexpr (std::is_same_v<R, Ref<Promise>>) {
    return Type::kPromise;
  } else if constexpr (HasConvert<R>) {
    return Convert<R>::kType;
  } else if constexpr (Callable<R>) {
    return Type::kFunction;
  } else if constexpr (std::is_convertible_v<R, std::string_view>) {
    return Type::kString;
  } else {
    return std::is_convertible_v<R, ObjectRef> ? Type::kObject : Type::kAny;
  }
}

template <typename R>
Value ToValue(R&& result) {
  using T = std::remove_cvref_t<R>;
  if constexpr (HasConvert<T>) {
    return Convert<T>::To(std::forward<R>(result));
  } else if constexpr (Callable<T>) {
    return FunctionValue(std::forward<R>(result));
  } else {
    static_assert(std::is_convertible_v<R, Value>, "this type cannot become a hawser::Value");
    return Value(std::forward<R>(result));
  }
}

template <typename R>
Outcome ToOutcome(R&& result) {
  using T = std::remove_cvref_t<R>;
  if constexpr (std::is_same_v<T, Outcome>) {
    return std::forward<R>(result);
  } else if constexpr (std::is_same_v<T, absl::Status>) {
    return result.ok() ? Outcome() : Outcome::Failed(result);
  } else if constexpr (kIsStatusOr<T>) {
    return result.ok() ? ToOutcome(*std::forward<R>(result)) : Outcome::Failed(result.status());
  } else {
    return Outcome(ToValue(std::forward<R>(result)));
  }
}

}  // namespace hawser::internal

#endif  // HAWSER_RESULT_H_
