// The end of a session, whatever the reason: what is released, in which order, and who is told.

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/function.h"
#include "tests/support/broker_harness.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr absl::Duration kTtl = absl::Seconds(30);

// An object that notes its death.
class Thing : public ModuleObject {
 public:
  explicit Thing(std::function<void()> on_death) : on_death_(std::move(on_death)) {}
  ~Thing() override { on_death_(); }

 private:
  const std::function<void()> on_death_;
};

// An object that notes when it is asked where it belongs.
class Asked : public ModuleObject {
 public:
  explicit Asked(std::function<void()> on_home) : on_home_(std::move(on_home)) {}
  base::Executor* home() const override {
    on_home_();
    return ModuleObject::home();
  }

 private:
  const std::function<void()> on_home_;
};

class SessionEndTest : public ::testing::Test {
 protected:
  SessionEndTest() {
    harness_.AddModule("lab", [this](Module& module) {
      module.Class<Thing>("Thing");
      module.Function("make", [this, &module] {
        ++alive_;
        return module.Make<Thing>([this] {
          --alive_;
          Note("destroyed");
        });
      });
      module.Function("keep", [this](Function callback) { callback_ = std::move(callback); });
      module.Function("never", [this](LateReply reply) {
        stop_token_ = reply.stop_token();
        never_ = std::move(reply);
      });
      module.OnSessionEnd([this](const SessionRef& session, EndReason reason) {
        Note(std::string("hook: ") + std::string(EndReasonName(reason)));
        EXPECT_TRUE(session->ended());
        EXPECT_TRUE(!callback_ || callback_.gone());
        EXPECT_TRUE(!stop_token_.stop_possible() || stop_token_.stop_requested());
      });
    });
  }
  ~SessionEndTest() override {
    never_ = LateReply();
    harness_.broker().Stop(absl::ZeroDuration());
  }

  void Note(std::string what) {
    base::MutexLock lock(mu_);
    notes_.push_back(std::move(what));
  }
  std::vector<std::string> notes() {
    harness_.Settle();
    base::MutexLock lock(mu_);
    return notes_;
  }
  void EndTheSession(const TestClient& client, EndReason reason) {
    broker::SessionRegistry& sessions = harness_.broker().sessions();
    sessions.EndSoon(sessions.Find(client.id()), reason, absl::AbortedError("by the test"));
    harness_.Settle();
  }

  base::Mutex mu_;
  std::vector<std::string> notes_ HAWSER_GUARDED_BY(mu_);
  std::atomic<int> alive_{0};
  std::stop_token stop_token_;
  BrokerHarness harness_;
  // Module state: given up before the module is.
  Function callback_;
  LateReply never_;
};

TEST_F(SessionEndTest, AClientThatLeavesReleasesWhatItHeldAfterTheModuleHeardOfIt) {
  auto client = harness_.Connect();
  ObjectRef lab = client->Require("lab").value();
  Value thing = client->Call(lab, "make").value();
  EXPECT_EQ(alive_, 1);
  EXPECT_THAT(client->Leave(), IsOk());
  EXPECT_THAT(notes(), ElementsAre("hook: left", "destroyed"));
  EXPECT_EQ(alive_, 0);
  EXPECT_EQ(harness_.broker().objects().size(), 0u);
  EXPECT_EQ(harness_.broker().sessions().size(), 0u);
}

TEST_F(SessionEndTest, AModuleHearsOfTheSessionsItHadToDoWith) {
  std::vector<std::string> heard;
  base::Mutex mu;
  for (const char* name : {"used", "held", "other", "starts"}) {
    harness_.AddModule(name, [&, name](Module& module) {
      module.Class<Thing>("Thing");
      module.Function("make", [&module] { return module.Make<Thing>([] {}); });
      module.Function("nothing", [] {});
      if (name == std::string_view("starts")) module.OnSessionStart([](const SessionRef&) {});
      module.OnSessionEnd([&, name](const SessionRef&, EndReason) {
        base::MutexLock lock(mu);
        heard.emplace_back(name);
      });
    });
  }
  auto client = harness_.Connect();
  {
    ObjectRef used = client->Require("used").value();
    EXPECT_THAT(client->Call(used, "nothing"), IsOk());
  }
  ObjectRef held = client->Require("held").value();
  EXPECT_THAT(client->Leave(), IsOk());
  harness_.Settle();
  base::MutexLock lock(mu);
  EXPECT_THAT(heard, UnorderedElementsAre("used", "held", "starts"));
}

