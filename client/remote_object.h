#ifndef HAWSER_REMOTE_OBJECT_H_
#define HAWSER_REMOTE_OBJECT_H_

// RemoteObject: a handle on an object that lives in the broker (or in another client that provides
// it). remote_kinds.h has the same handle for objects known to be functions, constructors, promises.
//
//   absl::StatusOr<hawser::RemoteObject> window = Window.New(hawser::Record{{"width", 800}});
//   window->Call("loadURL", "https://example.org");
//   absl::StatusOr<std::string> title = window->Get<std::string>("title");
//
// Lifetime. Copies share one reference. While one lives, or a Value or argument holds the object,
// the object is not released; when the last is gone the broker is told within milliseconds.
// Destructors never block and never fail.
//
// Shape. A handle shows the enumerable members its object had when it was first referenced. Members
// that are unknown or hidden, wrong counts and wrong kinds of arguments are answered from the
// shape, without a message.
//
// Errors of every call. absl::Status, whose code says what to do next;
// hawser::Error::FromStatus(status) gives the name, cause and own members of an error that the far
// side raised.
//   INVALID_ARGUMENT     wrong arguments, or the answer is not the type asked for
//   NOT_FOUND            no such member, or it is hidden; or the object is gone, with the reason
//   UNIMPLEMENTED        not a method, function, constructor, promise
//   DEADLINE_EXCEEDED    the time of CallOptions is over
//   RESOURCE_EXHAUSTED   a limit of the session, named
//   ABORTED              the session ended while the call was pending: sent, outcome unknown
//   UNAVAILABLE          the same, and it was not sent
//   FAILED_PRECONDITION  the session had ended, or the handle is empty
//   others               as the module chose
//
// How many. The broker takes 4096 calls of a session, or 64 MiB of their arguments, that have no
// answer yet. Further ones wait here, unsent and in order, until answers come; nothing tells but
// SessionStats::calls_unsent, so give calls that may wait so a deadline: when it is over they fail
// without having started. Of those that wait, more than 65,536 or 64 MiB fail with
// RESOURCE_EXHAUSTED. Calls made inside callbacks do not count and do not wait.
//
// Synchronous calls return when the effect is visible to everybody. They may be made inside
// callbacks. Threads: all members are thread-safe, except assignment, Release and destruction of
// one handle while another thread uses that same handle; copy it instead.

#include <concepts>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawser/base/source_location.h"
#include "hawser/call.h"
#include "hawser/callback.h"
#include "hawser/future.h"
#include "hawser/object.h"
#include "hawser/options.h"
#include "hawser/subscription.h"
#include "hawser/value.h"

namespace hawser {

class Pipeline;

class RemoteObject {
 public:
  // Of nothing: false, every call fails with FAILED_PRECONDITION.
  RemoteObject() = default;
  // Of any object, also one of this process that came back from the broker: it is the original, and
  // calls on it stay in this process; those of a Callback run where callbacks run.
  explicit RemoteObject(ObjectRef object)
      : object_(std::move(object)), shape_(object_ == nullptr ? nullptr : object_->shape()) {}

  explicit operator bool() const { return object_ != nullptr; }

  // kObject if of nothing.
  ObjectKind kind() const { return shape_ == nullptr ? ObjectKind::kObject : shape_->kind(); }
  // Or the function's name; "" if of nothing. Valid while this handle lives.
  std::string_view class_name() const {
    return shape_ == nullptr ? std::string_view() : shape_->name();
  }
  // In the order of the object's author, hidden ones included. Valid while this handle lives.
  std::span<const Member> members() const {
    return shape_ == nullptr ? std::span<const Member>() : shape_->members();
  }
  const ShapeRef& shape() const { return shape_; }  // null if of nothing
  // Names the object as the tools show it, for as long as anybody holds it; never that of another
  // object while the broker runs, but one that nobody held for a time has another. Grants nothing. 0
  // if of nothing.
  ObjectId id() const;
  // Why the object can no longer be used; kAlive as far as is known here.
  GoneReason gone() const;

  // Reads a property, or a method as a function bound to its object.
  template <typename T = Value>
  absl::StatusOr<T> Get(std::string_view member) const {
    return internal::ConvertAnswer<T>(Sync(Op::kGet, member));
  }
  template <typename T = Value>
  Future<T> GetAsync(std::string_view member) const {
    return Future<T>(Async(Op::kGet, member));
  }

