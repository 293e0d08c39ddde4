// From the first byte of a connection to a module's code and back, over a real Unix socket.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/broker_harness.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

void AddMath(BrokerHarness& harness) {
  harness.AddModule("math", [](Module& module) {
    module.Function("add", [](int64_t a, int64_t b) { return a + b; });
  });
}

TEST(EndToEnd, ACallOverAUnixSocketReachesTheModuleAndItsAnswerComesBack) {
  BrokerHarness::Options options;
  options.listen = options.real_time = true;
  BrokerHarness harness(options);
  AddMath(harness);
  std::unique_ptr<TestClient> client = harness.ConnectSocket();
  absl::StatusOr<ObjectRef> math = client->Require("math");
  ASSERT_THAT(math, IsOk());
  EXPECT_THAT(client->Call(*math, "add", {1, 2}), IsOkAndHolds(Value(3)));
  EXPECT_THAT(client->Leave(), IsOk());
}

TEST(EndToEnd, TheSameInMemory) {
  BrokerHarness harness;
  AddMath(harness);
  std::unique_ptr<TestClient> client = harness.Connect();
  absl::StatusOr<ObjectRef> math = client->Require("math");
  ASSERT_THAT(math, IsOk());
  EXPECT_THAT(client->Call(*math, "add", {1, 2}), IsOkAndHolds(Value(3)));
}

}  // namespace
}  // namespace hawser::tests