TEST_F(SessionEndTest, ASilentClientLosesItsLeaseAndEverythingItHeld) {
  auto client = harness_.Connect();
  ObjectRef lab = client->Require("lab").value();
  Value thing = client->Call(lab, "make").value();
  harness_.Advance(kTtl - absl::Seconds(1));
  EXPECT_EQ(alive_, 1);
  harness_.Advance(absl::Seconds(1));
  EXPECT_THAT(notes(), ElementsAre("hook: lease expired", "destroyed"));
  EXPECT_THAT(client->pipe().Finish(), StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(SessionEndTest, AHeartbeatRenewsTheLease) {
  auto client = harness_.Connect();
  for (int i = 0; i < 10; ++i) {
    harness_.Advance(kTtl / 3);
    client->Heartbeat();
  }
  EXPECT_EQ(harness_.broker().sessions().size(), 1u);
  EXPECT_THAT(client->Require("lab"), IsOk());
}

TEST_F(SessionEndTest, ADetachedSessionLivesUntilItsLeaseEnds) {
  auto client = harness_.Connect();
  ObjectRef lab = client->Require("lab").value();
  Value thing = client->Call(lab, "make").value();
  client->Cut();
  harness_.Advance(kTtl - absl::Seconds(1));
  EXPECT_EQ(alive_, 1);
  harness_.Advance(absl::Seconds(2));
  EXPECT_EQ(alive_, 0);
}

TEST_F(SessionEndTest, ACutConnectionOfAProcessThatIsGoneEndsTheSessionAtOnce) {
  auto process = std::make_shared<FakeProcess>();
  harness_.peer.process = process;
  auto client = harness_.Connect();
  ObjectRef lab = client->Require("lab").value();
  Value thing = client->Call(lab, "make").value();
  client->Cut();
  harness_.Settle();
  EXPECT_EQ(alive_, 1) << "the process may come back";
  process->Exit();
  EXPECT_THAT(notes(), ElementsAre("hook: exited", "destroyed"));
}

TEST_F(SessionEndTest, AProcessThatEndsWhileAnotherHasTakenTheSessionOverEndsNothing) {
  auto process = std::make_shared<FakeProcess>();
  harness_.peer.process = process;
  auto client = harness_.Connect();
  client->Cut();
  harness_.peer.process = std::make_shared<FakeProcess>();
  ASSERT_THAT(client->Attach(harness_.OpenPipe()), IsOk());
  process->Exit();
  harness_.Settle();
  EXPECT_THAT(client->Require("lab"), IsOk());
}

TEST_F(SessionEndTest, CallsInWorkAreToldToStopAndCallbacksAreDeadBeforeTheHookRuns) {
  auto client = harness_.Connect();
  ObjectRef lab = client->Require("lab").value();
  ObjectRef callback = MakeFunction([](Args) { return Value(); }, {.name = "callback"});
  EXPECT_THAT(client->Call(lab, "keep", {Value(callback)}), IsOk());
  auto outcome = std::make_shared<std::optional<Outcome>>();
  client->Start(lab, Op::kCall, "never", {}, outcome);
  client->Pump();
  harness_.Settle();
  EXPECT_FALSE(callback_.gone());
  EndTheSession(*client, EndReason::kKicked);
  EXPECT_THAT(notes(), ElementsAre("hook: kicked"));
  EXPECT_TRUE(callback_.gone());
  EXPECT_THAT(callback_.Call(1), StatusIs(StatusCode::kNotFound));
  never_.Return(1);  // nobody takes it
}

TEST_F(SessionEndTest, TheClientIsToldWhyBeforeItsConnectionCloses) {
  auto client = harness_.Connect();
  EndTheSession(*client, EndReason::kKicked);
  EXPECT_TRUE(client->AwaitThat([&] { return client->ended(); }));
  EXPECT_THAT(client->end_status(), StatusIs(StatusCode::kAborted, "by the test"));
}

TEST_F(SessionEndTest, AnObjectTwoSessionsHoldLivesUntilTheSecondEnds) {
  Ref<Thing> shared;
  harness_.AddModule("shared", [&](Module& module) {
    module.Class<Thing>("Thing");
    module.Function("get", [&] { return shared; });
    shared = module.Make<Thing>([this] { Note("destroyed"); });
  });
  auto first = harness_.Connect();
  auto second = harness_.Connect();
  Value a = first->Call(first->Require("shared").value(), "get").value();
  Value b = second->Call(second->Require("shared").value(), "get").value();
  shared.reset();
  EXPECT_THAT(first->Leave(), IsOk());
  EXPECT_THAT(notes(), IsEmpty());
  EXPECT_THAT(second->Leave(), IsOk());
  EXPECT_THAT(notes(), ElementsAre("destroyed"));
}

TEST_F(SessionEndTest, NoSessionIsOverBeforeItsEndIsOnTheStrandsOfItsModules) {
  std::atomic<bool> ending{false};
  std::atomic<size_t> sessions{0};
  harness_.AddModule("asked", [&](Module& module) {
    module.Class<Asked>("Asked");
    module.Function("make", [&] {
      return module.Make<Asked>([&] {
        // The first time is when the session's objects are sorted by their strands.
        if (ending.exchange(false)) sessions = harness_.broker().sessions().size();
      });
    });
  });
  auto client = harness_.Connect();
  Value object = client->Call(client->Require("asked").value(), "make").value();
  ending = true;
  EndTheSession(*client, EndReason::kKicked);
  EXPECT_FALSE(ending);
  EXPECT_EQ(sessions, 1u) << "who waits for the last session may unload the modules";
  EXPECT_EQ(harness_.broker().sessions().size(), 0u);
}

TEST_F(SessionEndTest, AModuleThatHangsDoesNotKeepOthersFromHearing) {
  struct Gate {
    base::Mutex mu;
    base::CondVar opened;
    bool open = false;
  };
  auto gate = std::make_shared<Gate>();
  harness_.AddModule("stuck", [gate](Module& module) {
    module.Function("ping", [] { return 1; });
    module.OnSessionEnd([gate](const SessionRef&, EndReason) {
      base::MutexLock lock(gate->mu);
      while (!gate->open) gate->opened.Wait(gate->mu);
    });
  });
  auto client = harness_.Connect();
  ObjectRef stuck = client->Require("stuck").value();
  EXPECT_THAT(client->Call(stuck, "ping"), IsOk());
  ObjectRef lab = client->Require("lab").value();
  EXPECT_THAT(client->Leave(), IsOk());
  EXPECT_TRUE(harness_.AwaitThat([&] {
    base::MutexLock lock(mu_);
    return notes_.size() == 1;
  }));
  auto other = harness_.Connect();
  EXPECT_THAT(other->Call(other->Require("lab").value(), "make"), IsOk());
  base::MutexLock lock(gate->mu);
  gate->open = true;
  gate->opened.NotifyAll();
}

TEST_F(SessionEndTest, AClientThatSaysEndDoesNotOccupyTheThreadThatReadsForAll) {
  BrokerHarness::Options options;
  options.limits.pool_threads = options.limits.pool_threads_max = 1;
  BrokerHarness harness(options);
  absl::Notification entered;
  absl::Notification go_on;
  harness.AddModule("stuck", [&](Module& module) {
    module.Function("stand", [&] {
      entered.Notify();
      go_on.WaitForNotification();
    });
  });
  auto leaving = harness.Connect();
  ASSERT_THAT(leaving->Require("stuck"), IsOk());
  auto other = harness.Connect();
  auto outcome = std::make_shared<std::optional<Outcome>>();
  other->Start(other->Require("stuck").value(), Op::kCall, "stand", {}, outcome);
  entered.WaitForNotification();
  // Its packet is read on this thread, and the pool, where ends are worked off, is busy.
  leaving->endpoint().End(EndReason::kLeft, absl::OkStatus());
  EXPECT_EQ(harness.broker().sessions().size(), 2u);
  EXPECT_THAT(other->Require("stuck"), IsOk());
  go_on.Notify();
  EXPECT_THAT(leaving->pipe().Finish(), IsOk());
  harness.Settle();
  EXPECT_EQ(harness.broker().sessions().size(), 1u);
  EXPECT_EQ(harness.broker().sessions().tombstones().List(0, 1).at(0).reason, EndReason::kLeft);
}

TEST_F(SessionEndTest, ATombstoneSaysWhoItWasWhyItEndedAndWhatItHeld) {
  auto client = harness_.Connect({{"name", "shop"}, {"program", "node"}});
  ObjectRef lab = client->Require("lab").value();
  Value thing = client->Call(lab, "make").value();
  harness_.Advance(absl::Seconds(5));
  EXPECT_THAT(client->Leave(), IsOk());
  harness_.Settle();
  std::vector<broker::Tombstone> list = harness_.broker().sessions().tombstones().List(0, 10);
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list[0].session->id(), client->id());
  EXPECT_EQ(list[0].name, "shop");
  EXPECT_EQ(list[0].program, "node");
  EXPECT_EQ(list[0].reason, EndReason::kLeft);
  EXPECT_EQ(list[0].ended - list[0].session->since(), absl::Seconds(5));
  EXPECT_EQ(list[0].calls, 2u);
  EXPECT_EQ(list[0].objects, 2u);
}

TEST_F(SessionEndTest, ManyLeasesThatEndTogetherAllEnd) {
  constexpr int kClients = 500;
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(harness_.Connect());
    ObjectRef lab = clients.back()->Require("lab").value();
    EXPECT_THAT(clients.back()->Call(lab, "make"), IsOk());
  }
  harness_.Advance(kTtl);
  EXPECT_EQ(harness_.broker().sessions().size(), 0u);
  EXPECT_EQ(alive_, 0);
  EXPECT_EQ(harness_.broker().objects().size(), 0u);
  EXPECT_EQ(harness_.broker().sessions().tombstones().total(), kClients);
}

