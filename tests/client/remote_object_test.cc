#include "hawser/remote_object.h"

#include <atomic>
#include <thread>
#include <unordered_set>

#include "absl/container/flat_hash_set.h"
#include "tests/client/counter_session.h"

namespace hawser::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RemoteObjectTest : public CounterSession {};

TEST_F(RemoteObjectTest, TheSameObjectIsEqualAndArrivesAsTheOriginal) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  absl::StatusOr<RemoteObject> self = counter.Call<RemoteObject>("self");
  ASSERT_THAT(self, IsOk());
  EXPECT_EQ(*self, counter);
  EXPECT_EQ(std::unordered_set<RemoteObject>({counter, *self}).size(), 1u);
  EXPECT_EQ(absl::flat_hash_set<RemoteObject>({counter, *self}).size(), 1u);
  EXPECT_THAT(counter.Call("keep", *self), IsOk());
  EXPECT_EQ(kept_.AsObject(), counter_.get());
}

TEST_F(RemoteObjectTest, ARefreshedHandleIsEqualToTheOneBeforeTheRootsToo) {
  broker_.root().AddFunction("echo", [](Args args) { return args[0]; });
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  const RemoteObject root = remote.root();
  const uint64_t root_key = root.HashKey();
  for (const RemoteObject& object : {counter, root}) {
    // More than once, and again once the first is released.
    for (int round = 0; round < 2; ++round) {
      absl::StatusOr<RemoteObject> once = object.Refresh();
      ASSERT_THAT(once, IsOk());
      absl::StatusOr<RemoteObject> twice = once->Refresh();
      ASSERT_THAT(twice, IsOk());
      EXPECT_FALSE(once->members().empty());
      EXPECT_EQ(*once, object);
      EXPECT_EQ(*twice, object);
      EXPECT_EQ(*once, *twice);
      EXPECT_EQ(Value(*once), Value(object));
      EXPECT_EQ(std::unordered_set<RemoteObject>({object, *once, *twice}).size(), 1u);
      EXPECT_EQ(absl::flat_hash_set<RemoteObject>({object, *once, *twice}).size(), 1u);
      absl::StatusOr<RemoteObject> returned = root.Call<RemoteObject>("echo", *once);
      ASSERT_THAT(returned, IsOk());
      EXPECT_EQ(*returned, object);
      EXPECT_EQ(returned->HashKey(), object.HashKey());
    }
  }
  EXPECT_EQ(root.HashKey(), root_key);
  EXPECT_NE(*root.Refresh(), counter);
}

