#include "tools/cli/suggest.h"

#include <vector>

#include "gmock/gmock.h"

namespace hawser::cli {
namespace {

TEST(SuggestTest, CountsTheSlipsBetweenTwoWords) {
  EXPECT_EQ(Distance("", ""), 0);
  EXPECT_EQ(Distance("", "abc"), 3);
  EXPECT_EQ(Distance("counter", "countr"), 1);
  EXPECT_EQ(Distance("counter", "conuter"), 1) << "two letters swapped are one slip";
  EXPECT_EQ(Distance("Counter", "counter"), 0) << "capitals are no slip";
  EXPECT_EQ(Distance("kitten", "sitting"), 3);
}

TEST(SuggestTest, NamesWhatIsNearTheNearestFirst) {
  std::vector<std::string> names = {"list", "lease list", "wait", "watch", "tree"};
  EXPECT_EQ(DidYouMean("lst", names), "did you mean 'list'?");
  std::vector<std::string> near = {"resized", "resize"};
  EXPECT_EQ(DidYouMean("resise", near), "did you mean 'resize' or 'resized'?");
  EXPECT_EQ(DidYouMean("zebra", names), "");
}

TEST(SuggestTest, TheBeginningOfALongerNameIsNear) {
  std::vector<std::string> names = {"getCurrentWindow", "provide"};
  EXPECT_EQ(DidYouMean("getCurr", names), "did you mean 'getCurrentWindow'?");
}

TEST(SuggestTest, TheWordItselfIsNoSuggestion) {
  std::vector<std::string> names = {"counter", "Counter"};
  EXPECT_EQ(DidYouMean("counter", names), "did you mean 'Counter'?");
  EXPECT_EQ(DidYouMean("counter", std::vector<std::string>{"counter"}), "");
}

TEST(SuggestTest, NamesAtMostThreeAndEachOnce) {
  std::vector<std::string> names = {"aaa1", "aaa2", "aaa3", "aaa4", "aaa1"};
  EXPECT_EQ(DidYouMean("aaa", names), "did you mean 'aaa1', 'aaa2' or 'aaa3'?");
}

}  // namespace
}  // namespace hawser::cli
