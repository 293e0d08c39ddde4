#include "hawser/callback.h"

#include <atomic>
#include <set>
#include <thread>

#include "tests/client/counter_session.h"
#include "tests/support/fake_clock.h"

namespace hawser::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CallbackCallTest : public CounterSession {};

TEST_F(CallbackCallTest, ANotifyCallbackRunsLaterAndTheCallerGetsUndefined) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  std::atomic<int64_t> got = 0;
  Callback callback([&](int64_t x) { got = x; });
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  EXPECT_THAT(CallNow(*kept_.AsObject(), "", {Value(3)}), IsOkAndHolds(Value()));
  EXPECT_TRUE(Eventually([&] { return got == 3; }));
}

TEST_F(CallbackCallTest, TheSameCallbackIsTheSameObject) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  Callback callback([] {});
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  Value first = kept_;
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  EXPECT_EQ(first, kept_);
  EXPECT_THAT(std::string(kept_.AsObject()->site()), HasSubstr("callback_call_test.cc:"));
  // And comes back as what it is here.
  absl::StatusOr<Array> echo = counter.Call<Array>("echo", callback);
  ASSERT_THAT(echo, IsOk());
  EXPECT_EQ((*echo)[0].AsObject(), callback.object().get());
}

TEST_F(CallbackCallTest, ACallbackLivesUntilTheBrokerDropsIt) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  auto token = std::make_shared<std::atomic<int>>(0);
  ASSERT_THAT(counter.Call("keep", Callback([token] { ++*token; })), IsOk());
  EXPECT_EQ(token.use_count(), 2);
  EXPECT_THAT(CallNow(*kept_.AsObject(), "", {}), IsOk());
  EXPECT_TRUE(Eventually([&] { return *token == 1; }));
  EXPECT_EQ(remote.stats().exported_objects, 1u);
  ASSERT_THAT(counter.Call("drop"), IsOk());
  EXPECT_TRUE(Eventually([&] { return token.use_count() == 1; }));
  EXPECT_EQ(remote.stats().exported_objects, 0u);
}

TEST_F(CallbackCallTest, ACallModeCallbackIsAnswered) {
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

TEST_F(CallbackCallTest, AConstantIsAnsweredWithoutAMessage) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  ASSERT_THAT(counter.Call("keep", Callback::Constant(99)), IsOk());
  EXPECT_THAT(CallNow(*kept_.AsObject(), "", {}), IsOkAndHolds(Value(99)));
  EXPECT_EQ(remote.stats().calls_received, 0u);
}

TEST_F(CallbackCallTest, AConstantThatHoldsAnObjectCannotBeHandedOver) {
  counter_->AddFunction("constant", [](Args) -> absl::StatusOr<Value> {
    return Callback::Constant(Callback([] {}));
  });
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  Callback holder = Callback::Constant(Array{1, Callback([] {})});
  EXPECT_THAT(counter.Call("echo", Callback::Constant(1), holder),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "Counter.echo: argument 2: a constant cannot hold objects"));
  EXPECT_THAT(
      counter.Call("echo", Callback::Constant("\x80")),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "Counter.echo: argument 1: the constant of a callback: not UTF-8 at byte 0"));
  EXPECT_EQ(remote.stats().exported_objects, 0u) << "nothing of a refused call is handed over";
  EXPECT_THAT(counter.Call("constant"), StatusIs(absl::StatusCode::kInternal,
                                                 "the answer of Counter.constant cannot be sent: "
                                                 "a constant cannot hold objects"));
}

TEST_F(CallbackCallTest, WrongArgumentsOfACallbackAreNamed) {
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
  EXPECT_THAT(text, HasSubstr("callback_call_test.cc:"));
}

