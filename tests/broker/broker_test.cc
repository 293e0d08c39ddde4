// The broker as a whole: how it ends.

#include "broker/broker.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <thread>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/broker_harness.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using absl::StatusCode;

class Widget : public ModuleObject {};

class BrokerTest : public ::testing::Test {
 protected:
  // A module that says when it is unloaded.
  void AddModule(const std::string& name) {
    harness_.AddModule(name, [this, name](Module& module) {
      module.Class<Widget>("Widget").Constructor<>();
      module.Function("make", [&module] { return module.Make<Widget>(); });
      module.Function("later", [this](LateReply reply) { later_.push_back(std::move(reply)); });
      module.OnUnload([this, name] {
        base::MutexLock lock(mu_);
        unloaded_.push_back(name);
      });
    });
    modules_[name] = harness_.broker().modules().modules()->back();
  }
  bool IsDestroyed(const std::string& name) { return modules_[name].expired(); }

  std::vector<LateReply> later_;
  // Modules end side by side.
  base::Mutex mu_;
  std::vector<std::string> unloaded_ HAWSER_GUARDED_BY(mu_);
  std::map<std::string, std::weak_ptr<HostedModule>> modules_;
  BrokerHarness harness_;
};

TEST_F(BrokerTest, AModuleWhoseObjectIsStillHeldKeepsNoOtherFromBeingUnloaded) {
  for (const char* name : {"first", "pinned", "last"}) AddModule(name);
  // Held inside the process, where no session's end releases it.
  Value module = harness_.broker().modules().Require("pinned").value().exports;
  std::unique_ptr<TestClient> client = harness_.Connect();
  ObjectRef pinned = client->Require("pinned").value();
  ASSERT_THAT(client->Call(pinned, "make"), IsOk());
  ObjectRef widget;
  {
    // The last object that was made, by the id it was given.
    uint64_t next = 0;
    for (const auto& [object, info] : harness_.broker().objects().Page(0, 100, &next)) {
      if (object->shape()->name() == "Widget" && object->shape()->kind() == ObjectKind::kObject) {
        widget = object;
      }
    }
  }
  client = nullptr;
  EXPECT_FALSE(harness_.broker().Stop(absl::ZeroDuration())) << "code of one is still needed";
  base::MutexLock lock(mu_);
  EXPECT_THAT(unloaded_, ::testing::UnorderedElementsAre("first", "pinned", "last"));
  EXPECT_TRUE(IsDestroyed("first"));
  EXPECT_TRUE(IsDestroyed("last"));
  EXPECT_FALSE(IsDestroyed("pinned"));
  module = Value();
  widget = nullptr;
  harness_.Settle();
}

TEST_F(BrokerTest, ADrainLetsCallsInWorkEndAndTakesNoOthers) {
  AddModule("lab");
  std::unique_ptr<TestClient> client = harness_.Connect();
  ObjectRef lab = client->Require("lab").value();
  auto outcome = std::make_shared<std::optional<Outcome>>();
  client->Start(lab, Op::kCall, "later", {}, outcome);
  client->Pump();
  harness_.Settle();
  ASSERT_EQ(later_.size(), 1u);
  std::thread stopper([&] { EXPECT_TRUE(harness_.broker().Stop(kPatience)); });
  ASSERT_TRUE(harness_.AwaitThat(
      [&] { return client->Call(lab, "make").status().code() == StatusCode::kUnavailable; }));
  EXPECT_EQ(harness_.broker().state(), broker::Broker::State::kDraining);
  TestClient late;
  EXPECT_THAT(late.Attach(harness_.OpenPipe()), StatusIs(StatusCode::kUnavailable));
  later_[0].Return("done");
  EXPECT_TRUE(client->AwaitThat([&] { return outcome->has_value(); }));
  EXPECT_THAT((*std::move(*outcome)).ToStatusOr(), IsOkAndHolds(Value("done")));
  stopper.join();
  EXPECT_TRUE(client->AwaitThat([&] { return client->ended(); }));
  EXPECT_THAT(client->end_status(), StatusIs(StatusCode::kUnavailable));
}