TEST_F(RemoteObjectTest, AnswersFromTheShapeWithoutAMessage) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  uint64_t before = remote.stats().calls_sent;
  EXPECT_THAT(counter.Call("nothing"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("nothing")));
  EXPECT_THAT(counter.Call("secret"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("enumerable")));
  EXPECT_THAT(counter.New(), StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_THAT(counter.Await(), StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_EQ(remote.stats().calls_sent, before);
}

TEST_F(RemoteObjectTest, WhatCannotBeSentIsNamedByItsCallAndArgument) {
  using enum absl::StatusCode;
  counter_->AddFunction("bad", [](Args) { return Value("\x80"); });
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  Value deep = 1;
  for (int i = 0; i < 33; ++i) deep = Array{deep};
  EXPECT_THAT(counter.Call("echo", 1, "\x80"),
              StatusIs(kInvalidArgument, "Counter.echo: argument 2: not UTF-8 at byte 0"));
  EXPECT_THAT(
      counter.Call("echo", Record{{"names", Array{"fine", "b\xff"}}}),
      StatusIs(kInvalidArgument, "Counter.echo: argument 1, at .names[1]: not UTF-8 at byte 1"));
  EXPECT_THAT(counter.Call("echo", deep),
              StatusIs(kInvalidArgument,
                       "Counter.echo: argument 1: nested deeper than the limit of 32 levels"));
  EXPECT_THAT(counter.Call("echo", Bytes(std::string(17 << 20, 'x'))),
              StatusIs(kResourceExhausted,
                       "Counter.echo: argument 1: too large for one message "
                       "(limit 16777216 bytes)"));
  EXPECT_THAT(
      counter.Call("echo", Bytes(std::string((16 << 20) - 4, 'x'))),
      StatusIs(kResourceExhausted, HasSubstr("Counter.echo: the arguments are too large: ")));
  EXPECT_THAT(counter.Set("value", "\x80"),
              StatusIs(kInvalidArgument, "Counter.value: not UTF-8 at byte 0"));
  EXPECT_THAT(remote.Require("\x80"),
              StatusIs(kInvalidArgument, "remote.require: argument 1: not UTF-8 at byte 0"));
  // Of the answer the module is at fault.
  EXPECT_THAT(counter.Call("bad"),
              StatusIs(kInternal, "the answer of Counter.bad cannot be sent: not UTF-8 at byte 0"));
  // What answers "require" is not known yet.
  broker_.set_holding(true);
  Future<> early = remote.Pipeline().Require("counter").Call("echo", "\x80").Future();
  broker_.set_holding(false);
  EXPECT_THAT(early.Await(), StatusIs(kInvalidArgument, "echo: argument 1: not UTF-8 at byte 0"));
}

TEST_F(RemoteObjectTest, AnErrorArrivesWithAllItHas) {
  Remote remote = Connect();
  absl::StatusOr<Value> result = remote.Require("counter")->Call("fail");
  ASSERT_THAT(result, StatusIs(absl::StatusCode::kAborted, "no luck"));
  Error error = Error::FromStatus(result.status());
  EXPECT_EQ(error.name(), "LuckError");
  EXPECT_EQ(error.cause(), Value("the weather"));
  EXPECT_EQ(error.members()["times"], Value(7));
}

TEST_F(RemoteObjectTest, AnEmptyHandleFailsAndDoesNotCrash) {
  RemoteObject nothing;
  EXPECT_FALSE(nothing);
  EXPECT_THAT(nothing.Call("x"), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(nothing.CallAsync("x").Await(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(nothing.On("x", [] {}), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(nothing.Watch([](GoneReason) {}), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Remote().Require("x"), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(nothing.id(), ObjectId());
}

TEST_F(RemoteObjectTest, TheLastCopyReleasesTheObject) {
  broker_.root().AddFunction("make", [](Args) -> absl::StatusOr<Value> {
    return Value(MakeRef<ScriptedObject>(ObjectKind::kObject, "Made"));
  });
  Remote remote = Connect();
  int alive = ScriptedObject::alive;
  {
    absl::StatusOr<RemoteObject> made = remote.root().Call<RemoteObject>("make");
    ASSERT_THAT(made, IsOk());
    RemoteObject copy = *made;
    made->Release();
    EXPECT_FALSE(*made);
    EXPECT_EQ(ScriptedObject::alive, alive + 1);
  }
  // Without a further call of the program.
  EXPECT_TRUE(Eventually([&] { return ScriptedObject::alive == alive; }));
}

TEST_F(RemoteObjectTest, ManyDroppedObjectsAreReleasedInFewPackets) {
  broker_.root().AddFunction(
      "make", [](Args) -> absl::StatusOr<Value> { return Value(MakeRef<ScriptedObject>()); });
  Remote remote = Connect();
  int alive = ScriptedObject::alive;
  std::vector<RemoteObject> made;
  for (int i = 0; i < 1000; ++i) made.push_back(*remote.root().Call<RemoteObject>("make"));
  size_t before = broker_.packets_received();
  made.clear();
  EXPECT_TRUE(Eventually([&] { return ScriptedObject::alive == alive; }));
  EXPECT_LE(broker_.packets_received() - before, 10u);
}

TEST_F(RemoteObjectTest, APendingCallOwnsItsTarget) {
  Remote remote = Connect();
  Future<> later;
  {
    RemoteObject counter = *remote.Require("counter");
    later = counter.CallAsync("later");
  }
  // Whatever was dropped leaves with this.
  EXPECT_THAT(remote.root().Call("nothing"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(broker_.exports(), 1u);
  ASSERT_EQ(later_.size(), 1u);
  later_.Take().Return("done");
  EXPECT_THAT(later.Await(), IsOkAndHolds(Value("done")));
  EXPECT_TRUE(Eventually([&] { return broker_.exports() == 0; }));
}

TEST_F(RemoteObjectTest, AFutureAwaitsThenAndCancels) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  Future<> later = counter.CallAsync("later");
  EXPECT_FALSE(later.ready());
  EXPECT_THAT(later.Await(absl::Milliseconds(5)), StatusIs(absl::StatusCode::kDeadlineExceeded));
  std::atomic<int64_t> got = 0;
  later.Then([&](absl::StatusOr<Value> value) { got = value->AsInt(); });
  ASSERT_EQ(later_.size(), 1u);
  later_.Take().Return(42);
  EXPECT_THAT(later.Await(), IsOkAndHolds(Value(42)));
  EXPECT_TRUE(later.ready());
  EXPECT_TRUE(Eventually([&] { return got == 42; }));
  later.Then([&](absl::StatusOr<Value>) { got = 43; });
  EXPECT_TRUE(Eventually([&] { return got == 43; }));

  Future<int> cancelled = counter.CallAsync<int>("later");
  cancelled.Cancel();
  EXPECT_THAT(cancelled.Await(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(Future<>().Await(), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(RemoteObjectTest, ThenOfACallInsideTheProgramRunsAfterTheCallbackItIsIn) {
  Remote remote = Connect({.callbacks = ConnectOptions::Callbacks::kPoll});
  RemoteObject counter = *remote.Require("counter");
  std::vector<std::string> order;
  auto mine = MakeRef<ScriptedObject>();
  mine->AddFunction("one", [](Args) { return Value(1); });
  Callback callback([&] {
    RemoteObject().CallAsync("x").Then([&](absl::StatusOr<Value> answer) {
      EXPECT_THAT(answer, StatusIs(absl::StatusCode::kFailedPrecondition));
      order.push_back("failed");
    });
    RemoteObject(mine).CallAsync("one").Then([&](absl::StatusOr<Value> answer) {
      EXPECT_THAT(answer, IsOkAndHolds(Value(1)));
      order.push_back("answered");
    });
    order.push_back("callback");
  });
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  ASSERT_THAT(CallNow(*kept_.AsObject(), "", {}), IsOk());
  ASSERT_THAT(counter.Call("add"), IsOk());
  EXPECT_EQ(remote.Poll(), 1);
  EXPECT_THAT(order, ElementsAre("callback"));
  EXPECT_EQ(remote.Poll(), 2);
  EXPECT_THAT(order, ElementsAre("callback", "failed", "answered"));
  // Where nothing runs, there is nothing to wait for.
  RemoteObject().CallAsync("x").Then([&](absl::StatusOr<Value>) {
    order.push_back("at once");
    throw std::runtime_error("ouch");
  });
  EXPECT_EQ(order.back(), "at once");
}

TEST_F(RemoteObjectTest, ADeadlineEndsSyncAndAsyncCalls) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  EXPECT_THAT(counter.With({.deadline = absl::Milliseconds(10)}).Call("later"),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  Future<> async = counter.With({.deadline = absl::Milliseconds(10)}).CallAsync("later");
  std::atomic<bool> told = false;
  async.Then([&](absl::StatusOr<Value> value) {
    told = value.status().code() == absl::StatusCode::kDeadlineExceeded;
  });
  EXPECT_TRUE(Eventually([&] { return told.load(); }));
  later_.Clear();
}

TEST_F(RemoteObjectTest, CallsOfManyThreadsAllGetTheirAnswers) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        absl::StatusOr<int64_t> sum = counter.Call<int64_t>("add", t, i);
        if (!sum.ok() || *sum != t + i) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// Callbacks

TEST_F(RemoteObjectTest, AnObjectThatIsGoneSaysSoAndItsWatchersAreTold) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  std::atomic<int> told = 0;
  absl::StatusOr<Subscription> watch = counter.Watch([&](GoneReason reason) {
    if (reason == GoneReason::kDestroyed) ++told;
  });
  ASSERT_THAT(watch, IsOk());
  {
    absl::StatusOr<Subscription> dropped = counter.Watch([&](GoneReason) { told += 100; });
  }
  broker_.ObjectGone(*counter_, GoneReason::kDestroyed);
  EXPECT_TRUE(Eventually([&] { return told == 1; }));
  EXPECT_EQ(counter.gone(), GoneReason::kDestroyed);
  EXPECT_THAT(counter.Call("add"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("destroyed")));
  absl::StatusOr<Subscription> late = counter.Watch([&](GoneReason) { ++told; });
  EXPECT_TRUE(Eventually([&] { return told == 2; }));
}

TEST_F(RemoteObjectTest, ADetachedWatchEndsWithTheLastHandle) {
  Remote remote = Connect();
  auto token = std::make_shared<int>();
  {
    RemoteObject counter = *remote.Require("counter");
    counter.Watch([token](GoneReason) { FAIL(); })->Detach();
    EXPECT_EQ(token.use_count(), 2);
  }
  EXPECT_TRUE(Eventually([&] { return token.use_count() == 1; }));
  // One that comes to the same object anew starts anew.
  RemoteObject counter = *remote.Require("counter");
  std::atomic<bool> told = false;
  counter.Watch([&](GoneReason) { told = true; })->Detach();
  broker_.ObjectGone(*counter_, GoneReason::kDestroyed);
  EXPECT_TRUE(Eventually([&] { return told.load(); }));
}

TEST_F(RemoteObjectTest, RefreshShowsNewMembersAndTheOldHandleDoesNot) {
  auto growing = MakeRef<ScriptedObject>();
  growing->AddFunction("one", [](Args) { return Value(1); });
  broker_.modules["growing"] = growing;
  Remote remote = Connect();
  RemoteObject object = *remote.Require("growing");
  absl::StatusOr<RemoteObject> fresh = object.Refresh();
  ASSERT_THAT(fresh, IsOk());
  EXPECT_EQ(*fresh, object);
  EXPECT_EQ(fresh->members().size(), 1u);
  EXPECT_EQ(remote.stats().remote_objects, 2u);
}

}  // namespace
}  // namespace hawser::tests
