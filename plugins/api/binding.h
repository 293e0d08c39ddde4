#ifndef HAWSER_BINDING_H_
#define HAWSER_BINDING_H_

// From a C++ callable to a member: its Signature, and the code that converts the arguments of a
// call, runs it and answers with its result. Authors do not use this header, but this is what their
// methods may take and return:
//
//   takes    - any type of convert.h, by value or const reference
//            - std::optional<T> at the end, for one that may be left out
//            - Ref<T> or T& of a registered class; ObjectRef for any object; hawser::Function
//            - at the end hawser::Args, for all further arguments
//            - in any place and invisible to clients: hawser::Caller&, and hawser::LateReply or
//              hawser::Deferred<T> if it answers later
//   returns  - void, any type of convert.h, Ref<T>, Ref<Promise>
//            - hawser::Function or a lambda, which becomes a function
//            - absl::Status, Outcome, absl::StatusOr of any of these

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "hawser/bound.h"
#include "hawser/callable_traits.h"
#include "hawser/parameter.h"
#include "hawser/result.h"

namespace hawser::internal {

// What the caller leaves out is missing at the end: an optional parameter before one that is not
// could never be left out.
template <typename... P>
constexpr bool OptionalsAreLast() {
  constexpr bool kLeavable[] = {Param<P>::kOptional..., true};
  constexpr bool kInjected[] = {Param<P>::kInjected..., true};
  bool optional = false;
  for (size_t i = 0; i < sizeof...(P); ++i) {
    if (kInjected[i]) continue;
    if (optional && !kLeavable[i]) return false;
    optional = kLeavable[i];
  }
  return true;
}

template <typename R, typename... P>
struct Binding {
  static constexpr bool kVariadic = (Param<P>::kVariadic || ... || false);
  static constexpr bool kLate = (kAnswersLater<P> || ... || false);
  static_assert(OptionalsAreLast<P...>(),
                "std::optional parameters come last: callers cannot leave out one in the middle");
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

  // `call` runs the callable on converted arguments. Never copied: what it holds may be large, may
  // change from call to call, and may not be copyable.
  template <typename Call>
  static void Run(CallFrame& frame, Call&& call) {
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

// A function: lambda, function pointer, std::function, absl::AnyInvocable. It may be mutable, then
// it keeps its state from call to call, and it need not be copyable.
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

}  // namespace hawser::internal

#endif  // HAWSER_BINDING_H_