  // Writes a property.
  template <typename V>
  absl::Status Set(std::string_view member, V&& value) const {
    return Sync(Op::kSet, member, std::forward<V>(value)).status();
  }
  template <typename V>
  Future<> SetAsync(std::string_view member, V&& value) const {
    return Future<>(Async(Op::kSet, member, std::forward<V>(value)));
  }

  // Calls a method. Arguments: anything hawser::Convert knows, remote objects, hawser::Callback,
  // and a Pipeline of this session.
  template <typename T = Value, typename... A>
  absl::StatusOr<T> Call(std::string_view method, A&&... args) const {
    return internal::ConvertAnswer<T>(Sync(Op::kCall, method, std::forward<A>(args)...));
  }
  template <typename T = Value, typename... A>
  Future<T> CallAsync(std::string_view method, A&&... args) const {
    return Future<T>(Async(Op::kCall, method, std::forward<A>(args)...));
  }
  // Calls a method whose result, and whose failure, nobody wants to know; does not wait.
  template <typename... A>
  void Notify(std::string_view method, A&&... args) const {
    internal::Arguments<sizeof...(A)> arguments(std::forward<A>(args)...);
    internal::CallNoReply(object_, arguments.Request(Op::kCall, method, options_));
  }

  // Calls the object itself: functions.
  template <typename T = Value, typename... A>
  absl::StatusOr<T> Invoke(A&&... args) const {
    return internal::ConvertAnswer<T>(Sync(Op::kCall, {}, std::forward<A>(args)...));
  }
  template <typename T = Value, typename... A>
  Future<T> InvokeAsync(A&&... args) const {
    return Future<T>(Async(Op::kCall, {}, std::forward<A>(args)...));
  }

  // Constructs from the object itself: constructors.
  template <typename... A>
  absl::StatusOr<RemoteObject> New(A&&... args) const {
    return internal::ConvertAnswer<RemoteObject>(Sync(Op::kNew, {}, std::forward<A>(args)...));
  }
  template <typename... A>
  Future<RemoteObject> NewAsync(A&&... args) const {
    return Future<RemoteObject>(Async(Op::kNew, {}, std::forward<A>(args)...));
  }
  // Constructs from the constructor that is the value of `member`, in one message.
  template <typename... A>
  absl::StatusOr<RemoteObject> NewOf(std::string_view member, A&&... args) const {
    return internal::ConvertAnswer<RemoteObject>(Sync(Op::kNew, member, std::forward<A>(args)...));
  }

  // Waits until the promise settles, and gives its value or error: promises.
  template <typename T = Value>
  absl::StatusOr<T> Await() const {
    return internal::ConvertAnswer<T>(Sync(Op::kAwait, {}));
  }
  template <typename T = Value>
  Future<T> AwaitAsync() const {
    return Future<T>(Async(Op::kAwait, {}));
  }

  // Any operation, for programs that learn members and arguments only when they run. `member` "" is
  // the object itself; `args` are moved from.
  template <typename T = Value>
  absl::StatusOr<T> Apply(Op op, std::string_view member, std::span<Value> args = {}) const {
    return internal::ConvertAnswer<T>(
        internal::CallSync(object_, {op, member, args, {}, &options_}));
  }
  template <typename T = Value>
  Future<T> ApplyAsync(Op op, std::string_view member, std::span<Value> args = {}) const {
    return Future<T>(internal::CallAsync(object_, {op, member, args, {}, &options_}));
  }

  // Calls `listener` at each `event`, until the Subscription is destroyed. Made of the object's
  // methods on, once and off; the listener's arguments are the event's. The session's end removes
  // all listeners by itself. `site` is shown by the tools. A Callback is registered as itself: it
  // may be removed by Off, and may still be called for events from before it was removed.
  template <typename F>
  requires(!std::same_as<std::remove_cvref_t<F>, Callback>) absl::StatusOr<Subscription> On(
      std::string_view event, F&& listener,
      base::SourceLocation site = base::SourceLocation::current())
  const {
    return Listen("on", event,
                  Callback(std::forward<F>(listener), CallbackMode::kNotify, site).object(),
                  internal::ListenerKind::kOwn);
  }
  absl::StatusOr<Subscription> On(std::string_view event, const Callback& listener) const;
  // The same, at the first `event` only. The broker gets a Callback under another identity, so that
  // the Subscription ends this registration and no other; Off finds it, a call of the method off
  // does not.
  template <typename F>
  requires(!std::same_as<std::remove_cvref_t<F>, Callback>) absl::StatusOr<Subscription> Once(
      std::string_view event, F&& listener,
      base::SourceLocation site = base::SourceLocation::current())
  const {
    return Listen("once", event,
                  Callback(std::forward<F>(listener), CallbackMode::kNotify, site).object(),
                  internal::ListenerKind::kOwnOnce);
  }
  absl::StatusOr<Subscription> Once(std::string_view event, const Callback& listener) const;
  // Removes one registration of `listener` by On or Once; those by Once, if there are any, first.
  absl::Status Off(std::string_view event, const Callback& listener) const;

