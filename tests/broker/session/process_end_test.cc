// A client's process that is killed: its sessions end at once, over a real socket. The broker's
// clock stands still in these tests, so that no lease can be what ended them.

#include <signal.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/broker_harness.h"
#include "tests/support/child_process.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using ::testing::Each;
using ::testing::Field;
using ::testing::SizeIs;

class ProcessEndTest : public ::testing::Test {
 protected:
  ProcessEndTest() : harness_({.listen = true}) {
    harness_.AddModule("lab", [](Module& module) { module.Function("ping", [] { return 1; }); });
    client_.emplace("tests/broker/session/killable_client",
                    std::vector<std::string>{harness_.socket()});
    EXPECT_EQ(client_->ReadLine(), "attached");
  }

  size_t sessions() { return harness_.broker().sessions().size(); }
  size_t detached() {
    size_t count = 0;
    for (const auto& session : harness_.broker().sessions().All()) count += !session->attached();
    return count;
  }
  void ExpectBothExited() {
    EXPECT_TRUE(harness_.AwaitThat([&] { return sessions() == 0; }));
    harness_.Settle();
    EXPECT_THAT(harness_.broker().sessions().tombstones().List(0, 10),
                AllOf(SizeIs(2), Each(Field(&broker::Tombstone::reason, EndReason::kExited))));
    EXPECT_EQ(harness_.broker().objects().size(), 0u);
  }

  BrokerHarness harness_;
  std::optional<ChildProcess> client_;
};

TEST_F(ProcessEndTest, AKilledProcessEndsAllItsSessionsAtOnce) {
  ASSERT_EQ(sessions(), 2u);
  for (const auto& session : harness_.broker().sessions().All()) {
    EXPECT_EQ(session->info().pid(), client_->pid());
  }
  client_->Signal(SIGKILL);
  ExpectBothExited();
}

TEST_F(ProcessEndTest, SessionsWhoseConnectionsWereCutBeforeEndWithTheirProcess) {
  client_->Signal(SIGUSR1);
  ASSERT_EQ(client_->ReadLine(), "cut");
  ASSERT_TRUE(harness_.AwaitThat([&] { return detached() == 2; }));
  harness_.Settle();
  EXPECT_EQ(sessions(), 2u) << "the process lives and may come back";
  client_->Signal(SIGKILL);
  ExpectBothExited();
}

TEST_F(ProcessEndTest, OtherProcessesSessionsStay) {
  std::unique_ptr<TestClient> other = harness_.ConnectSocket();
  ObjectRef lab = other->Require("lab").value();
  client_->Signal(SIGKILL);
  EXPECT_TRUE(harness_.AwaitThat([&] { return sessions() == 1; }));
  EXPECT_THAT(other->Call(lab, "ping"), IsOkAndHolds(Value(1)));
}

}  // namespace
}  // namespace hawser::tests
