// Functions of a client in the hands of main: when they run, how long they live, and what becomes
// of them when the client is gone.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/scenarios/scenario.h"
#include "tests/scenarios/socket_relay.h"
#include "tests/support/child_process.h"

namespace hawser::scenarios {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;

class Callbacks : public Scenario {};
HAWSER_RUN_SCENARIOS(Callbacks);

class Reload : public Scenario {
 protected:
  // A thing that outlives the clients that listen to it.
  RemoteObject thing_ = stage().NewOf("Thing", "a window").value();
  std::string site_;  // where Listen listens

  void SetUp() override { ASSERT_THAT(stage().Call("keep", thing_), IsOk()); }
  void TearDown() override { EXPECT_THAT(stage().Call("forget"), IsOk()); }

  // What a page does when it loads, and forgets to undo when it goes.
  void Listen(Remote& remote) {
    RemoteObject thing = remote.Require("stage")->Call<RemoteObject>("kept").value();
    Subscription closed = thing.On("closed", [](Args) {}).value();
    site_ = std::string(closed.site());
    closed.Detach();
  }
  absl::StatusOr<Value> EmitClosed() { return stage().Call("emit", thing_, "closed"); }
};
HAWSER_RUN_SCENARIOS(Reload);

TEST_P(Callbacks, S16_MainCodeAcceptsClientCallbacks) {
  Remote remote = Connect();
  Inbox inbox;
  RemoteObject module = remote.Require("stage").value();
  EXPECT_THAT(module.Call("call", Callback(inbox.Listener()), 1, "two", Array{3}), IsOk());
  EXPECT_TRUE(
      EventuallyThat([&] { return inbox.heard(); }, ElementsAre(Array{1, "two", Value(Array{3})})));
  // A plain value is not callable, and main says so.
  EXPECT_THAT(module.Call("call", "no function"),
              StatusIs(kInvalidArgument, HasSubstr("expected function")));
}

TEST_P(Callbacks, S17_CallbacksRunAsynchronouslySoNothingDeadlocks) {
  Remote remote = Connect();
  RemoteObject module = remote.Require("stage").value();
  // The body calls main itself, whose strand is busy with the call that called the body.
  Callback body([module](Args) { return module.Call("log", "body").status(); });
  EXPECT_THAT(module.Call("callBetweenLines", body), IsOk());
  EXPECT_TRUE(EventuallyThat([&] { return stage().Get("logged").value(); },
                             Eq(Value(Array{"before", "after", "body"}))));
}

TEST_P(Callbacks, S18_MainMustNotExpectAReturnValue) {
  Remote remote = Connect();
  RemoteObject module = remote.Require("stage").value();
  Callback answers([](Args) { return 42; });
  EXPECT_THAT(module.Call("call", answers), IsOkAndHolds(Value()));
  EXPECT_THAT(module.Call("kindOfResult", answers), IsOkAndHolds(Value("undefined")));
}

TEST_P(Callbacks, S19_WithRendererCallbackGivesThreeTimesUndefined) {
  Remote remote = Connect();
  Inbox inbox;
  RemoteObject map_numbers = remote.Require("./map_numbers").value();
  auto record = inbox.Listener();
  Callback increment([record](Args args) {
    record(args.first(1));
    return args[0].AsInt() + 1;
  });
  EXPECT_THAT(map_numbers.Call("withRendererCallback", increment),
              IsOkAndHolds(Value(Array{Value(), Value(), Value()})));
  // It did run, with each number.
  EXPECT_TRUE(
      EventuallyThat([&] { return inbox.heard(); }, ElementsAre(Array{1}, Array{2}, Array{3})));
}

TEST_P(Callbacks, S20_WithLocalCallbackGivesTwoThreeFour) {
  Remote remote = Connect();
  RemoteObject map_numbers = remote.Require("./map_numbers").value();
  EXPECT_THAT(map_numbers.Call("withLocalCallback"), IsOkAndHolds(Value(Array{2, 3, 4})));
}

TEST_P(Callbacks, S21_ACallbackLivesUntilMainDropsIt) {
  Remote remote = Connect();
  Inbox inbox;
  auto captured = std::make_shared<int>(0);
  std::weak_ptr<int> alive = captured;
  RemoteObject module = remote.Require("stage").value();
  {
    Callback dropped([record = inbox.Listener(), captured](Args args) { record(args); });
    EXPECT_THAT(module.Call("keep", dropped), IsOk());
  }
  captured.reset();
  // The client has dropped its function; it can still be called.
  EXPECT_THAT(stage().Call("fire", "late"), IsOkAndHolds(Value(Record{{"value", Value()}})));
  EXPECT_TRUE(EventuallyThat([&] { return inbox.heard(); }, ElementsAre(Array{"late"})));
  EXPECT_EQ(remote.stats().exported_objects, 1);
  EXPECT_FALSE(alive.expired());
  // The client's entry goes only now.
  EXPECT_THAT(stage().Call("forget"), IsOk());
  EXPECT_TRUE(EventuallyThat([&] { return remote.stats().exported_objects; }, Eq(0)));
  EXPECT_TRUE(EventuallyThat([&] { return alive.expired(); }, Eq(true)));
}

TEST_P(Callbacks, S22_AListenerStaysUntilUninstalled) {
  Remote remote = Connect();
  Inbox inbox;
  RemoteObject module = remote.Require("stage").value();
  RemoteObject thing = module.NewOf("Thing", "a").value();
  Callback listener(inbox.Listener());
  ASSERT_THAT(thing.Call("on", "ping", listener), IsOk());
  EXPECT_THAT(module.Call("emit", thing, "ping", 1), IsOkAndHolds(Value(1)));
  EXPECT_THAT(module.Call("emit", thing, "ping", 2), IsOkAndHolds(Value(1)));
  EXPECT_TRUE(EventuallyThat([&] { return inbox.heard(); }, ElementsAre(Array{1}, Array{2})));
  // The same function is the same listener, so it can be removed.
  EXPECT_THAT(thing.Off("ping", listener), IsOk());
  EXPECT_THAT(module.Call("emit", thing, "ping", 3), IsOkAndHolds(Value(0)));
  // A subscription uninstalls by itself.
  std::optional<Subscription> subscription = thing.On("ping", inbox.Listener()).value();
  EXPECT_THAT(module.Call("emit", thing, "ping", 4), IsOkAndHolds(Value(1)));
  EXPECT_TRUE(EventuallyThat([&] { return inbox.size(); }, Eq(3)));
  EXPECT_THAT(subscription->Off(), IsOk());
  EXPECT_THAT(module.Call("emit", thing, "ping", 5), IsOkAndHolds(Value(0)));
  // Once is once.
  Subscription once = thing.Once("ping", inbox.Listener()).value();
  EXPECT_THAT(module.Call("emit", thing, "ping", 6), IsOkAndHolds(Value(1)));
  EXPECT_THAT(module.Call("emit", thing, "ping", 7), IsOkAndHolds(Value(0)));
  EXPECT_TRUE(EventuallyThat([&] { return inbox.heard(); },
                             ElementsAre(Array{1}, Array{2}, Array{4}, Array{6})));
  EXPECT_EQ(LiveListeners(), 0);
}

TEST_P(Reload, S23_ReloadingAClientThatCloses) {
  for (int load = 0; load < 3; ++load) {
    Remote page = Connect();
    Listen(page);
    EXPECT_EQ(LiveListeners(), 1);
    EXPECT_THAT(page.Close(), IsOk());
    EXPECT_TRUE(EventuallyThat([&] { return LiveListeners(); }, Eq(0)));
  }
  EXPECT_THAT(EmitClosed(), IsOkAndHolds(Value(0)));
  EXPECT_EQ(Listeners()["sites"], Value(Record{{site_, 3}}));
}

TEST_P(Reload, S23_ReloadingAClientWhoseTransportIsCut) {
  SocketRelay relay(main().endpoint());
  for (int load = 0; load < 3; ++load) {
    relay.Mend();
    Remote page =
        Remote::Connect(relay.endpoint(), {.ttl = kShortLease, .reconnect = false}).value();
    Listen(page);
    EXPECT_EQ(LiveListeners(), 1);
    relay.Cut();
    // Until the lease is over the client might come back, so main keeps what it has.
    EXPECT_TRUE(InTimeThat(
        kShortLease, [&] { return LiveListeners(); }, Eq(0)));
  }
  EXPECT_THAT(EmitClosed(), IsOkAndHolds(Value(0)));
  EXPECT_EQ(Listeners()["sites"], Value(Record{{site_, 3}}));
}

TEST_P(Reload, S23_ReloadingAClientThatIsKilled) {
  for (int load = 0; load < 3; ++load) {
    tests::ChildProcess page("tests/scenarios/doomed_client", {main().endpoint(), "closed"});
    ASSERT_EQ(page.ReadLine(), "listening");
    EXPECT_EQ(LiveListeners(), 1);
    page.Kill();
    // Its process is gone, so nothing is waited for.
    EXPECT_TRUE(EventuallyThat([&] { return LiveListeners(); }, Eq(0)));
  }
  EXPECT_THAT(EmitClosed(), IsOkAndHolds(Value(0)));
  EXPECT_EQ(Listeners()["detached"], Value(3));
}

TEST_P(Callbacks, S24_CallingACallbackOfAReleasedContextIsAnErrorInsideTheModule) {
  RemoteObject thing = stage().NewOf("Thing", "a").value();
  {
    Remote page = Connect();
    RemoteObject module = page.Require("stage").value();
    ASSERT_THAT(module.Call("keep", Callback([](Args) {})), IsOk());
    ASSERT_THAT(stage().Call("fire"), IsOkAndHolds(Value(Record{{"value", Value()}})));
    ASSERT_THAT(page.Close(), IsOk());
  }
  // Typed and contained: the module goes on, and so does everybody else.
  absl::StatusOr<Value> fired;
  EXPECT_TRUE(EventuallyThat(
      [&] {
        fired = stage().Call("fire", 1);
        return fired.ok() && fired->AsRecord().Has("error");
      },
      Eq(true)));
  Error error = fired->AsRecord()["error"].AsError();
  EXPECT_EQ(error.code(), kNotFound);
  EXPECT_THAT(std::string(error.message()), AllOf(HasSubstr("gone"), HasSubstr("session ended")));
  EXPECT_THAT(stage().Call("echo", "well"), IsOkAndHolds(Value("well")));
  EXPECT_THAT(stage().Call("forget"), IsOk());
}

TEST_P(Reload, S24_TheListenersOfAReleasedContextAreDetachedAndCountedByPlace) {
  Remote page = Connect();
  Listen(page);
  EXPECT_THAT(EmitClosed(), IsOkAndHolds(Value(1)));
  ASSERT_THAT(page.Close(), IsOk());
  EXPECT_TRUE(EventuallyThat([&] { return Listeners()["detached"]; }, Eq(Value(1))));
  EXPECT_EQ(Listeners(), (Record{{"live", 0}, {"detached", 1}, {"sites", Record{{site_, 1}}}}));
  EXPECT_THAT(site_, HasSubstr("scenarios/s16_s25_callbacks_test.cc:"));
  EXPECT_THAT(EmitClosed(), IsOkAndHolds(Value(0)));
}

TEST_P(Reload, S25_AnExplicitReleaseEmptiesTheCallbacksOfAnExitingClient) {
  auto captured = std::make_shared<int>(0);
  std::weak_ptr<int> alive = captured;
  Remote page = Connect();
  RemoteObject thing = page.Require("stage")->Call<RemoteObject>("kept").value();
  std::vector<Subscription> subscriptions;
  for (int i = 0; i < 5; ++i) {
    subscriptions.push_back(thing.On("closed", [captured](Args) {}).value());
  }
  captured.reset();
  EXPECT_EQ(LiveListeners(), 5);
  EXPECT_EQ(page.stats().exported_objects, 5);
  // One call says that the client goes: main drops everything of it.
  EXPECT_THAT(page.Close(), IsOk());
  EXPECT_EQ(page.loss(), LossReason::kClosed);
  EXPECT_TRUE(EventuallyThat([&] { return LiveListeners(); }, Eq(0)));
  EXPECT_THAT(EmitClosed(), IsOkAndHolds(Value(0)));
  subscriptions.clear();
  EXPECT_TRUE(EventuallyThat([&] { return alive.expired(); }, Eq(true)));
  EXPECT_TRUE(EventuallyThat(
      [&] { return stage().Get<Record>("ended").value()[page.session_id().ToString()]; },
      Eq(Value("left"))));
}

TEST_P(Reload, S25_RemovingAllHandlersOfAClientLeavesThoseOfOthers) {
  Remote page = Connect();
  Remote other = Connect();
  Inbox inbox;
  Listen(page);
  Listen(page);
  RemoteObject thing = other.Require("stage")->Call<RemoteObject>("kept").value();
  Subscription subscription = thing.On("closed", inbox.Listener()).value();
  EXPECT_EQ(LiveListeners(), 3);
  EXPECT_THAT(page.Require("stage")->Call<RemoteObject>("kept")->Call("removeAllListeners"),
              IsOk());
  EXPECT_EQ(LiveListeners(), 1);
  EXPECT_THAT(EmitClosed(), IsOkAndHolds(Value(1)));
  EXPECT_TRUE(EventuallyThat([&] { return inbox.size(); }, Eq(1)));
  EXPECT_THAT(page.Close(), IsOk());
}

}  // namespace
}  // namespace hawser::scenarios