  // Calls `fn` once when the object is gone, where callbacks run: destroyed, its module unloaded,
  // or the session over; soon, if it is already. Detached, it ends with the last handle this
  // process holds on the object. Local: sends nothing. FAILED_PRECONDITION if it is no object of
  // the broker.
  absl::StatusOr<Subscription> Watch(std::function<void(GoneReason)> fn) const;

  // The same object with the members it shows now. This handle keeps its own.
  absl::StatusOr<RemoteObject> Refresh() const {
    return internal::ConvertAnswer<RemoteObject>(Sync(Op::kDescribe, {}));
  }

  // Gives this reference up; the handle is of nothing afterwards. What destruction does anyway.
  void Release() {
    object_.reset();
    shape_.reset();
  }

  // The same handle, whose calls use `options`.
  RemoteObject With(CallOptions options) const {
    RemoteObject copy = *this;
    copy.options_ = options;
    return copy;
  }
  const CallOptions& options() const { return options_; }

  // A chain of calls that starts here, sent at once. See pipeline.h.
  hawser::Pipeline Pipeline() const;

  const ObjectRef& object() const { return object_; }
  // NOLINTNEXTLINE(google-explicit-constructor): usable wherever a value is
  operator Value() const { return Value(object_); }

  // True for the same object of one session, whatever handle it came through. Objects of two
  // sessions are never equal; those of one broker are the same if their ids are.
  friend bool operator==(const RemoteObject& a, const RemoteObject& b) {
    if (a.object_ == nullptr || b.object_ == nullptr) return a.object_ == b.object_;
    return a.object_->Same(*b.object_);
  }
  template <typename H>
  friend H AbslHashValue(H h, const RemoteObject& object) {
    return H::combine(std::move(h), object.HashKey());
  }
  uint64_t HashKey() const;

  // "<BrowserWindow @7>"
  std::string ToString() const { return Value(object_).ToString(); }

 private:
  template <typename... A>
  absl::StatusOr<Value> Sync(Op op, std::string_view member, A&&... args) const {
    internal::Arguments<sizeof...(A)> arguments(std::forward<A>(args)...);
    return internal::CallSync(object_, arguments.Request(op, member, options_));
  }
  template <typename... A>
  std::shared_ptr<internal::FutureState> Async(Op op, std::string_view member, A&&... args) const {
    internal::Arguments<sizeof...(A)> arguments(std::forward<A>(args)...);
    return internal::CallAsync(object_, arguments.Request(op, member, options_));
  }
  absl::StatusOr<Subscription> Listen(std::string_view method, std::string_view event,
                                      const ObjectRef& listener, internal::ListenerKind kind) const;

  ObjectRef object_;
  ShapeRef shape_;  // of object_
  CallOptions options_;
};

// Value::As<RemoteObject>(): INVALID_ARGUMENT where the value is no object.
template <>
struct Convert<RemoteObject> {
  static constexpr Type kType = Type::kObject;
  static absl::StatusOr<RemoteObject> From(const Value& value) {
    if (!value.is_object()) return WrongKind("object", value);
    return RemoteObject(value.TakeObject());
  }
  static Value To(const RemoteObject& object) { return object; }
};

}  // namespace hawser

template <>
struct std::hash<hawser::RemoteObject> {
  size_t operator()(const hawser::RemoteObject& object) const noexcept {
    return std::hash<uint64_t>()(object.HashKey());
  }
};

#include "hawser/pipeline.h"      // IWYU pragma: export
#include "hawser/remote_kinds.h"  // IWYU pragma: export

#endif  // HAWSER_REMOTE_OBJECT_H_
