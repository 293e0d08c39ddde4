#ifndef HAWSER_CALLBACK_H_
#define HAWSER_CALLBACK_H_

// Callback: a C++ function handed to the broker, which may call it for as long as it keeps it.
//
//   auto log = hawser::Callback([](hawser::Args args) { ... });
//   window->Call("on", "resize", log);
//   window->Call("off", "resize", log);  // the same Callback is the same object there: removes it
//   list->Call("sort", hawser::Callback([](int64_t a, int64_t b) { return a < b; },
//                                       hawser::CallbackMode::kCall));
//
// The function takes Args (whatever comes), or typed parameters that arguments are converted to:
// missing ones must be std::optional (or Value, which takes them as undefined), surplus ones are
// ignored. Its signature says so, and who calls it from another client or as a provided object is
// told at once what is wrong. It returns nothing, a Value or what
// converts to one, an absl::Status, or an absl::StatusOr. It runs where ConnectOptions::callbacks
// says, never on the thread that reads, one at a time and in order, and may make calls, synchronous
// ones too.
//
// Modes. kNotify (the default): the caller goes on at once with undefined, the function runs later,
// its result is dropped and its errors go to ConnectOptions::on_callback_error. kCall: the caller
// gets a promise that settles with the result or error; while the thread of callbacks waits in a
// synchronous call, such functions run there, inside the wait, so that two sides that call each
// other do not deadlock. That goes 32 deep. A call that comes then waits for one of those to end;
// if none does for 5 s, its caller gets RESOURCE_EXHAUSTED. An exception that leaves the function
// never leaves the SDK: it becomes the error.
//
// Lifetime: the function lives until this Callback, its copies and the broker have dropped it, or
// the session is over. It is destroyed where callbacks run; where nobody polls for them any more, on
// a thread of the SDK; once the session is over and no callback runs any more, by whoever drops it.
// Copies are cheap and are the same object; so are copies passed to different sessions, each runs it
// where its callbacks run.
// Thread-safe.

#include <array>
#include <concepts>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "hawser/base/source_location.h"
#include "hawser/function.h"
#include "hawser/object.h"
#include "hawser/value.h"

