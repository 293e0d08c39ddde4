// How a session ends, by whom, and what the program is told.

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <thread>

#include "gmock/gmock.h"
#include "tests/client/connection_case.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using ::testing::HasSubstr;

class ConnectionEndTest : public ConnectionCase {};

TEST_F(ConnectionEndTest, AnEndFromTheBrokerEndsTheSession) {
  absl::StatusOr<Remote> remote = broker_.Connect(Watched());
  broker_.End(absl::PermissionDeniedError("kicked"));
  EXPECT_TRUE(Eventually([&] { return remote->state() == ConnectionState::kLost; }));
  EXPECT_EQ(remote->loss(), LossReason::kEndedByBroker);
  EXPECT_THAT(remote->Require("counter"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("kicked")));
}

TEST_F(ConnectionEndTest, ABrokerThatStopsIsNoneThatEndsASession) {
  absl::StatusOr<Remote> remote = broker_.Connect(Watched());
  broker_.End(absl::UnavailableError("the broker is shutting down"), EndReason::kShutdown);
  EXPECT_TRUE(Eventually([&] { return remote->state() == ConnectionState::kLost; }));
  EXPECT_EQ(remote->loss(), LossReason::kBrokerStopped);
  EXPECT_THAT(remote->status(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                         HasSubstr("broker stopped: the broker is shutting down")));
}

// It was set after all watchers were told, so that the first found none.
TEST_F(ConnectionEndTest, WhoIsToldThatAnObjectWentWithItsSessionMayAskWhy) {
  constexpr int kWatchers = 50000;
  absl::StatusOr<Remote> remote = broker_.Connect();
  RemoteObject counter = *remote->Require("counter");
  std::atomic<int> told{0};
  std::atomic<int> told_why{0};
  std::vector<Subscription> watches;
  for (int i = 0; i < kWatchers; ++i) {
    watches.push_back(*counter.Watch([&](GoneReason) {
      if (remote->loss() == LossReason::kEndedByBroker) ++told_why;
      ++told;
    }));
  }
  // The thread of callbacks is at hand when the first of them is due.
  std::atomic<bool> at_hand{false};
  counter.CallAsync("increment").Then([&](const absl::StatusOr<Value>&) {
    at_hand = true;
    while (counter.gone() == GoneReason::kAlive) {
    }
  });
  EXPECT_TRUE(Eventually([&] { return at_hand.load(); }));
  broker_.End(absl::PermissionDeniedError("kicked"));
  EXPECT_TRUE(Eventually([&] { return told == kWatchers; }));
  EXPECT_EQ(told_why, kWatchers);
}

TEST_F(ConnectionEndTest, WhyTheBrokerEndedTheSessionIsToldApart) {
  const std::pair<EndReason, LossReason> reasons[] = {
      {EndReason::kLeaseExpired, LossReason::kLeaseExpired},
      {EndReason::kLimit, LossReason::kRefused},
      {EndReason::kViolation, LossReason::kRefused},
      {EndReason::kKicked, LossReason::kEndedByBroker},
      {EndReason::kShutdown, LossReason::kBrokerStopped}};
  for (auto [reason, loss] : reasons) {
    absl::StatusOr<Remote> remote = broker_.Connect();
    ASSERT_THAT(remote, IsOk());
    broker_.End(absl::FailedPreconditionError("over"), reason);
    EXPECT_TRUE(Eventually([&] { return remote->state() == ConnectionState::kLost; }));
    EXPECT_EQ(remote->loss(), loss) << EndReasonName(reason);
    EXPECT_THAT(remote->Require("counter"),
                StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("over")));
    broker_.Restart();
  }
}

