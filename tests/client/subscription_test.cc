#include "hawser/subscription.h"

#include <atomic>

#include "tests/client/counter_session.h"

namespace hawser::tests {
namespace {

// With an emitter, and a client that polls, so that a test says when what came is run.
class SubscriptionTest : public CounterSession {
 protected:
  struct Listener {
    std::string event;
    Value function;
    bool once = false;
  };

  SubscriptionTest() {
    auto add = [this](bool once) {
      return [this, once](Args args) -> absl::StatusOr<Value> {
        listeners_.push_back({std::string(args[0].AsString()), args[1], once});
        return Value();
      };
    };
    auto emitter = MakeRef<ScriptedObject>(ObjectKind::kObject, "Emitter");
    emitter->AddFunction("on", add(false))
        .AddFunction("once", add(true))
        .AddFunction("off", [this](Args args) -> absl::StatusOr<Value> {
          ++offs_;
          for (auto last = listeners_.rbegin(); last != listeners_.rend(); ++last) {
            if (last->event != args[0].AsString() || last->function != args[1]) continue;
            listeners_.erase(std::prev(last.base()));
            break;
          }
          return Value();
        });
    broker_.modules["emitter"] = emitter;
    remote_ = Connect({.callbacks = ConnectOptions::Callbacks::kPoll});
    object_ = *remote_.Require("emitter");
  }
  ~SubscriptionTest() override { listeners_.clear(); }

  // What the emitter sent has come, and waits for Poll.
  void Emit(std::string_view event) {
    std::vector<Listener> called = listeners_;
    std::erase_if(listeners_, [&](const Listener& l) { return l.once && l.event == event; });
    for (const Listener& listener : called) {
      if (listener.event != event) continue;
      ASSERT_THAT(CallNow(*listener.function.AsObject(), "", {}), IsOk());
    }
    Sync();
  }
  // What either side sent before has come.
  void Sync() { ASSERT_THAT(remote_.Require("emitter"), IsOk()); }