namespace hawser {

namespace internal {

using CallbackBody = std::function<absl::StatusOr<Value>(Args)>;

// A parameter of a typed function. `may_miss`: it takes undefined, which a missing argument is.
struct Parameter {
  Type type = Type::kAny;
  bool may_miss = false;
};
template <typename T>
inline constexpr Parameter kParameter = {Convert<T>::kType, Convert<T>::kType == Type::kAny};
template <typename T>
inline constexpr Parameter kParameter<std::optional<T>> = {Convert<T>::kType, true};

ObjectRef MakeCallback(CallbackBody body, std::span<const Parameter> params, Type result,
                       CallbackMode mode, std::string site);
ObjectRef MakeConstant(Value answer, std::string site);
// INVALID_ARGUMENT "argument 2: expected integer, got string".
absl::Status ArgumentError(size_t position, const absl::Status& why);

// Argument `i`, converted; undefined if it was not given.
template <typename T>
absl::StatusOr<T> ArgumentAt(Args args, size_t i) {
  absl::StatusOr<T> converted = Convert<T>::From(i < args.size() ? args[i] : Value());
  if (!converted.ok()) return ArgumentError(i, converted.status());
  return converted;
}

// What `call` returns, as a result of a callback.
template <typename Call>
absl::StatusOr<Value> ResultOf(Call&& call) {
  using R = std::remove_cvref_t<std::invoke_result_t<Call>>;
  if constexpr (std::is_void_v<R>) {
    call();
    return Value();
  } else if constexpr (std::is_same_v<R, absl::Status>) {
    absl::Status status = call();
    if (!status.ok()) return status;
    return Value();
  } else if constexpr (std::is_convertible_v<R, Value>) {
    return Value(call());
  } else if constexpr (std::is_convertible_v<R, absl::StatusOr<Value>>) {
    return call();
  } else if constexpr (requires(R r) { r.status(), *r; }) {
    auto result = call();
    if (!result.ok()) return result.status();
    return Convert<std::remove_cvref_t<decltype(*result)>>::To(*std::move(result));
  } else {
    return Convert<R>::To(call());
  }
}

template <typename F, typename R, typename... A>
ObjectRef MakeTypedCallback(F function, const std::function<R(A...)>*, CallbackMode mode,
                            std::string site) {
  auto body = [function = std::move(function)](Args args) mutable -> absl::StatusOr<Value> {
    return [&]<size_t... I>(std::index_sequence<I...>)->absl::StatusOr<Value> {
      std::tuple<absl::StatusOr<std::remove_cvref_t<A>>...> converted(
          ArgumentAt<std::remove_cvref_t<A>>(args, I)...);
      absl::Status status;
      // The first argument that is wrong decides.
      ((status.ok() ? (void)(status = std::get<I>(converted).status()) : void()), ...);
      if (!status.ok()) return status;
      return ResultOf(
          [&]() -> decltype(auto) { return function(*std::move(std::get<I>(converted))...); });
    }
    (std::index_sequence_for<A...>());
  };
  Type result = Type::kAny;
  if constexpr (std::is_void_v<R>) result = Type::kUndefined;
  const std::array<Parameter, sizeof...(A)> params = {kParameter<std::remove_cvref_t<A>>...};
  return MakeCallback(std::move(body), params, result, mode, std::move(site));
}

template <typename F>
ObjectRef MakeCallbackOf(F function, CallbackMode mode, std::string site) {
  if constexpr (std::is_invocable_v<F&, Args>) {
    auto body = [function = std::move(function)](Args args) mutable -> absl::StatusOr<Value> {
      return ResultOf([&]() -> decltype(auto) { return function(args); });
    };
    return MakeCallback(std::move(body), {}, Type::kAny, mode, std::move(site));
  } else {
    using Typed = decltype(std::function{std::declval<F>()});
    return MakeTypedCallback(std::move(function), static_cast<const Typed*>(nullptr), mode,
                             std::move(site));
  }
}

}  // namespace internal

class Callback {
 public:
  // `mode` is kNotify or kCall (kPlain counts as kCall, kConst as kNotify). The site, shown by the
  // tools when a listener outlives its client, is where this constructor is called.
  // NOLINTBEGIN(bugprone-forwarding-reference-overload): it takes no Callback
  template <typename F>
  requires(!std::same_as<std::remove_cvref_t<F>, Callback> &&
           !std::derived_from<std::remove_cvref_t<F>,
                              Object>) explicit Callback(F&& function,
                                                         CallbackMode mode = CallbackMode::kNotify,
                                                         base::SourceLocation site =
                                                             base::SourceLocation::current())
      : object_(internal::MakeCallbackOf(std::remove_cvref_t<F>(std::forward<F>(function)), mode,
                                         SiteOf(site))) {}
  // NOLINTEND(bugprone-forwarding-reference-overload)

  // A function that never runs: every call of it is answered with `answer` at once, without a
  // message. `answer` must not hold objects: a call that hands such a function over fails with
  // INVALID_ARGUMENT.
  static Callback Constant(Value answer,
                           base::SourceLocation site = base::SourceLocation::current()) {
    return Callback(internal::MakeConstant(std::move(answer), SiteOf(site)), 0);
  }

  const ObjectRef& object() const { return object_; }
  // NOLINTNEXTLINE(google-explicit-constructor): usable wherever a value is
  operator Value() const { return Value(object_); }

  // The same function object.
  friend bool operator==(const Callback& a, const Callback& b) { return a.object_ == b.object_; }

 private:
  Callback(ObjectRef object, int) : object_(std::move(object)) {}

  ObjectRef object_;
};

}  // namespace hawser

#endif  // HAWSER_CALLBACK_H_