TEST_F(SessionEndTest, ABrokerThatStoodStillEndsNobodysLeaseForIt) {
  auto client = harness_.Connect();
  ObjectRef lab = client->Require("lab").value();
  harness_.StandStill(kTtl * 3);
  EXPECT_EQ(harness_.broker().sessions().size(), 1u);
  EXPECT_THAT(client->Call(lab, "make"), IsOk());
  harness_.Advance(kTtl);
  EXPECT_EQ(harness_.broker().sessions().size(), 0u) << "a credit is given once";
}

TEST_F(SessionEndTest, AClientThatStaysSilentAfterAStandstillStillLosesItsLease) {
  auto client = harness_.Connect();
  harness_.StandStill(kTtl * 3);
  harness_.Advance(kTtl + absl::Seconds(2));
  EXPECT_EQ(harness_.broker().sessions().size(), 0u);
}

TEST_F(SessionEndTest, ACallPastItsDeadlineIsAnsweredWhileTheModuleIsStillAtIt) {
  auto client = harness_.Connect();
  ObjectRef lab = client->Require("lab").value();
  auto outcome = std::make_shared<std::optional<Outcome>>();
  // The client's own clock stands, so that it is the broker who says it.
  client->Start(lab, Op::kCall, "never", {}, outcome, harness_.clock().Now() + absl::Seconds(2));
  client->Pump();
  harness_.Settle();
  harness_.Advance(absl::Seconds(2));
  EXPECT_TRUE(stop_token_.stop_requested());
  ASSERT_TRUE(client->AwaitThat([&] { return outcome->has_value(); }));
  EXPECT_THAT((*std::move(*outcome)).ToStatusOr(), StatusIs(StatusCode::kDeadlineExceeded));
}

TEST_F(SessionEndTest, StoppingTheBrokerTellsEveryClientAndRunsEveryHook) {
  auto client = harness_.Connect();
  EXPECT_THAT(client->Require("lab"), IsOk());
  EXPECT_TRUE(harness_.broker().Stop(absl::ZeroDuration()));
  EXPECT_TRUE(client->AwaitThat([&] { return client->ended(); }));
  EXPECT_THAT(client->end_status(), StatusIs(StatusCode::kUnavailable));
  base::MutexLock lock(mu_);
  EXPECT_THAT(notes_, ElementsAre("hook: shutdown"));
}

}  // namespace
}  // namespace hawser::tests