  std::vector<Listener> listeners_;  // of the emitter
  int offs_ = 0;
  Remote remote_;
  RemoteObject object_;
  int ran_ = 0;
};

TEST_F(SubscriptionTest, AWatchThatHasComeDoesNotRunOnceItsSubscriptionIsGone) {
  absl::StatusOr<Subscription> kept = object_.Watch([&](GoneReason) { ++ran_; });
  {
    absl::StatusOr<Subscription> dropped = object_.Watch([](GoneReason) { FAIL(); });
    absl::StatusOr<Subscription> ended = object_.Watch([](GoneReason) { FAIL(); });
    broker_.ObjectGone(*broker_.modules["emitter"].AsObject(), GoneReason::kDestroyed);
    EXPECT_TRUE(Eventually([&] { return remote_.stats().callbacks_waiting == 3; }));
    EXPECT_THAT(ended->Off(), IsOk());
  }
  EXPECT_EQ(remote_.Poll(), 3);
  EXPECT_EQ(ran_, 1);
}

TEST_F(SubscriptionTest, AnEventThatHasComeDoesNotRunAListenerThatIsGone) {
  {
    absl::StatusOr<Subscription> dropped = object_.On("tick", [] { FAIL(); });
    absl::StatusOr<Subscription> ended = object_.On("tick", [] { FAIL(); });
    absl::StatusOr<Subscription> once = object_.Once("tick", [] { FAIL(); });
    absl::StatusOr<Subscription> shared = object_.Once("tick", Callback([] { FAIL(); }));
    Emit("tick");
    EXPECT_THAT(ended->Off(), IsOk());
    EXPECT_THAT(shared->Off(), IsOk());
  }
  EXPECT_EQ(remote_.Poll(), 4);
}

TEST_F(SubscriptionTest, ACallbackRunsForWhatItWasCalledForBeforeItsListenerWasRemoved) {
  Callback callback([&] { ++ran_; });
  absl::StatusOr<Subscription> on = object_.On("tick", callback);
  Emit("tick");
  EXPECT_THAT(on->Off(), IsOk());
  Emit("tick");
  EXPECT_EQ(remote_.Poll(), 1);
  EXPECT_EQ(ran_, 1);
}

TEST_F(SubscriptionTest, AOnceThatHasRunLeavesOtherRegistrationsOfItsCallbackAlone) {
  Callback callback([&] { ++ran_; });
  absl::StatusOr<Subscription> on = object_.On("tick", callback);
  {
    absl::StatusOr<Subscription> once = object_.Once("tick", callback);
    ASSERT_THAT(once, IsOk());
    Emit("tick");
    EXPECT_EQ(remote_.Poll(), 2);
  }
  Sync();
  EXPECT_EQ(offs_, 0) << "there is nothing to remove";
  {
    absl::StatusOr<Subscription> once = object_.Once("tick", callback);
    EXPECT_EQ(listeners_.size(), 2u);
    Emit("tock");
  }
  Sync();
  EXPECT_EQ(offs_, 1) << "it did not run";
  ASSERT_EQ(listeners_.size(), 1u);
  Emit("tick");
  remote_.Poll();
  EXPECT_EQ(ran_, 3);
}

TEST_F(SubscriptionTest, OffFindsWhatWasRegisteredByOnceAndThenByOn) {
  Callback callback([&] { ++ran_; });
  absl::StatusOr<Subscription> on = object_.On("tick", callback);
  on->Detach();
  object_.Once("tick", callback)->Detach();
  object_.Once("tock", callback)->Detach();
  ASSERT_EQ(listeners_.size(), 3u);
  EXPECT_THAT(object_.Off("tick", callback), IsOk());
  ASSERT_EQ(listeners_.size(), 2u);
  EXPECT_FALSE(listeners_[0].once);
  EXPECT_THAT(object_.Off("tick", callback), IsOk());
  ASSERT_EQ(listeners_.size(), 1u);
  EXPECT_EQ(listeners_[0].event, "tock");
  Emit("tock");
  remote_.Poll();
  EXPECT_EQ(ran_, 1);
}

TEST_F(SubscriptionTest, AStandInOfOnceGoesWhenTheBrokerAndItsCallbackHave) {
  auto token = std::make_shared<int>();
  {
    absl::StatusOr<Subscription> once = object_.Once("tick", Callback([token] { ++*token; }));
    Emit("tick");
    EXPECT_EQ(remote_.Poll(), 1);
    EXPECT_EQ(*token, 1);
  }
  EXPECT_TRUE(Eventually([&] {
    remote_.Poll();
    return token.use_count() == 1;
  }));
}

TEST_F(SubscriptionTest, ACallbackThatWasMovedFromIsNoListener) {
  Callback callback([] {});
  Callback moved = std::move(callback);
  // NOLINTBEGIN(bugprone-use-after-move): what is left of it is what is tested
  EXPECT_THAT(object_.On("tick", callback), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(object_.Once("tick", callback), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(object_.Off("tick", callback), StatusIs(absl::StatusCode::kInvalidArgument));
  // NOLINTEND(bugprone-use-after-move)
  EXPECT_TRUE(listeners_.empty());
}

TEST_F(SubscriptionTest, WhatIsMovedOverEndsAtOnce) {
  Subscription a = *object_.On("a", [] { FAIL(); });
  Subscription b = *object_.On("b", [&] { ++ran_; });
  a = std::move(b);
  EXPECT_FALSE(b.active());  // NOLINT: what is left of it is what is tested
  Sync();
  ASSERT_EQ(listeners_.size(), 1u);
  EXPECT_EQ(listeners_[0].event, "b");
  Emit("b");
  remote_.Poll();
  EXPECT_EQ(ran_, 1);
  Subscription& same = a;
  a = std::move(same);
  EXPECT_TRUE(a.active());
}

TEST(Subscription, OneOfNothingDoesNothing) {
  Subscription nothing;
  EXPECT_FALSE(nothing.active());
  EXPECT_TRUE(nothing.site().empty());
  EXPECT_THAT(nothing.Off(), IsOk());
  nothing.Detach();
  nothing = Subscription();
}

}  // namespace
}  // namespace hawser::tests
