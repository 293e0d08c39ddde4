#include "hawser/remote.h"

#include <atomic>

#include "tests/client/counter_session.h"

namespace hawser::tests {
namespace {

using ::testing::HasSubstr;

class RemoteTest : public CounterSession {};

TEST_F(RemoteTest, RequiresAndCalls) {
  Remote remote = Connect();
  absl::StatusOr<RemoteObject> counter = remote.Require("counter");
  ASSERT_THAT(counter, IsOk());
  EXPECT_EQ(counter->class_name(), "Counter");
  EXPECT_THAT(counter->Call("add", 1, 2, 3), IsOkAndHolds(Value(6)));
  EXPECT_THAT(counter->Get<int>("value"), IsOkAndHolds(1));
  EXPECT_THAT(counter->Set("value", 5), IsOk());
  EXPECT_THAT(counter->Get<int>("value"), IsOkAndHolds(5));
}

TEST_F(RemoteTest, RequireGivesWhateverTheModuleExports) {
  Remote remote = Connect();
  EXPECT_THAT(remote.Require<std::string>("./foo"), IsOkAndHolds("bar"));
  EXPECT_THAT(remote.Require<Value>("./foo"), IsOkAndHolds(Value("bar")));
  EXPECT_THAT(remote.Require("./foo"), StatusIs(absl::StatusCode::kInvalidArgument,
                                                HasSubstr("expected object, got string")));
  EXPECT_THAT(remote.Require("nothing"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(RemoteTest, ASubscriptionEndsWithItsHandle) {
  auto emitter = MakeRef<ScriptedObject>(ObjectKind::kObject, "Emitter");
  std::vector<Value> listeners;
  emitter
      ->AddFunction("on",
                    [&](Args args) -> absl::StatusOr<Value> {
                      listeners.push_back(args[1]);
                      return Value();
                    })
      .AddFunction("off", [&](Args args) -> absl::StatusOr<Value> {
        std::erase(listeners, args[1]);
        return Value();
      });
  broker_.modules["emitter"] = emitter;
  Remote remote = Connect();
  RemoteObject object = *remote.Require("emitter");
  std::atomic<int> closed = 0;
  {
    absl::StatusOr<Subscription> on = object.On("closed", [&] { ++closed; });
    ASSERT_THAT(on, IsOk());
    EXPECT_TRUE(on->active());
    EXPECT_THAT(std::string(on->site()), HasSubstr("remote_test.cc:"));
    ASSERT_EQ(listeners.size(), 1u);
    ASSERT_THAT(CallNow(*listeners[0].AsObject(), "", {}), IsOk());
    EXPECT_TRUE(Eventually([&] { return closed == 1; }));
  }
  ASSERT_THAT(remote.root().Call("require", "emitter"), IsOk());
  EXPECT_EQ(listeners.size(), 0u);

  absl::StatusOr<Subscription> again = object.On("closed", [&] { ++closed; });
  Value listener = listeners[0];
  EXPECT_THAT(again->Off(), IsOk());
  EXPECT_FALSE(again->active());
  EXPECT_EQ(listeners.size(), 0u);
  // One that is on its way is not started any more.
  ASSERT_THAT(CallNow(*listener.AsObject(), "", {}), IsOk());
  ASSERT_THAT(object.Call("off", "closed", 0), IsOk());
  EXPECT_EQ(closed, 1);
  listeners.clear();
}

TEST_F(RemoteTest, ProcessIsFetchedOnce) {
  auto process = MakeRef<ScriptedObject>(ObjectKind::kObject, "process");
  int asked = 0;
  broker_.root().AddFunction("getGlobal", [&](Args) -> absl::StatusOr<Value> {
    ++asked;
    return Value(process);
  });
  Remote remote = Connect();
  absl::StatusOr<RemoteObject> first = remote.process();
  ASSERT_THAT(first, IsOk());
  uint64_t before = remote.stats().calls_sent;
  EXPECT_EQ(*remote.process(), *first);
  EXPECT_EQ(remote.stats().calls_sent, before);
  EXPECT_EQ(asked, 1);
}

TEST_F(RemoteTest, AProvidedObjectIsCalledWhereCallbacksRun) {
  ObjectRef provided;
  broker_.root().AddFunction("provide", [&](Args args) -> absl::StatusOr<Value> {
    provided = args[1].TakeObject();
    return Value();
  });
  Remote remote = Connect();
  auto object = MakeRef<ScriptedObject>(ObjectKind::kObject, "Mine");
  object->AddFunction("twice", [](Args args) { return Value(args[0].AsInt() * 2); })
      .AddHidden("secret");
  ASSERT_THAT(remote.Provide("mine", object), IsOk());
  ASSERT_NE(provided, nullptr);
  absl::StatusOr<Value> promise = CallNow(*provided, "twice", {Value(4)});
  ASSERT_THAT(promise, IsOk());
  std::atomic<int64_t> got = 0;
  Promise::Then(promise->TakeObject(), nullptr,
                [&](Outcome outcome) { got = outcome.value().AsInt(); });
  EXPECT_TRUE(Eventually([&] { return got == 8; }));
  provided = nullptr;
}

TEST_F(RemoteTest, CallsAboveWhatTheBrokerTakesAreCountedWhileTheyWait) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  std::vector<Future<>> calls;
  for (int i = 0; i < 4096; ++i) calls.push_back(counter.CallAsync("later"));
  EXPECT_TRUE(Eventually([&] { return later_.size() == 4096; }));
  EXPECT_EQ(remote.stats().calls_unsent, 0u);
  calls.push_back(counter.CallAsync("add", 1));
  EXPECT_EQ(remote.stats().calls_unsent, 1u);
  EXPECT_EQ(remote.stats().calls_pending, 4097u);
  // Answers make room, once enough of them are there to be told of.
  later_.Clear();
  EXPECT_THAT(calls.back().Await(), IsOkAndHolds(Value(1)));
  EXPECT_EQ(remote.stats().calls_unsent, 0u);
}

}  // namespace
}  // namespace hawser::tests
