#include "hawser/remote.h"

#include <atomic>
#include <thread>
#include <unordered_set>

#include "absl/container/flat_hash_set.h"
#include "gmock/gmock.h"
#include "hawser/promise.h"
#include "tests/client/scripted_broker.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Waits for what another thread does; the only way to be sure is to look.
template <typename Condition>
bool Eventually(Condition condition) {
  for (int i = 0; i < 5000; ++i) {
    if (condition()) return true;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return condition();
}

class RemoteTest : public ::testing::Test {
 protected:
  RemoteTest() {
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
        .Add("later", [this](Invocation, Reply reply) { later_.push_back(std::move(reply)); })
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
  std::vector<Reply> later_;
  Ref<Promise> promise_;
};

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

TEST_F(RemoteTest, TheSameObjectIsEqualAndArrivesAsTheOriginal) {
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

TEST_F(RemoteTest, AnswersFromTheShapeWithoutAMessage) {
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

TEST_F(RemoteTest, AnErrorArrivesWithAllItHas) {
  Remote remote = Connect();
  absl::StatusOr<Value> result = remote.Require("counter")->Call("fail");
  ASSERT_THAT(result, StatusIs(absl::StatusCode::kAborted, "no luck"));
  Error error = Error::FromStatus(result.status());
  EXPECT_EQ(error.name(), "LuckError");
  EXPECT_EQ(error.cause(), Value("the weather"));
  EXPECT_EQ(error.members()["times"], Value(7));
}

TEST_F(RemoteTest, AnEmptyHandleFailsAndDoesNotCrash) {
  RemoteObject nothing;
  EXPECT_FALSE(nothing);
  EXPECT_THAT(nothing.Call("x"), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(nothing.CallAsync("x").Await(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(nothing.On("x", [] {}), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(nothing.Watch([](GoneReason) {}), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Remote().Require("x"), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(nothing.id(), ObjectId());
}

TEST_F(RemoteTest, TheLastCopyReleasesTheObject) {
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

TEST_F(RemoteTest, ManyDroppedObjectsAreReleasedInFewPackets) {
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

TEST_F(RemoteTest, APendingCallOwnsItsTarget) {
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
  later_[0].Return("done");
  EXPECT_THAT(later.Await(), IsOkAndHolds(Value("done")));
  EXPECT_TRUE(Eventually([&] { return broker_.exports() == 0; }));
}

TEST_F(RemoteTest, AFutureAwaitsThenAndCancels) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  Future<> later = counter.CallAsync("later");
  EXPECT_FALSE(later.ready());
  EXPECT_THAT(later.Await(absl::Milliseconds(5)), StatusIs(absl::StatusCode::kDeadlineExceeded));
  std::atomic<int64_t> got = 0;
  later.Then([&](absl::StatusOr<Value> value) { got = value->AsInt(); });
  ASSERT_EQ(later_.size(), 1u);
  later_[0].Return(42);
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

TEST_F(RemoteTest, ADeadlineEndsSyncAndAsyncCalls) {
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
  later_.clear();
}

TEST_F(RemoteTest, CallsOfManyThreadsAllGetTheirAnswers) {
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

TEST_F(RemoteTest, ANotifyCallbackRunsLaterAndTheCallerGetsUndefined) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  std::atomic<int64_t> got = 0;
  Callback callback([&](int64_t x) { got = x; });
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  EXPECT_THAT(CallNow(*kept_.AsObject(), "", {Value(3)}), IsOkAndHolds(Value()));
  EXPECT_TRUE(Eventually([&] { return got == 3; }));
}

TEST_F(RemoteTest, TheSameCallbackIsTheSameObject) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  Callback callback([] {});
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  Value first = kept_;
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  EXPECT_EQ(first, kept_);
  EXPECT_THAT(std::string(kept_.AsObject()->site()), HasSubstr("remote_test.cc:"));
  // And comes back as what it is here.
  absl::StatusOr<Array> echo = counter.Call<Array>("echo", callback);
  ASSERT_THAT(echo, IsOk());
  EXPECT_EQ((*echo)[0].AsObject(), callback.object().get());
}

TEST_F(RemoteTest, ACallbackLivesUntilTheBrokerDropsIt) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  auto token = std::make_shared<int>(0);
  ASSERT_THAT(counter.Call("keep", Callback([token] { ++*token; })), IsOk());
  EXPECT_EQ(token.use_count(), 2);
  EXPECT_THAT(CallNow(*kept_.AsObject(), "", {}), IsOk());
  EXPECT_TRUE(Eventually([&] { return *token == 1; }));
  EXPECT_EQ(remote.stats().exported_objects, 1u);
  ASSERT_THAT(counter.Call("drop"), IsOk());
  EXPECT_TRUE(Eventually([&] { return token.use_count() == 1; }));
  EXPECT_EQ(remote.stats().exported_objects, 0u);
}

TEST_F(RemoteTest, ACallModeCallbackIsAnswered) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  Callback callback([](int64_t x) { return x * 2; }, CallbackMode::kCall);
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  absl::StatusOr<Value> promise = CallNow(*kept_.AsObject(), "", {Value(21)});
  ASSERT_THAT(promise, IsOk());
  std::atomic<int64_t> got = 0;
  Promise::Then(promise->TakeObject(), nullptr,
                [&](Outcome outcome) { got = outcome.value().AsInt(); });
  EXPECT_TRUE(Eventually([&] { return got == 42; }));
}

TEST_F(RemoteTest, AConstantIsAnsweredWithoutAMessage) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  ASSERT_THAT(counter.Call("keep", Callback::Constant(99)), IsOk());
  EXPECT_THAT(CallNow(*kept_.AsObject(), "", {}), IsOkAndHolds(Value(99)));
  EXPECT_EQ(remote.stats().calls_received, 0u);
}

TEST_F(RemoteTest, WrongArgumentsOfACallbackAreNamed) {
  std::atomic<int> errors = 0;
  std::string text;
  ConnectOptions options;
  options.on_callback_error = [&](const Error& error, std::string_view site) {
    text = error.ToString() + " at " + std::string(site);
    ++errors;
  };
  Remote remote = Connect(std::move(options));
  RemoteObject counter = *remote.Require("counter");
  Callback callback([](int64_t, std::string) {});
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  EXPECT_THAT(CallNow(*kept_.AsObject(), "", {Value(1), Value(2)}), IsOk());
  ASSERT_TRUE(Eventually([&] { return errors == 1; }));
  EXPECT_THAT(text, HasSubstr("argument 2: expected string, got integer"));
  EXPECT_THAT(text, HasSubstr("remote_test.cc:"));
}

TEST_F(RemoteTest, WhatACallbackThrowsIsReportedOrAnswered) {
  std::atomic<int> errors = 0;
  ConnectOptions options;
  options.on_callback_error = [&](const Error& error, std::string_view) {
    if (error.message() == "ouch") ++errors;
  };
  Remote remote = Connect(std::move(options));
  RemoteObject counter = *remote.Require("counter");
  ASSERT_THAT(counter.Call("keep", Callback([] { throw std::runtime_error("ouch"); })), IsOk());
  EXPECT_THAT(CallNow(*kept_.AsObject(), "", {}), IsOk());
  EXPECT_TRUE(Eventually([&] { return errors == 1; }));

  Callback call([]() -> absl::Status { throw std::runtime_error("ouch"); }, CallbackMode::kCall);
  ASSERT_THAT(counter.Call("keep", call), IsOk());
  absl::StatusOr<Value> promise = CallNow(*kept_.AsObject(), "", {});
  std::atomic<bool> failed = false;
  Promise::Then(promise->TakeObject(), nullptr, [&](Outcome outcome) {
    failed = !outcome.ok() && outcome.error().message() == "ouch";
  });
  EXPECT_TRUE(Eventually([&] { return failed.load(); }));
  EXPECT_EQ(errors, 1);
}

TEST_F(RemoteTest, SyncCallsAreAllowedInCallbacks) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  std::atomic<int64_t> got = 0;
  Callback callback([&] { got = *counter.Call<int64_t>("add", 40, 2); });
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  EXPECT_THAT(CallNow(*kept_.AsObject(), "", {}), IsOk());
  EXPECT_TRUE(Eventually([&] { return got == 42; }));
}

TEST_F(RemoteTest, CallModeCallbacksRunInsideASyncCallOfACallbackAndNotifyOnesDoNot) {
  Remote remote = Connect();
  std::vector<std::string> order;  // of the callback thread
  RemoteObject counter = *remote.Require("counter");
  // The broker answers `ask` only once the callback it calls has answered.
  counter_ = nullptr;
  auto asker = MakeRef<ScriptedObject>();
  asker->Add("ask", [](Invocation call, Reply reply) {
    (void)CallNow(*call.args[0].AsObject(), "", {});  // notify
    absl::StatusOr<Value> promise = CallNow(*call.args[1].AsObject(), "", {});
    auto shared = std::make_shared<Reply>(std::move(reply));
    Promise::Then(promise->TakeObject(), nullptr,
                  [shared](Outcome outcome) { shared->Answer(std::move(outcome)); });
  });
  broker_.modules["asker"] = asker;
  RemoteObject remote_asker = *remote.Require("asker");
  Callback notify([&] { order.push_back("notify"); });
  Callback call(
      [&] {
        order.push_back("call");
        return 5;
      },
      CallbackMode::kCall);
  std::atomic<bool> done = false;
  Callback outer([&] {
    order.push_back("begin");
    absl::StatusOr<int> answer = remote_asker.Call<int>("ask", notify, call);
    order.push_back(answer.ok() && *answer == 5 ? "end" : "failed");
  });
  Callback last([&] { done = true; });
  ASSERT_THAT(counter.Call("keep", outer), IsOk());
  ASSERT_THAT(CallNow(*kept_.AsObject(), "", {}), IsOk());
  ASSERT_TRUE(Eventually([&] { return !order.empty(); }) || true);
  ASSERT_THAT(counter.Call("keep", last), IsOk());
  ASSERT_THAT(CallNow(*kept_.AsObject(), "", {}), IsOk());
  ASSERT_TRUE(Eventually([&] { return done.load(); }));
  EXPECT_THAT(order, ElementsAre("begin", "call", "end", "notify"));
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

TEST(Subscription, OneOfNothingDoesNothing) {
  Subscription nothing;
  EXPECT_FALSE(nothing.active());
  EXPECT_TRUE(nothing.site().empty());
  EXPECT_THAT(nothing.Off(), IsOk());
  nothing.Detach();
  nothing = Subscription();
}

TEST_F(RemoteTest, PollRunsCallbacksOnTheCallersThread) {
  Remote remote = Connect({.callbacks = ConnectOptions::Callbacks::kPoll});
  RemoteObject counter = *remote.Require("counter");
  std::thread::id ran_on;
  int ran = 0;
  Callback callback([&] {
    ran_on = std::this_thread::get_id();
    ++ran;
    EXPECT_EQ(remote.Poll(), 0);
  });
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  ASSERT_THAT(CallNow(*kept_.AsObject(), "", {}), IsOk());
  ASSERT_THAT(counter.Call("add"), IsOk());
  EXPECT_EQ(ran, 0);
  EXPECT_EQ(remote.Poll(absl::Seconds(5)), 1);
  EXPECT_EQ(ran_on, std::this_thread::get_id());
  EXPECT_EQ(remote.Poll(), 0);
}

TEST_F(RemoteTest, AProgramWithOneThreadIsNotItsOwnDeadlock) {
  auto asker = MakeRef<ScriptedObject>();
  asker->Add("ask", [](Invocation call, Reply reply) {
    absl::StatusOr<Value> promise = CallNow(*call.args[0].AsObject(), "", {});
    auto shared = std::make_shared<Reply>(std::move(reply));
    Promise::Then(promise->TakeObject(), nullptr,
                  [shared](Outcome outcome) { shared->Answer(std::move(outcome)); });
  });
  broker_.modules["asker"] = asker;
  Remote remote = Connect({.callbacks = ConnectOptions::Callbacks::kPoll});
  Callback answer([] { return 8; }, CallbackMode::kCall);
  EXPECT_THAT(remote.Require("asker")->Call("ask", answer), IsOkAndHolds(Value(8)));
}

// Promises

TEST_F(RemoteTest, APromiseIsAwaited) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  absl::StatusOr<RemotePromise> promise = counter.Call<RemotePromise>("promise");
  ASSERT_THAT(promise, IsOk());
  Future<int> settled = promise->AwaitAsync<int>();
  EXPECT_FALSE(settled.ready());
  promise_->Resolve(12);
  EXPECT_THAT(settled.Await(), IsOkAndHolds(12));
  EXPECT_THAT(promise->Await<int>(), IsOkAndHolds(12));
  EXPECT_THAT(counter.Call<RemoteFunction>("promise"),
              StatusIs(absl::StatusCode::kInvalidArgument, "expected function, got promise"));
}

TEST_F(RemoteTest, ARejectionNobodyAwaitedIsReported) {
  std::atomic<int> reported = 0;
  ConnectOptions options;
  options.on_unhandled_rejection = [&](const Error& error) {
    if (error.message() == "unlucky") ++reported;
  };
  Remote remote = Connect(std::move(options));
  RemoteObject counter = *remote.Require("counter");
  ASSERT_THAT(counter.Call("promise"), IsOk());
  Ref<Promise> promise = promise_;
  promise->Reject(Error(absl::StatusCode::kUnknown, "unlucky"));
  EXPECT_TRUE(Eventually([&] { return reported == 1; }));
  // An awaited one is the business of who awaited it.
  absl::StatusOr<RemotePromise> awaited = counter.Call<RemotePromise>("promise");
  promise_->Reject(Error(absl::StatusCode::kUnknown, "unlucky"));
  EXPECT_THAT(awaited->Await(), StatusIs(absl::StatusCode::kUnknown));
  awaited->Release();
  EXPECT_TRUE(Eventually([&] { return remote.stats().remote_objects == 1; }));
  EXPECT_EQ(reported, 1);
}

// Pipelines

TEST_F(RemoteTest, APipelineTakesOneRoundTrip) {
  Remote remote = Connect();
  broker_.set_holding(true);
  Future<int> value = remote.Pipeline().Require("counter").Call("self").Get("value").Future<int>();
  // Everything is there although no answer is back.
  EXPECT_FALSE(value.ready());
  std::thread releaser([&] {
    EXPECT_TRUE(Eventually([&] { return broker_.stats().calls_received == 3; }));
    broker_.set_holding(false);
  });
  EXPECT_THAT(value.Await(), IsOkAndHolds(1));
  releaser.join();
  EXPECT_TRUE(Eventually([&] { return broker_.stats().answers == 0; }));
}

TEST_F(RemoteTest, StepsOfAPipelineCanBeSharedAndBeArguments) {
  Remote remote = Connect();
  hawser::Pipeline counter = remote.Pipeline().Require("counter");
  hawser::Pipeline sum = counter.Call("add", 1, 2);
  EXPECT_THAT(counter.Call("add", sum, sum, 4).Await(), IsOkAndHolds(Value(10)));
  EXPECT_THAT(sum.Await<int>(), IsOkAndHolds(3));
  EXPECT_THAT(remote.Require("counter")->Call("add", counter.Call("add", 5), 6),
              IsOkAndHolds(Value(11)));
  EXPECT_THAT(sum.Get("x").Await(), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(RemoteTest, AFailedStepFailsThoseThatNeedIt) {
  Remote remote = Connect();
  hawser::Pipeline nothing = remote.Pipeline().Require("nothing");
  Future<> first = nothing.Call("x").Future();
  EXPECT_THAT(first.Await(), StatusIs(absl::StatusCode::kNotFound, HasSubstr("nothing")));
  EXPECT_THAT(nothing.Await(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(nothing.Get("y").Await(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(remote.Require("counter")->Call("add", nothing),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(RemoteTest, AnAnswerThatIsOurOwnObjectIsReachedInOrder) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  std::vector<int64_t> order;
  std::atomic<int> ran = 0;
  Callback mine(
      [&](int64_t x) {
        order.push_back(x);
        ++ran;
        return x;
      },
      CallbackMode::kCall);
  ASSERT_THAT(counter.Call("keep", mine), IsOk());
  broker_.root().AddFunction("kept", [this](Args) -> absl::StatusOr<Value> { return kept_; });
  hawser::Pipeline kept = remote.Pipeline().Call("kept");
  Future<> first = kept.Invoke(1).Future();
  EXPECT_THAT(kept.Await(), IsOk());
  Future<> second = kept.Invoke(2).Future();
  EXPECT_THAT(second.Await(), IsOk());
  EXPECT_THAT(first.Await(), IsOk());
  EXPECT_TRUE(Eventually([&] { return ran == 2; }));
  EXPECT_THAT(order, ElementsAre(1, 2));
}

// Objects that go

TEST_F(RemoteTest, AnObjectThatIsGoneSaysSoAndItsWatchersAreTold) {
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

TEST_F(RemoteTest, RefreshShowsNewMembersAndTheOldHandleDoesNot) {
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

}  // namespace
}  // namespace hawser::tests
