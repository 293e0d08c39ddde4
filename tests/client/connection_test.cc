#include <atomic>
#include <thread>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "hawser/remote.h"
#include "tests/client/connection_case.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/thread_limit.h"

namespace hawser::tests {
namespace {

using ::testing::HasSubstr;
using Kind = ConnectionEvent::Kind;

class ConnectionTest : public ConnectionCase {};

TEST_F(ConnectionTest, ConnectSendsWhoItIs) {
  absl::StatusOr<Remote> remote = broker_.Connect(
      {.attributes = {{"window", "7"}, {"name", "test"}}, .ttl = absl::Seconds(12)});
  ASSERT_THAT(remote, IsOk());
  wire::Attach attach = broker_.attaches().at(0);
  EXPECT_EQ(attach.session, remote->session_id());
  EXPECT_EQ(attach.attach, 1u);
  EXPECT_EQ(attach.epoch, 0u);
  EXPECT_EQ(attach.attributes["window"], "7");
  EXPECT_THAT(attach.attributes["program"], HasSubstr("connection_test"));
  EXPECT_EQ(remote->ttl(), absl::Seconds(12));
  EXPECT_EQ(remote->epoch(), Epoch(7));
  EXPECT_EQ(remote->broker_version(), "scripted");
  EXPECT_EQ(remote->state(), ConnectionState::kConnected);
  EXPECT_LT(remote->idle(), absl::Seconds(5));
}

TEST_F(ConnectionTest, NobodyThereIsUnavailableAtOnce) {
  broker_.set_reachable(false);
  EXPECT_THAT(broker_.Connect(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("nobody listens")));
}

TEST_F(ConnectionTest, ABrokerThatDoesNotAnswerIsADeadline) {
  broker_.set_answers(false);
  EXPECT_THAT(broker_.Connect({.connect_timeout = absl::Milliseconds(50)}),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(ConnectionTest, ConnectWaitsForTheBrokerIfAskedTo) {
  broker_.set_reachable(false);
  std::thread starter([&] {
    EXPECT_TRUE(Eventually([&] { return broker_.refused() > 0; }));
    broker_.set_reachable(true);
  });
  ConnectOptions options = Watched();
  options.wait_for_broker = true;
  EXPECT_THAT(broker_.Connect(options), IsOk());
  starter.join();
}

TEST_F(ConnectionTest, ALostConnectionIsResumedAndNothingIsLost) {
  absl::StatusOr<Remote> remote = broker_.Connect(Watched());
  ASSERT_THAT(remote, IsOk());
  RemoteObject counter = *remote->Require("counter");
  for (int i = 1; i <= 20; ++i) {
    if (i % 5 == 0) broker_.Cut();
    // Each runs exactly once, whenever the connection was cut.
    EXPECT_THAT(counter.Call<int>("increment"), IsOkAndHolds(i));
  }
  EXPECT_EQ(increments_, 20);
  EXPECT_EQ(remote->stats().connections, 5u);
  EXPECT_TRUE(Eventually([&] { return kinds().size() == 9; }));
  EXPECT_EQ(kinds()[0], Kind::kConnected);
  EXPECT_EQ(kinds()[1], Kind::kReconnecting);
  EXPECT_EQ(kinds()[2], Kind::kResumed);
  wire::Attach last = broker_.attaches().back();
  EXPECT_EQ(last.epoch, 7u);
  EXPECT_GT(last.ack, 0u);
  EXPECT_EQ(last.attach, 5u);
}

TEST_F(ConnectionTest, CallsWaitWhileTheBrokerIsOutOfReach) {
  absl::StatusOr<Remote> remote = broker_.Connect(Watched());
  RemoteObject counter = *remote->Require("counter");
  broker_.set_reachable(false);
  broker_.Cut();
  EXPECT_TRUE(Eventually([&] { return remote->state() == ConnectionState::kReconnecting; }));
  Future<int> later = counter.CallAsync<int>("increment");
  EXPECT_THAT(later.Await(absl::Milliseconds(20)), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(counter.With({.deadline = absl::Milliseconds(10)}).Call("increment"),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  broker_.set_reachable(true);
  EXPECT_THAT(later.Await(), IsOkAndHolds(1));
  EXPECT_EQ(remote->state(), ConnectionState::kConnected);
  // The one that was over in time was never started.
  EXPECT_THAT(counter.Call<int>("increment"), IsOkAndHolds(2));
}

TEST_F(ConnectionTest, TheLeaseIsOverEveryCallSaysSo) {
  absl::StatusOr<Remote> remote = broker_.Connect(Watched());
  RemoteObject counter = *remote->Require("counter");
  Future<> sent = counter.CallAsync("later");
  EXPECT_TRUE(Eventually([&] { return later_.size() == 1; }));
  broker_.set_reachable(false);
  broker_.Cut();
  EXPECT_TRUE(Eventually([&] { return remote->state() == ConnectionState::kReconnecting; }));
  Future<> waiting = counter.CallAsync("increment");
  broker_.set_next_outcome(wire::AttachReply::Outcome::kLeaseExpired);
  broker_.set_reachable(true);
  EXPECT_THAT(sent.Await(), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(waiting.Await(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("not sent")));
  EXPECT_THAT(counter.Call("increment"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("lease expired")));
  EXPECT_EQ(remote->state(), ConnectionState::kLost);
  EXPECT_EQ(remote->loss(), LossReason::kLeaseExpired);
  EXPECT_EQ(counter.gone(), GoneReason::kSessionEnded);
  ASSERT_TRUE(Eventually([&] { return kinds().size() == 3; }));
  ConnectionEvent lost = last_event();
  EXPECT_EQ(lost.kind, Kind::kLost);
  EXPECT_EQ(lost.loss, LossReason::kLeaseExpired);
  ASSERT_EQ(lost.lost_objects.size(), 1u);
  EXPECT_EQ(lost.lost_objects[0].class_name, "Counter");
  EXPECT_EQ(lost.lost_objects[0].id, counter.id());
  later_.Clear();
}

TEST_F(ConnectionTest, ARestartedBrokerIsAnotherOne) {
  absl::StatusOr<Remote> remote = broker_.Connect(Watched());
  RemoteObject counter = *remote->Require("counter");
  broker_.Restart();
  EXPECT_TRUE(Eventually([&] { return remote->state() == ConnectionState::kLost; }));
  EXPECT_EQ(remote->loss(), LossReason::kBrokerRestarted);
  EXPECT_THAT(remote->Require("counter"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("broker restarted")));
}

TEST_F(ConnectionTest, OutOfReachForATtlIsALostLease) {
  FakeClock clock;
  absl::StatusOr<Remote> remote =
      broker_.Connect(Watched({.ttl = absl::Seconds(30), .clock = &clock}));
  ASSERT_THAT(remote, IsOk());
  broker_.set_reachable(false);
  broker_.Cut();
  EXPECT_TRUE(Eventually([&] { return remote->state() == ConnectionState::kReconnecting; }));
  Future<> waiting = remote->root().CallAsync("later");
  clock.Advance(absl::Seconds(29));
  broker_.AwaitHousekeeping();
  EXPECT_EQ(remote->state(), ConnectionState::kReconnecting);
  clock.Advance(absl::Seconds(1));
  broker_.AwaitHousekeeping();
  EXPECT_EQ(remote->state(), ConnectionState::kLost);
  EXPECT_THAT(remote->status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("out of reach")));
  EXPECT_THAT(waiting.Await(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ConnectionTest, WithoutReconnectALostConnectionEndsTheSession) {
  absl::StatusOr<Remote> remote = broker_.Connect({.reconnect = false});
  RemoteObject counter = *remote->Require("counter");
  Future<> sent = counter.CallAsync("later");
  EXPECT_TRUE(Eventually([&] { return later_.size() == 1; }));
  broker_.Cut();
  EXPECT_THAT(sent.Await(), StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(remote->loss(), LossReason::kDisconnected);
  later_.Clear();
}

TEST_F(ConnectionTest, APolicyThatRefusesIsFinal) {
  absl::StatusOr<Remote> remote = broker_.Connect(Watched());
  broker_.Cut(absl::PermissionDeniedError("user 7 may not attach"));
  EXPECT_TRUE(Eventually([&] { return remote->state() == ConnectionState::kLost; }));
  EXPECT_EQ(remote->loss(), LossReason::kRefused);
  EXPECT_THAT(remote->status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("user 7")));
}

TEST_F(ConnectionTest, AnIdleSessionSendsHeartbeats) {
  FakeClock clock;
  absl::StatusOr<Remote> remote = broker_.Connect({.ttl = absl::Seconds(9), .clock = &clock});
  for (int i = 0; i < 3; ++i) {
    size_t before = broker_.packets_received();
    clock.Advance(absl::Seconds(2));
    broker_.AwaitHousekeeping();
    EXPECT_EQ(broker_.packets_received() - before, 0u);
    clock.Advance(absl::Seconds(1));
    broker_.AwaitHousekeeping();
    EXPECT_EQ(broker_.packets_received() - before, 1u) << "three in each term of the lease";
  }
}

TEST_F(ConnectionTest, AConnectionThatFellSilentIsReplacedInsideTheLeaseAndEachCallAnsweredOnce) {
  FakeClock clock;
  absl::StatusOr<Remote> remote =
      broker_.Connect(Watched({.ttl = absl::Seconds(12), .clock = &clock}));
  RemoteObject counter = *remote->Require("counter");
  EXPECT_THAT(counter.Call<int>("increment"), IsOkAndHolds(1));
  broker_.AwaitHousekeeping();
  broker_.Silence();
  Future<int> waiting = counter.CallAsync<int>("increment");
  for (int i = 0; i < 4; ++i) {
    clock.Advance(absl::Seconds(2));
    broker_.AwaitHousekeeping();
    EXPECT_EQ(remote->stats().connections, 1u) << "the time for answers is not over";
  }
  EXPECT_THAT(waiting.Await(absl::ZeroDuration()), StatusIs(absl::StatusCode::kDeadlineExceeded));
  // What came meanwhile is read first.
  clock.Advance(absl::Milliseconds(20));
  EXPECT_THAT(waiting.Await(), IsOkAndHolds(2));
  EXPECT_EQ(increments_, 2);
  EXPECT_EQ(remote->stats().connections, 2u);
  ASSERT_TRUE(Eventually([&] { return kinds().size() == 3; }));
  EXPECT_EQ(kinds()[1], Kind::kReconnecting);
  EXPECT_EQ(kinds()[2], Kind::kResumed);
}

TEST_F(ConnectionTest, WhyASilentConnectionWasGivenUpIsTold) {
  FakeClock clock;
  absl::StatusOr<Remote> remote =
      broker_.Connect({.ttl = absl::Seconds(12), .reconnect = false, .clock = &clock});
  ASSERT_THAT(remote, IsOk());
  broker_.AwaitHousekeeping();
  broker_.Silence();
  for (absl::Duration step : {absl::Seconds(4), absl::Seconds(4), absl::Seconds(1)}) {
    clock.Advance(step);
    broker_.AwaitHousekeeping();
  }
  EXPECT_EQ(remote->loss(), LossReason::kDisconnected);
  EXPECT_THAT(remote->status(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                         HasSubstr("the broker was silent for 9s")));
}

TEST_F(ConnectionTest, AConnectionOfAnIdleOrABusyProgramIsNotTakenForDead) {
  FakeClock clock;
  absl::StatusOr<Remote> remote = broker_.Connect({.ttl = absl::Seconds(12), .clock = &clock});
  RemoteObject counter = *remote->Require("counter");
  for (int i = 0; i < 40; ++i) {
    clock.Advance(absl::Seconds(1));
    broker_.AwaitHousekeeping();
  }
  for (int i = 1; i <= 40; ++i) {
    clock.Advance(absl::Seconds(1));
    EXPECT_THAT(counter.Call<int>("increment"), IsOkAndHolds(i));
    broker_.AwaitHousekeeping();
  }
  EXPECT_EQ(remote->stats().connections, 1u);
}

TEST_F(ConnectionTest, AProgramThatWasStoppedItselfReadsWhatCameMeanwhileBeforeItJudges) {
  FakeClock clock;
  absl::StatusOr<Remote> remote = broker_.Connect({.ttl = absl::Seconds(12), .clock = &clock});
  ASSERT_THAT(remote, IsOk());
  for (int i = 0; i < 3; ++i) {
    // It asks, and is stopped until long after the answer should have been there.
    broker_.AwaitHousekeeping();
    broker_.set_holding(true);
    clock.Advance(absl::Seconds(4));
    broker_.AwaitHousekeeping();
    clock.Advance(absl::Seconds(7));
    broker_.AwaitHousekeeping();
    broker_.set_holding(false);
    clock.Advance(absl::Seconds(1));
    broker_.AwaitHousekeeping();
    // Stopped before it had asked.
    clock.Advance(absl::Seconds(11));
    broker_.AwaitHousekeeping();
  }
  EXPECT_EQ(remote->stats().connections, 1u);
}

TEST_F(ConnectionTest, AManualSessionIsToldNothingForLongAndNotTakenForDead) {
  FakeClock clock;
  absl::StatusOr<Remote> remote = broker_.Connect(
      {.ttl = absl::Seconds(12), .heartbeat = ConnectOptions::Heartbeat::kManual, .clock = &clock});
  ASSERT_THAT(remote, IsOk());
  for (int i = 0; i < 11; ++i) {
    clock.Advance(absl::Seconds(1));
    broker_.AwaitHousekeeping();
  }
  EXPECT_EQ(remote->stats().connections, 1u);
}

TEST_F(ConnectionTest, AManualSessionSendsNothingOfItself) {
  FakeClock clock;
  absl::StatusOr<Remote> remote = broker_.Connect(
      {.ttl = absl::Seconds(9), .heartbeat = ConnectOptions::Heartbeat::kManual, .clock = &clock});
  ASSERT_THAT(remote, IsOk());
  RemoteObject counter = *remote->Require("counter");
  broker_.AwaitHousekeeping();
  size_t before = broker_.packets_received();
  counter.Release();  // would otherwise be told at once
  clock.Advance(absl::Seconds(8));
  broker_.AwaitHousekeeping();
  EXPECT_EQ(broker_.packets_received(), before);
  remote->Poll();
  EXPECT_TRUE(Eventually([&] { return broker_.packets_received() > before; }));
  EXPECT_TRUE(Eventually([&] { return broker_.exports() == 0; }));
  // A call that takes its time renews as well.
  before = broker_.packets_received();
  counter = *remote->Require("counter");
  std::thread caller([&] {
    EXPECT_THAT(counter.With({.deadline = absl::Seconds(10)}).Call("later"),
                StatusIs(absl::StatusCode::kDeadlineExceeded));
  });
  EXPECT_TRUE(Eventually([&] { return later_.size() == 1; }));
  for (int i = 0; i < 3; ++i) {
    size_t sent = broker_.packets_received();
    clock.Advance(absl::Seconds(3));
    broker_.AwaitHousekeeping();
    EXPECT_EQ(broker_.packets_received() - sent, 1u);
  }
  clock.Advance(absl::Seconds(3));
  broker_.AwaitHousekeeping();
  caller.join();
  later_.Clear();
}

TEST_F(ConnectionTest, WhatAManualSessionHeldBackLeavesWhenItIsClosed) {
  broker_.root().AddFunction(
      "make", [](Args) -> absl::StatusOr<Value> { return Value(MakeRef<ScriptedObject>()); });
  absl::StatusOr<Remote> remote =
      broker_.Connect({.heartbeat = ConnectOptions::Heartbeat::kManual});
  RemoteObject first = *remote->root().Call<RemoteObject>("make");
  RemoteObject second = *remote->root().Call<RemoteObject>("make");
  // The first release waits in the transport, the second behind it.
  first.Release();
  EXPECT_TRUE(Eventually([&] { return remote->stats().remote_objects == 1; }));
  second.Release();
  EXPECT_TRUE(Eventually([&] { return remote->stats().remote_objects == 0; }));
  absl::Time start = absl::Now();
  EXPECT_THAT(remote->Close(absl::Seconds(30)), IsOk());
  EXPECT_LT(absl::Now() - start, absl::Seconds(20)) << "not the whole time it may take";
  EXPECT_TRUE(broker_.client_left());
}

TEST_F(ConnectionTest, ConnectAgainMakesANewSession) {
  absl::StatusOr<Remote> remote = broker_.Connect();
  EXPECT_THAT(remote->Close(), IsOk());
  // Of "memory" there is no way to connect but the test's.
  EXPECT_THAT(remote->ConnectAgain(), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Remote::Connect("carrier pigeon"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Remote::Connect("tcp:nowhere"), StatusIs(absl::StatusCode::kInvalidArgument));
  // Taken for other ports elsewhere.
  for (std::string_view wrong : {"tcp:host:99999", "tcp:host:-1", "tcp:host:0", "tcp:host:12a",
                                 "tcp:host:1 ", "tcp:[::1]", "tcp:::1:4711"}) {
    EXPECT_THAT(Remote::Connect(wrong), StatusIs(absl::StatusCode::kInvalidArgument)) << wrong;
  }
  EXPECT_THAT(Remote::Connect("unix:"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Remote::Connect("unix:/x", {.ttl = absl::Hours(1)}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("ttl")));
}

TEST_F(ConnectionTest, NobodyAtASocketIsUnavailable) {
  EXPECT_THAT(Remote::Connect("unix:/tmp/hawser-nobody-is-here.sock"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("hawser-nobody-is-here")));
  EXPECT_THAT(Remote::Connect("/tmp/hawser-nobody-is-here.sock"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("hawser-nobody-is-here")));
  EXPECT_THAT(Remote::Connect("tcp:127.0.0.1:1"), StatusIs(absl::StatusCode::kUnavailable));
}

// A program that connects again when it is told of a loss would be told of one by each attempt.
TEST_F(ConnectionTest, OfASessionThatDidNotComeAboutNothingIsTold) {
  std::atomic<int> told = 0;
  std::atomic<bool> drained = false;
  {
    // Dropped once everything that was to be told has been.
    std::shared_ptr<void> last(nullptr, [&drained](void*) { drained = true; });
    EXPECT_THAT(
        Remote::Connect("unix:/tmp/hawser-nobody-is-here.sock",
                        {.on_connection = [&told, last](const ConnectionEvent&) { ++told; }}),
        StatusIs(absl::StatusCode::kUnavailable));
  }
  EXPECT_TRUE(Eventually([&] { return drained.load(); }));
  EXPECT_EQ(told, 0);
}

TEST_F(ConnectionTest, ASessionThatCanHaveNoThreadIsRefused) {
  {
    ThreadLimit limit;
    EXPECT_THAT(broker_.Connect(), StatusIs(absl::StatusCode::kResourceExhausted));
  }
  EXPECT_THAT(broker_.Connect(), IsOk());
}

}  // namespace
}  // namespace hawser::tests