TEST_F(CallbackCallTest, WhatACallbackThrowsIsReportedOrAnswered) {
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

TEST_F(CallbackCallTest, WhatOtherFunctionsOfTheProgramThrowIsReported) {
  for (auto callbacks : {ConnectOptions::Callbacks::kOwnThread, ConnectOptions::Callbacks::kPoll}) {
    base::Mutex mu;
    std::set<std::string> sites;
    auto reported = [&](const char* site) {
      base::MutexLock lock(mu);
      return sites.contains(site);
    };
    ConnectOptions options;
    options.callbacks = callbacks;
    options.on_callback_error = [&](const Error& error, std::string_view site) {
      base::MutexLock lock(mu);
      if (error.message() == "ouch") sites.emplace(site);
    };
    options.on_connection = [](const ConnectionEvent&) { throw std::runtime_error("ouch"); };
    options.on_unhandled_rejection = [](const Error&) { throw std::runtime_error("ouch"); };
    Remote remote = Connect(std::move(options));
    RemoteObject counter = *remote.Require("counter");
    counter.CallAsync("add").Then([](absl::StatusOr<Value>) { throw std::runtime_error("ouch"); });
    ASSERT_THAT(counter.Call("promise"), IsOk());
    Ref<Promise>(promise_)->Reject(Error(absl::StatusCode::kUnknown, "unlucky"));
    auto gone = MakeRef<ScriptedObject>();
    broker_.modules["gone"] = gone;
    RemoteObject remote_gone = *remote.Require("gone");
    absl::StatusOr<Subscription> watch =
        remote_gone.Watch([](GoneReason) { throw std::runtime_error("ouch"); });
    broker_.ObjectGone(*gone, GoneReason::kDestroyed);
    for (const char* site :
         {"on_connection", "Future::Then", "on_unhandled_rejection", "RemoteObject::Watch"}) {
      EXPECT_TRUE(Eventually([&] {
        remote.Poll();
        return reported(site);
      })) << site;
    }
    // The session goes on.
    EXPECT_THAT(counter.Call("add", 1), IsOkAndHolds(Value(1)));
    // What runs at the end uses what is here.
    EXPECT_THAT(remote.Close(), IsOk());
    // The same session is not resumed by the next.
    broker_.Restart();
  }
}

TEST_F(CallbackCallTest, SyncCallsAreAllowedInCallbacks) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  std::atomic<int64_t> got = 0;
  Callback callback([&] { got = *counter.Call<int64_t>("add", 40, 2); });
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  EXPECT_THAT(CallNow(*kept_.AsObject(), "", {}), IsOk());
  EXPECT_TRUE(Eventually([&] { return got == 42; }));
}

TEST_F(CallbackCallTest, CallModeCallbacksRunInsideASyncCallOfACallbackAndNotifyOnesDoNot) {
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
  std::atomic<bool> done = false;
  Callback notify([&] {
    order.push_back("notify");
    done = true;
  });
  Callback call(
      [&] {
        order.push_back("call");
        return 5;
      },
      CallbackMode::kCall);
  Callback outer([&] {
    order.push_back("begin");
    absl::StatusOr<int> answer = remote_asker.Call<int>("ask", notify, call);
    order.push_back(answer.ok() && *answer == 5 ? "end" : "failed");
  });
  ASSERT_THAT(counter.Call("keep", outer), IsOk());
  ASSERT_THAT(CallNow(*kept_.AsObject(), "", {}), IsOk());
  ASSERT_TRUE(Eventually([&] { return done.load(); }));
  EXPECT_THAT(order, ElementsAre("begin", "call", "end", "notify"));
}

// Two sides that call each other, and again, and so on.
TEST_F(CallbackCallTest, CallbacksThatNestTooDeepAreRefusedAndNothingStandsStill) {
  auto asker = MakeRef<ScriptedObject>();
  asker->Add("ask", [](Invocation call, Reply reply) {
    absl::StatusOr<Value> promise = CallNow(*call.args[0].AsObject(), "", {call.args[1]});
    auto shared = std::make_shared<Reply>(std::move(reply));
    Promise::Then(promise->TakeObject(), nullptr,
                  [shared](Outcome outcome) { shared->Answer(std::move(outcome)); });
  });
  broker_.modules["asker"] = asker;
  FakeClock clock;
  Remote remote = Connect({.clock = &clock});
  RemoteObject remote_asker = *remote.Require("asker");
  std::atomic<int> deepest = 0;
  Callback* self = nullptr;
  Callback callback(
      [&](int depth) -> absl::StatusOr<Value> {
        deepest = std::max<int>(deepest, depth);
        if (depth == 100) return Value("bottom");
        return remote_asker.Call("ask", *self, depth + 1);
      },
      CallbackMode::kCall);
  self = &callback;
  EXPECT_THAT(remote_asker.Call("ask", callback, 68), IsOkAndHolds(Value("bottom")));
  // 33 of them run; the next one would wait for itself.
  std::thread clockwork([&] {
    EXPECT_TRUE(Eventually([&] { return deepest == 32; }));
    broker_.AwaitHousekeeping();
    clock.Advance(absl::Seconds(5));
    broker_.AwaitHousekeeping();
  });
  deepest = 0;
  EXPECT_THAT(remote_asker.Call("ask", callback, 0),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("limit 32")));
  clockwork.join();
  EXPECT_EQ(deepest, 32);
  EXPECT_THAT(remote_asker.Call("ask", callback, 100), IsOkAndHolds(Value("bottom")));
}

