#include "broker/session/descriptor_budget.h"

#include "gtest/gtest.h"

namespace hawser::tests {
namespace {

using broker::BrokerLimits;
using broker::DescriptorBudget;

TEST(DescriptorBudget,
     WithDescriptorsInPlentyIsWhatTheLimitsSayAndAFewAreForRootAndTheBrokersUser) {
  BrokerLimits limits{.connections = 1000, .connections_per_uid = 100};
  DescriptorBudget budget = DescriptorBudget::Of(limits, 1 << 20);
  EXPECT_EQ(budget.connections, 1000u);
  EXPECT_EQ(budget.of_others, 984u);
  EXPECT_EQ(budget.per_user, 100u);
}

TEST(DescriptorBudget, WithFewDescriptorsIsWhatTheyAllowAndOneUserGetsHalfOfThem) {
  DescriptorBudget budget = DescriptorBudget::Of({}, 1024);
  EXPECT_EQ(budget.connections, (1024u - 64u) / 3);
  EXPECT_EQ(budget.of_others, budget.connections - 16);
  EXPECT_EQ(budget.per_user, budget.connections / 2);
}

TEST(DescriptorBudget, LeavesTheBrokerSomeOfItsOwnHoweverFewThereAre) {
  EXPECT_EQ(DescriptorBudget::Of({}, 16).connections, 4u);
  EXPECT_EQ(DescriptorBudget::Of({}, 16).per_user, 2u);
  EXPECT_EQ(DescriptorBudget::Of({}, 0).connections, 0u);
}

}  // namespace
}  // namespace hawser::tests
