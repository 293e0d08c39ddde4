// Where functions of a program run and are destroyed.

#include <atomic>
#include <thread>

#include "hawser/callback.h"
#include "tests/client/counter_session.h"

namespace hawser::tests {
namespace {

using ::testing::HasSubstr;

class CallbackPlaceTest : public CounterSession {
 protected:
  ConnectOptions Polled() { return {.callbacks = ConnectOptions::Callbacks::kPoll}; }
};

// Calls when the last copy goes.
std::shared_ptr<int> AtItsEnd(std::function<void()> call) {
  return std::shared_ptr<int>(new int, [call = std::move(call)](int* token) {
    call();
    delete token;
  });
}

TEST_F(CallbackPlaceTest, WhatNobodyPollsForIsDestroyedWhereItMayMakeCalls) {
  std::optional<Remote> remote = Connect(Polled());
  RemoteObject counter = *remote->Require("counter");
  std::atomic<int> sums = 0;
  auto token = [&] {
    return AtItsEnd([counter, &sums] {
      if (counter.Call("add", 1, 2) == absl::StatusOr<Value>(Value(3))) ++sums;
    });
  };
  ASSERT_THAT(counter.Call("keep", Callback([token = token()] { FAIL(); })), IsOk());
  counter.CallAsync("later").Then([token = token()](absl::StatusOr<Value>) { FAIL(); });
  ASSERT_TRUE(Eventually([&] { return later_.size() == 1; }));
  remote.reset();
  later_.Take().Return(1);
  ASSERT_THAT(counter.Call("drop"), IsOk());
  EXPECT_TRUE(Eventually([&] { return sums == 2; }));
  EXPECT_THAT(counter.Call("add", 3, 4), IsOkAndHolds(Value(7)));
}

TEST_F(CallbackPlaceTest, ACallThatNobodyPollsForIsRefused) {
  broker_.modules["asker"] = MakeAsker();
  std::optional<Remote> remote = Connect(Polled());
  RemoteObject asker = *remote->Require("asker");
  remote.reset();
  EXPECT_THAT(asker.With({.deadline = absl::Seconds(10)})
                  .Call("ask", Callback([] { return 1; }, CallbackMode::kCall)),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("polls no more")));
}

TEST_F(CallbackPlaceTest, CallbacksOfTwoSessionsThatCallEachOtherDoNotDeadlock) {
  for (auto callbacks : {ConnectOptions::Callbacks::kOwnThread, ConnectOptions::Callbacks::kPoll}) {
    ScriptedBroker one, other;
    one.modules["asker"] = other.modules["asker"] = MakeAsker();
    Remote a = *one.Connect({.callbacks = callbacks});
    Remote b = *other.Connect({.callbacks = callbacks});
    RemoteObject ask_a = a.Require("asker")->With({.deadline = absl::Seconds(20)});
    RemoteObject ask_b = b.Require("asker")->With({.deadline = absl::Seconds(20)});
    Callback last([] { return 8; }, CallbackMode::kCall);
    Callback second([&] { return ask_a.Call("ask", last); }, CallbackMode::kCall);
    Callback first([&] { return ask_b.Call("ask", second); }, CallbackMode::kCall);
    EXPECT_THAT(ask_a.Call("ask", first), IsOkAndHolds(Value(8)));
  }
}

TEST_F(CallbackPlaceTest, AFunctionThatCameBackRunsWhereThePollsAreAndNeverTwiceAtOnce) {
  Remote remote = Connect(Polled());
  RemoteObject counter = *remote.Require("counter");
  std::atomic<bool> inside = false, go_on = false, over = false;
  std::atomic<int> at_once = 0, most = 0;
  std::atomic<bool> elsewhere = false;
  std::thread::id poller_id;
  Callback callback(
      [&](bool wait) {
        if (std::this_thread::get_id() != poller_id) elsewhere = true;
        most = std::max<int>(most, ++at_once);
        inside = true;
        while (wait && !go_on) std::this_thread::yield();
        --at_once;
      },
      CallbackMode::kCall);
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  std::thread poller([&] {
    poller_id = std::this_thread::get_id();
    while (!over) remote.Poll(absl::Milliseconds(1));
  });
  ASSERT_THAT(CallNow(*kept_.AsObject(), "", {true}), IsOk());
  EXPECT_TRUE(Eventually([&] { return inside.load(); }));
  RemoteObject own(callback.object());
  Future<> later = own.InvokeAsync(false);
  EXPECT_FALSE(later.ready());
  EXPECT_THAT(own.With({.deadline = absl::Milliseconds(1)}).Invoke(false),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  go_on = true;
  EXPECT_THAT(own.Invoke(false), IsOk());
  EXPECT_THAT(later.Await(), IsOk());
  EXPECT_EQ(most, 1);
  EXPECT_FALSE(elsewhere);
  over = true;
  poller.join();
}

TEST_F(CallbackPlaceTest, ACallOfAFunctionThatCameBackHasItsDeadlineAndCanBeCancelled) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  std::atomic<bool> go_on = false;
  std::atomic<int> ran = 0;
  Callback callback(
      [&] {
        while (!go_on) std::this_thread::yield();
        return ++ran;
      },
      CallbackMode::kCall);
  ASSERT_THAT(counter.Call("keep", callback), IsOk());
  RemoteObject own(callback.object());
  RemoteObject brief = own.With({.deadline = absl::Milliseconds(5)});
  EXPECT_THAT(brief.Invoke(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  Future<> late = brief.InvokeAsync();
  EXPECT_THAT(late.Await(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(late.ready());
  Future<> cancelled = own.InvokeAsync();
  cancelled.Cancel();
  EXPECT_TRUE(cancelled.ready());
  EXPECT_THAT(cancelled.Await(), StatusIs(absl::StatusCode::kCancelled));
  Future<int> good = own.InvokeAsync<int>();
  go_on = true;
  EXPECT_THAT(good.Await(), IsOkAndHolds(4)) << "all four have run, in order";
  EXPECT_THAT(late.Await(), StatusIs(absl::StatusCode::kDeadlineExceeded));
}

}  // namespace
}  // namespace hawser::tests
