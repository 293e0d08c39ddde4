#ifndef HAWSER_BINDING_H_
#define HAWSER_BINDING_H_

// From a C++ callable to a member: its Signature, and the code that converts the arguments of a
// call, runs it and answers with its result. Authors do not use this header, but what a method may
// take and return is decided here:
//
//   takes    any type of convert.h; std::optional<T> for one that may be left out; Ref<T> or T& of
//   a registered class; ObjectRef;
//            hawser::Function; at the end hawser::Args for all further arguments;
//            and, invisible to clients: hawser::Caller&, hawser::LateReply, hawser::Deferred<T>
//   returns  void; any type of convert.h; Ref<T>; Ref<Promise>; hawser::Function or a lambda, as a
//   function; Outcome; absl::Status;
//            absl::StatusOr of any of these

#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "hawser/bound.h"
#include "hawser/function.h"
#include "hawser/module_object.h"
#include "hawser/promise.h"

namespace hawser {
namespace internal {

template <typename T>
concept HasConvert = requires {
  Convert<T>::kType;
};
template <typename T>
concept Callable = std::is_class_v<T> && requires {
  &T::operator();
};

template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <typename T>
inline constexpr bool kIsStatusOr = false;
template <typename T>
inline constexpr bool kIsStatusOr<absl::StatusOr<T>> = true;

// --- What a callable is made of.
template <typename... T>
struct TypeList {};

template <typename F>
struct CallableTraits;
template <typename F>
requires Callable<F>
struct CallableTraits<F> : CallableTraits<decltype(&F::operator())> {
};

#define HAWSER_CALLABLE_TRAITS(QUALIFIERS)           \
  template <typename R, typename C, typename... P>   \
  struct CallableTraits<R (C::*)(P...) QUALIFIERS> { \
    using Result = R;                                \
    using Params = TypeList<P...>;                   \
  }
HAWSER_CALLABLE_TRAITS();
HAWSER_CALLABLE_TRAITS(const);
HAWSER_CALLABLE_TRAITS(noexcept);
HAWSER_CALLABLE_TRAITS(const noexcept);
#undef HAWSER_CALLABLE_TRAITS
template <typename R, typename... P>
struct CallableTraits<R (*)(P...)> {
  using Result = R;
  using Params = TypeList<P...>;
};
template <typename R, typename... P>
struct CallableTraits<R (*)(P...) noexcept> : CallableTraits<R (*)(P...)> {};

// --- Parameters. One that is no argument of the caller is injected. Load answers the frame and
// gives false if it cannot.
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

// --- Results.
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

// --- The call.
template <typename R, typename... P>
struct Binding {
  static constexpr bool kVariadic = (Param<P>::kVariadic || ... || false);
  static constexpr bool kLate = (kAnswersLater<P> || ... || false);
  static_assert(!kLate || std::is_void_v<R>, "a method that takes a LateReply returns void");

  static Signature MakeSignature() {
    Signature signature{.variadic = kVariadic};
    if constexpr (kLate) {
      signature.result = Type::kAny;
      (AddLateResult<P>(signature), ...);
    } else {
      signature.result = ResultType<std::remove_cvref_t<R>>();
    }
    (AddParam<P>(signature), ...);
    return signature;
  }

  // `call` runs the callable on converted arguments.
  template <typename Call>
  static void Run(CallFrame& frame, Call call) {
    constexpr size_t kMost =
        (size_t{0} + ... + (Param<P>::kInjected || Param<P>::kVariadic ? 0 : 1));
    if (!frame.CheckCount(kVariadic ? SIZE_MAX : kMost)) return;
    RunIndexed(frame, call, std::index_sequence_for<P...>());
  }