TEST_F(BrokerTest, WhatADrainDoesNotWaitForAnyLongerIsAborted) {
  AddModule("lab");
  std::unique_ptr<TestClient> client = harness_.Connect();
  ObjectRef lab = client->Require("lab").value();
  auto outcome = std::make_shared<std::optional<Outcome>>();
  client->Start(lab, Op::kCall, "later", {}, outcome);
  client->Pump();
  harness_.Settle();
  harness_.broker().Stop(absl::Milliseconds(20));
  EXPECT_TRUE(client->AwaitThat([&] { return outcome->has_value(); }));
  EXPECT_THAT((*std::move(*outcome)).ToStatusOr(), StatusIs(StatusCode::kAborted));
  later_.clear();
}

TEST(BrokerThreads, AModuleThatBlocksAllItIsGivenDoesNotStandInTheWayOfOthers) {
  absl::Notification go_on;
  std::atomic<int> inside{0};
  BrokerHarness::Options options;
  options.limits.pool_threads = 2;
  options.limits.pool_threads_max = 6;
  BrokerHarness harness(options);
  harness.AddModule("swamp", [&](Module& module) {
    module.Concurrency(Concurrency::kFree);
    module.Function("wait", [&] {
      ++inside;
      go_on.WaitForNotification();
    });
  });
  harness.AddModule("tools", [](Module& module) {
    module.Function("add", [](int64_t a, int64_t b) { return a + b; });
  });
  auto flood = harness.Connect();
  ObjectRef swamp = flood->Require("swamp").value();
  std::vector<std::shared_ptr<std::optional<Outcome>>> outcomes;
  for (int i = 0; i < 20; ++i) {
    outcomes.push_back(std::make_shared<std::optional<Outcome>>());
    flood->Start(swamp, Op::kCall, "wait", {}, outcomes.back());
  }
  flood->Pump();
  // Half of the four threads that are not kept for others.
  EXPECT_TRUE(harness.AwaitThat([&] { return inside == 2; }));

  auto other = harness.Connect();
  absl::StatusOr<ObjectRef> tools = other->Require("tools");
  ASSERT_THAT(tools, IsOk());
  EXPECT_THAT(other->Call(*tools, "add", {1, 2}), IsOkAndHolds(Value(3)));
  EXPECT_EQ(inside, 2);

  go_on.Notify();
  for (const auto& outcome : outcomes)
    EXPECT_TRUE(flood->AwaitThat([&] { return outcome->has_value(); }));
}

// A connected client of the socket, which says nothing yet.
broker::UniqueFd ConnectTo(const std::string& path) {
  broker::UniqueFd client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, path.c_str(), path.size());
  EXPECT_EQ(connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  return client;
}

TEST(BrokerBeforeItServes, HasItsSocketAndLetsNobodyIn) {
  BrokerHarness::Options options;
  options.listen = true;
  options.serve = false;
  BrokerHarness harness(options);
  EXPECT_THAT(broker::UnixSocket::Listen(harness.socket_path()),
              StatusIs(StatusCode::kAlreadyExists));
  broker::UniqueFd early = ConnectTo(harness.socket_path());
  harness.broker().control().RunAndWait([] {});
  EXPECT_EQ(harness.broker().peers().size(), 0u);
  harness.AddModule("tools", [](Module& module) { module.Constant("answer", 42); });
  harness.broker().Serve();
  EXPECT_TRUE(harness.AwaitThat([&] { return harness.broker().peers().size() == 1; }));
  EXPECT_THAT(harness.ConnectSocket()->Require("tools"), IsOk());
}

TEST(BrokerBeforeItServes, IsStoppedLikeAnyOther) {
  BrokerHarness::Options options;
  options.listen = true;
  options.serve = false;
  BrokerHarness harness(options);
  EXPECT_TRUE(harness.broker().Stop(absl::ZeroDuration()));
  EXPECT_THAT(broker::UnixSocket::Listen(harness.socket_path()), IsOk());
}

}  // namespace
}  // namespace hawser::tests
