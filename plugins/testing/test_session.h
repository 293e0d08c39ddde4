#ifndef HAWSER_TESTING_TEST_SESSION_H_
#define HAWSER_TESTING_TEST_SESSION_H_

// TestSession: a client of the module under test, without a process or a connection. Calls are
// checked as the broker checks them and run on the module's strand. What could not be sent - text
// that is not UTF-8, too deep or too large a value - is refused as it would be on its way: an
// argument with INVALID_ARGUMENT, an answer with INTERNAL, either with RESOURCE_EXHAUSTED if it is
// too large; an event with such an argument is lost. One thread only; sessions, objects and calls
// must go before their harness.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hawser/function.h"
#include "hawser/module_host.h"
#include "hawser/testing/manual_host.h"

namespace hawser::testing {

class TestSession;

namespace internal {
class CallState;
class SessionState;

template <typename... A>
Array MakeArgs(A&&... args) {
  Array array;
  array.reserve(sizeof...(A));
  (array.push_back(Value(std::forward<A>(args))), ...);
  return array;
}
}  // namespace internal

// A call that was made and may not be answered yet.
class PendingCall {
 public:
  explicit PendingCall(Ref<internal::CallState> state);
  PendingCall(PendingCall&&) noexcept;
  PendingCall& operator=(PendingCall&&) noexcept;
  ~PendingCall();

  bool answered() const;
  // DEADLINE_EXCEEDED if it is not answered.
  absl::StatusOr<Value> result() const;
  // As a client's Cancel: sets the stop token.
  void Cancel();

 private:
  Ref<internal::CallState> state_;
};

// A function of the client, to be handed to the module: Value(callback). It keeps what it was
// called with. Copies are the same function.
class TestCallback {
 public:
  // Of an object that TestSession::Callback made. Aborts, saying so, if it is another.
  explicit TestCallback(ObjectRef object);

  // The arguments of each call so far.
  const std::vector<Array>& calls() const;
  void Clear();
  // True while somebody besides this and the session refers to it, as the module does until it
  // drops the callback.
  bool held() const;
  operator Value() const { return Value(object_); }  // NOLINT(google-explicit-constructor)
  const ObjectRef& object() const { return object_; }

 private:
  ObjectRef object_;
};

// An object as the client sees it: by the members it had when the client got hold of it. Calls of
// one that is null fail with INVALID_ARGUMENT.
class TestObject {
 public:
  TestObject(TestSession& session, ObjectRef object);

  template <typename... A>
  absl::StatusOr<Value> Call(std::string_view member, A&&... args) const {
    return Do(Op::kCall, member, internal::MakeArgs(std::forward<A>(args)...));
  }
  absl::StatusOr<Value> Get(std::string_view member) const { return Do(Op::kGet, member, {}); }
  absl::Status Set(std::string_view member, Value value) const;
  template <typename... A>
  absl::StatusOr<TestObject> New(std::string_view member, A&&... args) const {
    return NewArray(member, internal::MakeArgs(std::forward<A>(args)...));
  }
  // Starts the call and does not insist on an answer.
  template <typename... A>
  PendingCall Start(std::string_view member, A&&... args) const {
    return StartOp(Op::kCall, member, internal::MakeArgs(std::forward<A>(args)...));
  }
  // A member that is an object, or what a call gave: NOT_FOUND if it is none.
  absl::StatusOr<TestObject> GetObject(std::string_view member) const;
  template <typename... A>
  absl::StatusOr<TestObject> CallObject(std::string_view member, A&&... args) const {
    return ToObject(Call(member, std::forward<A>(args)...));
  }
  // The same object as it is now, with the members it has now.
  TestObject Refresh() const { return TestObject(*session_, object_); }

  // Calls "on" with a new callback.
  absl::StatusOr<TestCallback> Listen(std::string_view event) const;
  // Any operation; member "" is the object itself.
  absl::StatusOr<Value> Do(Op op, std::string_view member, Array args) const;
  PendingCall StartOp(Op op, std::string_view member, Array args) const;

  const ObjectRef& object() const { return object_; }
  const Shape& shape() const { return *shape_; }
  operator Value() const { return Value(object_); }  // NOLINT(google-explicit-constructor)
  friend bool operator==(const TestObject& a, const TestObject& b) {
    if (a.object_ == nullptr || b.object_ == nullptr) return a.object_ == b.object_;
    return a.object_->Same(*b.object_);
  }

 private:
  absl::StatusOr<TestObject> NewArray(std::string_view member, Array args) const;
  absl::StatusOr<TestObject> ToObject(absl::StatusOr<Value> value) const;

  TestSession* session_;
  ObjectRef object_;
  ShapeRef shape_;
};

class TestSession {
 public:
  TestSession(ManualHost& host, HostedModule& module,
              std::map<std::string, std::string> attributes);
  ~TestSession();
  TestSession(const TestSession&) = delete;
  TestSession& operator=(const TestSession&) = delete;

  // What require gives. UNAVAILABLE once the session has ended.
  TestObject module_exports();
  // As the client sees an object; of one in a Value.
  TestObject Handle(ObjectRef object) { return TestObject(*this, std::move(object)); }
  // A function of this client. Calls are kept; `body`, if any, runs later, as a client's callbacks
  // do.
  TestCallback Callback(std::function<void(Args)> body = nullptr, std::string site = "test.cc:1");

  // What the module claimed for it: null if nothing.
  const ObjectRef& window() const { return claim_.window; }
  const ObjectRef& contents() const { return claim_.contents; }
  // Why it claimed nothing, if it said so.
  const absl::Status& refused() const { return claim_.refused; }
  SessionRef view() const;
  bool ended() const;

  // Ends it as the broker does: calls are stopped and answered, callbacks die, then the module is
  // told.
  void End(EndReason reason = EndReason::kLeft);

  ManualHost& host() { return host_; }

 private:
  friend class TestObject;

  ManualHost& host_;
  HostedModule& module_;
  Ref<internal::SessionState> state_;
  HostedModule::Claim claim_;
};

}  // namespace hawser::testing

#endif  // HAWSER_TESTING_TEST_SESSION_H_