 private:
  template <typename T>
  static void AddParam(Signature& signature) {
    if constexpr (!Param<T>::kInjected && !Param<T>::kVariadic) {
      signature.params.push_back(Param<T>::kType);
      if (!Param<T>::kOptional) signature.required = static_cast<uint32_t>(signature.params.size());
    }
  }
  template <typename T>
  static void AddLateResult(Signature& signature) {
    if constexpr (kAnswersLater<T> && !std::is_same_v<T, LateReply>) {
      AddDeferredResult(signature, static_cast<T*>(nullptr));
    }
  }
  template <typename T>
  static void AddDeferredResult(Signature& signature, Deferred<T>* /*type*/) {
    signature.result = ResultType<T>();
  }

  // How many arguments of the caller go to the parameters before the i-th.
  static constexpr size_t IndexOf(size_t i) {
    constexpr bool kInjected[] = {Param<P>::kInjected..., true};
    size_t index = 0;
    for (size_t j = 0; j < i; ++j) index += kInjected[j] ? 0 : 1;
    return index;
  }

  template <typename Call, size_t... I>
  static void RunIndexed(CallFrame& frame, Call& call, std::index_sequence<I...> /*indices*/) {
    [[maybe_unused]] std::tuple<Param<P>...> params;
    if (!(std::get<I>(params).Load(frame, IndexOf(I)) && ... && true)) return;
    if constexpr (kLate) {
      call(std::get<I>(params).Take()...);
    } else if constexpr (std::is_void_v<R>) {
      call(std::get<I>(params).Take()...);
      frame.Answer(Outcome());
    } else {
      frame.Answer(ToOutcome(call(std::get<I>(params).Take()...)));
    }
  }
};

// A callable and what clients are told about it.
struct BoundMember {
  Bound bound;
  Signature signature;
};

template <typename R, typename... P, typename F>
BoundMember BindFreely(F callable, TypeList<P...> /*params*/) {
  auto run = [](Bound& bound, CallFrame& frame) { Binding<R, P...>::Run(frame, bound.as<F>()); };
  return {Bound(std::move(callable), run), Binding<R, P...>::MakeSignature()};
}

// A function: lambda, function pointer, std::function.
template <typename F>
BoundMember BindFunction(F callable) {
  using Traits = CallableTraits<F>;
  return BindFreely<typename Traits::Result>(std::move(callable), typename Traits::Params());
}

// A lambda that takes the object first, by reference.
template <typename T, typename R, typename... P, typename F>
BoundMember BindSelfFirst(F callable, TypeList<T&, P...> /*params*/) {
  auto run = [](Bound& bound, CallFrame& frame) {
    F& function = bound.as<F>();
    T& self = static_cast<T&>(*frame.self);
    Binding<R, P...>::Run(frame, [&](auto&&... args) -> R {
      return function(self, std::forward<decltype(args)>(args)...);
    });
  };
  return {Bound(std::move(callable), run), Binding<R, P...>::MakeSignature()};
}
template <typename T, typename R, typename... P, typename F>
BoundMember BindSelfFirst(F callable, TypeList<const T&, P...> /*params*/) {
  return BindSelfFirst<T, R>(std::move(callable), TypeList<T&, P...>());
}

template <typename T, typename R, typename... P, typename F>
BoundMember BindMemberFunction(F function, TypeList<P...> /*params*/) {
  auto run = [](Bound& bound, CallFrame& frame) {
    F method = bound.as<F>();
    T& self = static_cast<T&>(*frame.self);
    Binding<R, P...>::Run(frame, [&](auto&&... args) -> R {
      return (self.*method)(std::forward<decltype(args)>(args)...);
    });
  };
  return {Bound(function, run), Binding<R, P...>::MakeSignature()};
}

// A method of class T: a member function of T or of a base, or a lambda whose first parameter is T&
// or const T&.
template <typename T, typename F>
BoundMember BindMethod(F callable) {
  using Traits = CallableTraits<F>;
  if constexpr (std::is_member_function_pointer_v<F>) {
    return BindMemberFunction<T, typename Traits::Result>(callable, typename Traits::Params());
  } else {
    return BindSelfFirst<T, typename Traits::Result>(std::move(callable),
                                                     typename Traits::Params());
  }
}

}  // namespace internal
}  // namespace hawser

#endif  // HAWSER_BINDING_H_
