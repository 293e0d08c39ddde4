#ifndef TESTS_CLIENT_COUNTER_SESSION_H_
#define TESTS_CLIENT_COUNTER_SESSION_H_

// CounterSession: fixture of tests that use one counter of a scripted broker from client sessions.

#include <atomic>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "hawser/promise.h"
#include "hawser/remote.h"
#include "tests/client/kept_replies.h"
#include "tests/client/scripted_broker.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {

// Asks the function it is given, and answers with what that does.
inline Ref<ScriptedObject> MakeAsker() {
  auto asker = MakeRef<ScriptedObject>();
  asker->Add("ask", [](Invocation call, Reply reply) {
    absl::StatusOr<Value> promise = CallNow(*call.args[0].AsObject(), "", {});
    auto shared = std::make_shared<Reply>(std::move(reply));
    Promise::Then(promise->TakeObject(), nullptr,
                  [shared](Outcome outcome) { shared->Answer(std::move(outcome)); });
  });
  return asker;
}

class CounterSession : public ::testing::Test {
 protected:
  CounterSession() {
    counter_ = MakeRef<ScriptedObject>(ObjectKind::kObject, "Counter");
    counter_->AddProperty("value", 1)
        .AddFunction("add",
                     [](Args args) -> absl::StatusOr<Value> {
                       int64_t sum = 0;
                       for (const Value& arg : args) sum += arg.AsInt();
                       return Value(sum);
                     })
        .AddFunction("self", [this](Args) -> absl::StatusOr<Value> { return Value(counter_); })
        .AddFunction("echo",
                     [](Args args) -> absl::StatusOr<Value> {
                       return Value(Array(args.begin(), args.end()));
                     })
        .AddFunction("keep",
                     [this](Args args) -> absl::StatusOr<Value> {
                       kept_ = args[0];
                       return Value();
                     })
        .AddFunction("drop",
                     [this](Args) -> absl::StatusOr<Value> {
                       kept_ = Value();
                       return Value();
                     })
        .AddFunction("fail",
                     [](Args) -> absl::StatusOr<Value> {
                       return Error(absl::StatusCode::kAborted, "no luck", "LuckError")
                           .WithMember("times", 7)
                           .WithCause("the weather")
                           .ToStatus();
                     })
        .Add("later", [this](Invocation, Reply reply) { later_.Keep(std::move(reply)); })
        .AddFunction("promise",
                     [this](Args) -> absl::StatusOr<Value> {
                       promise_ = MakeRef<Promise>();
                       return Value(ObjectRef(promise_));
                     })
        .AddHidden("secret");
    broker_.modules["counter"] = counter_;
    broker_.modules["./foo"] = "bar";
  }

  Remote Connect(ConnectOptions options = {}) {
    absl::StatusOr<Remote> remote = broker_.Connect(std::move(options));
    EXPECT_THAT(remote, IsOk());
    return *std::move(remote);
  }

  ScriptedBroker broker_;
  Ref<ScriptedObject> counter_;
  Value kept_;
  KeptReplies later_;
  Ref<Promise> promise_;
};

}  // namespace hawser::tests

#endif  // TESTS_CLIENT_COUNTER_SESSION_H_