TEST_F(ConnectionEndTest, CloseTellsTheBrokerAndFailsWhatIsPending) {
  absl::StatusOr<Remote> remote = broker_.Connect(Watched());
  RemoteObject counter = *remote->Require("counter");
  Future<> pending = counter.CallAsync("later");
  EXPECT_TRUE(Eventually([&] { return later_.size() == 1; }));
  EXPECT_THAT(remote->Close(), IsOk());
  EXPECT_TRUE(broker_.client_left());
  EXPECT_THAT(pending.Await(), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(remote->Close(), IsOk());
  EXPECT_EQ(remote->loss(), LossReason::kClosed);
  EXPECT_THAT(counter.Call("increment"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("closed")));
  later_.Clear();
}

TEST_F(ConnectionEndTest, ACallbackDroppedAfterCloseGoesWhereItIsDropped) {
  broker_.root().AddFunction("ignore", [](Args) { return Value(); });
  absl::StatusOr<Remote> remote = broker_.Connect();
  auto token = std::make_shared<int>();
  {
    Callback callback([token] {});
    ASSERT_THAT(remote->root().Call("ignore", callback), IsOk());
    EXPECT_THAT(remote->Close(), IsOk());
  }
  EXPECT_EQ(token.use_count(), 1);
}

TEST_F(ConnectionEndTest, WhatWasSentBeforeCloseArrives) {
  absl::StatusOr<Remote> remote = broker_.Connect();
  RemoteObject counter = *remote->Require("counter");
  for (int i = 0; i < 100; ++i) counter.Notify("increment");
  EXPECT_THAT(remote->Close(), IsOk());
  EXPECT_EQ(increments_, 100);
}

TEST_F(ConnectionEndTest, TheLastHandleEndsTheSession) {
  {
    absl::StatusOr<Remote> remote = broker_.Connect();
    RemoteObject counter = *remote->Require("counter");
    Remote copy = *remote;
  }
  EXPECT_TRUE(broker_.client_left());
}

TEST_F(ConnectionEndTest, TheLastHandleEndsASessionThatIsCutOff) {
  for (int i = 0; i < 50; ++i) {
    absl::StatusOr<Remote> remote = broker_.Connect(Watched());
    broker_.set_reachable(false);
    broker_.Cut();
    if (i % 2 == 0) {
      EXPECT_TRUE(Eventually([&] { return remote->state() == ConnectionState::kReconnecting; }));
    }
    remote = absl::CancelledError("gone");
    // Nothing of the program is called from here on.
    EXPECT_EQ(last_event().kind, ConnectionEvent::Kind::kLost);
    EXPECT_EQ(last_event().loss, LossReason::kClosed);
    broker_.set_reachable(true);
    broker_.Restart();
  }
}

TEST_F(ConnectionEndTest, AnObjectKeepsItsSessionWithoutARemote) {
  RemoteObject counter;
  {
    absl::StatusOr<Remote> remote = broker_.Connect();
    counter = *remote->Require("counter");
  }
  EXPECT_THAT(counter.Call<int>("increment"), IsOkAndHolds(1));
  counter.Release();
  EXPECT_TRUE(Eventually([&] { return broker_.client_left(); }));
}

TEST_F(ConnectionEndTest, TheLastHandleMayGoInACallback) {
  Value kept;
  broker_.root().AddFunction("keep", [&](Args args) -> absl::StatusOr<Value> {
    kept = args[0];
    return Value();
  });
  {
    absl::StatusOr<Remote> remote = broker_.Connect();
    auto holder = std::make_shared<Remote>(*remote);
    ASSERT_THAT(remote->root().Call("keep", Callback([holder]() mutable { holder.reset(); })),
                IsOk());
  }
  ASSERT_THAT(CallNow(*kept.AsObject(), "", {}), IsOk());
  EXPECT_TRUE(Eventually([&] { return broker_.client_left(); }));
  kept = Value();
}

TEST_F(ConnectionEndTest, CloseMayBeCalledInACallback) {
  Value kept;
  broker_.root().AddFunction("keep", [&](Args args) -> absl::StatusOr<Value> {
    kept = args[0];
    return Value();
  });
  absl::StatusOr<Remote> remote = broker_.Connect();
  std::atomic<bool> closed = false;
  Callback close([&] { closed = remote->Close().ok(); });
  ASSERT_THAT(remote->root().Call("keep", close), IsOk());
  ASSERT_THAT(CallNow(*kept.AsObject(), "", {}), IsOk());
  EXPECT_TRUE(Eventually([&] { return closed.load(); }));
  kept = Value();
}

TEST_F(ConnectionEndTest, AChildMadeByForkHasNoSessionAndLeavesItsParentsAlone) {
  std::optional<Remote> remote = *broker_.Connect();
  std::optional<RemoteObject> counter = *remote->Require("counter");
  std::optional<Pipeline> step = counter->Pipeline().Call("increment");
  ASSERT_THAT(step->Await(), IsOk());
  std::optional<Subscription> watch = *counter->Watch([](GoneReason) {});
  Future<> later = counter->CallAsync("later");
  pid_t child = fork();
  if (child == 0) {
    auto refused = [](const absl::Status& status) {
      return status.code() == absl::StatusCode::kFailedPrecondition;
    };
    bool good = refused(counter->Call("increment").status()) && refused(remote->Close()) &&
                remote->Poll() == 0 &&
                later.Await().status().code() == absl::StatusCode::kDeadlineExceeded;
    later.Cancel();
    watch.reset();
    step.reset();
    counter.reset();
    remote.reset();
    _exit(good ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_THAT(counter->Call("increment"), IsOkAndHolds(Value(2)));
  EXPECT_FALSE(later.ready());
  later_.Clear();
}

}  // namespace
}  // namespace hawser::tests
