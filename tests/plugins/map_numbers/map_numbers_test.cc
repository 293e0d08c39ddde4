#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/testing/module_harness.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::hawser::testing::ModuleHarness;
using ::hawser::testing::TestCallback;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::ElementsAre;

TEST(MapNumbers, ACallbackOfAClientGivesUndefinedThreeTimesAndRunsAfterwards) {
  ModuleHarness harness;
  std::vector<int64_t> mapped;
  TestCallback mapper =
      harness.Callback([&mapped](Args args) { mapped.push_back(args[0].AsInt() + 1); });
  EXPECT_THAT(harness.Call("withRendererCallback", mapper),
              IsOkAndHolds(Value(Array{Undefined(), Undefined(), Undefined()})));
  EXPECT_THAT(mapped, ElementsAre(2, 3, 4));
  EXPECT_FALSE(mapper.held());
}

TEST(MapNumbers, ACallbackOfItsOwnGivesItsResults) {
  ModuleHarness harness;
  EXPECT_THAT(harness.Call("withLocalCallback"), IsOkAndHolds(Value(Array{2, 3, 4})));
}

TEST(MapNumbers, WhatIsNoFunctionIsRefused) {
  ModuleHarness harness;
  EXPECT_THAT(
      harness.Call("withRendererCallback", 5),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "map_numbers.withRendererCallback: argument 1: expected function, got integer"));
}

}  // namespace
}  // namespace hawser
