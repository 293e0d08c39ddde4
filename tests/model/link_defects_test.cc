// The model test is itself tested: each rule broken on purpose must be noticed.

#include "gtest/gtest.h"
#include "proto/link/defect.h"
#include "tests/model/link_world.h"

namespace hawser::tests {
namespace {

using link::Defect;

// The failure a planted defect leads to in the first of `worlds` worlds that notices; empty if none
// does.
std::string FailureWith(Defect defect, int worlds = 400) {
  link::planted_defect = defect;
  std::string failure;
  for (int seed = 1; seed <= worlds && failure.empty(); ++seed) {
    LinkWorld world(static_cast<uint64_t>(seed));
    world.Run(600);
    failure = world.failure();
    if (!failure.empty()) std::cout << "noticed in world " << seed << ": " << failure << "\n";
  }
  link::planted_defect = Defect::kNone;
  return failure;
}

TEST(LinkDefectsTest, WithoutADefectNothingIsNoticed) {
  EXPECT_EQ(FailureWith(Defect::kNone, 200), "");
}
TEST(LinkDefectsTest, FreeingOnTheFirstReleaseIsNoticed) {
  EXPECT_NE(FailureWith(Defect::kFreeOnFirstRelease), "");
}
TEST(LinkDefectsTest, LookingUpHandlesBeforeNumberingIsNoticed) {
  EXPECT_NE(FailureWith(Defect::kHandleBeforeNumber), "");
}
TEST(LinkDefectsTest, NotLookingForANewerProxyAtReleaseIsNoticed) {
  EXPECT_NE(FailureWith(Defect::kNoRecheckAtRelease), "");
}
TEST(LinkDefectsTest, DroppingALateReturnUnreadIsNoticed) {
  EXPECT_NE(FailureWith(Defect::kLateReturnUnread), "");
}
TEST(LinkDefectsTest, CountingSendsAgainstOneReleaseIsNoticed) {
  EXPECT_NE(FailureWith(Defect::kCountPerSend), "");
}
TEST(LinkDefectsTest, ReplayWithoutFencingIsNoticed) {
  EXPECT_NE(FailureWith(Defect::kReplayWithoutFencing), "");
}

}  // namespace
}  // namespace hawser::tests
