#ifndef HAWSER_PARAMETER_H_
#define HAWSER_PARAMETER_H_

// Param: how one parameter of a method gets its value. One that is no argument of the caller's is
// injected. Authors do not use this header.

#include <algorithm>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "hawser/bound.h"
#include "hawser/callable_traits.h"
#include "hawser/function.h"
#include "hawser/module_object.h"

namespace hawser::internal {

// An argument, by its hawser::Convert. Load converts it; if it cannot, it answers the call and
// gives false. `index` is the argument's place among those of the caller.
template <typename P>
struct Param {
  using Stored = std::remove_cvref_t<P>;
  static_assert(HasConvert<Stored>, "no hawser::Convert for the type of this parameter");
  static_assert(!std::is_lvalue_reference_v<P> || std::is_const_v<std::remove_reference_t<P>>,
                "take the parameter by value or const reference");
  static constexpr bool kInjected = false;
  static constexpr bool kVariadic = false;
  static constexpr bool kOptional = kIsOptional<Stored>;
  static constexpr Type kType = Convert<Stored>::kType;

  absl::StatusOr<Stored> converted;

  bool Load(CallFrame& frame, size_t index) {
    if constexpr (std::is_same_v<Stored, Value>) {
      converted = std::move(frame.args[index]);
    } else if (index < frame.args.size()) {
      converted = Convert<Stored>::From(frame.args[index]);
    } else {
      converted = Convert<Stored>::From(Value());  // optional, left out
    }
    if (converted.ok()) return true;
    frame.FailArgument(index, converted.status());
    return false;
  }
  Stored&& Take() { return *std::move(converted); }
};

// An object by reference: kept alive for the call.
template <typename T>
requires std::derived_from<std::remove_const_t<T>, ModuleObject>
struct Param<T&> : Param<Ref<std::remove_const_t<T>>> {
  T& Take() { return **this->converted; }
};

template <>
struct Param<Args> {
  static constexpr bool kInjected = false;
  static constexpr bool kVariadic = true;
  static constexpr bool kOptional = true;
  static constexpr Type kType = Type::kAny;
  Args rest;
  bool Load(CallFrame& frame, size_t index) {
    rest = frame.args.subspan(std::min(index, frame.args.size()));
    return true;
  }
  Args Take() { return rest; }
};

struct InjectedParam {
  static constexpr bool kInjected = true;
  static constexpr bool kVariadic = false;
  static constexpr bool kOptional = true;
};
template <>
struct Param<Caller&> : InjectedParam {
  Caller* caller = nullptr;
  bool Load(CallFrame& frame, size_t /*index*/) {
    caller = &frame.caller;
    return true;
  }
  Caller& Take() { return *caller; }
};
template <>
struct Param<const Caller&> : Param<Caller&> {};
template <>
struct Param<LateReply> : InjectedParam {
  CallFrame* frame = nullptr;
  bool Load(CallFrame& call, size_t /*index*/) {
    frame = &call;
    return true;
  }
  LateReply Take() { return frame->TakeReply(); }
};
template <typename T>
struct Param<Deferred<T>> : Param<LateReply> {
  Deferred<T> Take() { return Deferred<T>(this->frame->TakeReply()); }
};

template <typename P>
inline constexpr bool kAnswersLater = false;
template <>
inline constexpr bool kAnswersLater<LateReply> = true;
template <typename T>
inline constexpr bool kAnswersLater<Deferred<T>> = true;

}  // namespace hawser::internal

#endif  // HAWSER_PARAMETER_H_