// None of them waits for another one.
TEST_F(CallbackCallTest, AsManyCallersAsThereAreAreServedHoweverManyAnswersAreWaitedFor) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  constexpr int kCallers = 100;
  Callback callback([&] { return counter.Call("later"); }, CallbackMode::kCall);
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  std::atomic<int> good = 0;
  for (int i = 0; i < kCallers; ++i) {
    absl::StatusOr<Value> promise = CallNow(*kept_.AsObject(), "", {});
    ASSERT_THAT(promise, IsOk());
    Promise::Then(promise->TakeObject(), nullptr,
                  [&](Outcome outcome) { good += outcome.ok() ? 1 : 0; });
  }
  EXPECT_TRUE(Eventually([&] { return later_.size() == 33; }));
  EXPECT_TRUE(Eventually([&] {
    while (later_.size() > 0) later_.Take().Return(Value());
    return good == kCallers;
  }));
}

TEST_F(CallbackCallTest, PollRunsCallbacksOnTheCallersThread) {
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

TEST_F(CallbackCallTest, AfterCloseAProgramThatPollsRunsNothingAnyMore) {
  std::atomic<int> ran = 0;
  std::atomic<bool> inside = false, go_on = false;
  ConnectOptions options;
  options.callbacks = ConnectOptions::Callbacks::kPoll;
  options.on_connection = [&](const ConnectionEvent& event) {
    EXPECT_EQ(event.kind, ConnectionEvent::Kind::kConnected);
  };
  Remote remote = Connect(std::move(options));
  EXPECT_EQ(remote.Poll(), 1);
  RemoteObject counter = *remote.Require("counter");
  Callback callback([&] {
    inside = true;
    while (!go_on) std::this_thread::yield();
    ++ran;
  });
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  for (int i = 0; i < 3; ++i) ASSERT_THAT(CallNow(*kept_.AsObject(), "", {}), IsOk());
  ASSERT_THAT(counter.Call("add"), IsOk());
  ASSERT_EQ(remote.stats().callbacks_waiting, 3u);
  std::thread poller([&] { EXPECT_EQ(remote.Poll(), 1); });
  while (!inside) std::this_thread::yield();
  std::thread releaser([&] {
    EXPECT_TRUE(Eventually([&] { return remote.stats().callbacks_waiting == 0; }));
    go_on = true;
  });
  EXPECT_THAT(remote.Close(absl::Seconds(10)), IsOk());
  EXPECT_EQ(ran, 1) << "the one that was running is waited for";
  EXPECT_EQ(remote.Poll(absl::Seconds(10)), 0);
  EXPECT_EQ(ran, 1);
  poller.join();
  releaser.join();
  kept_ = Value();
}

TEST_F(CallbackCallTest, APolledProgramIsToldOfALostSession) {
  std::vector<ConnectionEvent::Kind> kinds;
  ConnectOptions options;
  options.callbacks = ConnectOptions::Callbacks::kPoll;
  options.on_connection = [&](const ConnectionEvent& event) { kinds.push_back(event.kind); };
  Remote remote = Connect(std::move(options));
  broker_.End(absl::UnavailableError("kicked"));
  EXPECT_TRUE(Eventually([&] {
    remote.Poll();
    return kinds.size() == 2;
  }));
  EXPECT_THAT(kinds, ElementsAre(ConnectionEvent::Kind::kConnected, ConnectionEvent::Kind::kLost));
}

TEST_F(CallbackCallTest, AProgramWithOneThreadIsNotItsOwnDeadlock) {
  broker_.modules["asker"] = MakeAsker();
  Remote remote = Connect({.callbacks = ConnectOptions::Callbacks::kPoll});
  Callback answer([] { return 8; }, CallbackMode::kCall);
  EXPECT_THAT(remote.Require("asker")->Call("ask", answer), IsOkAndHolds(Value(8)));
}

// Promises

}  // namespace
}  // namespace hawser::tests
