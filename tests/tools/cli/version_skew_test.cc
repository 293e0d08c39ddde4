#include "tools/cli/version_skew.h"

#include "gtest/gtest.h"

namespace hawser::cli {
namespace {

TEST(VersionSkewTest, BeforeOneTheFirstTwoNumbersMustBeTheSame) {
  EXPECT_FALSE(IsSkewed("0.1.0", "hawserd 0.1.0"));
  EXPECT_FALSE(IsSkewed("0.1.0", "hawserd 0.1.17"));
  EXPECT_TRUE(IsSkewed("0.1.0", "hawserd 0.2.0"));
  EXPECT_TRUE(IsSkewed("0.1.0", "hawserd 0.10.0"));
  EXPECT_TRUE(IsSkewed("0.1.0", "hawserd 1.1.0"));
}

TEST(VersionSkewTest, FromOneOnTheFirstNumberDecides) {
  EXPECT_FALSE(IsSkewed("1.0.0", "hawserd 1.4.2"));
  EXPECT_TRUE(IsSkewed("1.0.0", "hawserd 2.0.0"));
  EXPECT_TRUE(IsSkewed("1.0.0", "hawserd 0.9.0"));
}

TEST(VersionSkewTest, OfWhatIsNoVersionOfHawserdNothingIsKnown) {
  EXPECT_FALSE(IsSkewed("0.1.0", ""));
  EXPECT_FALSE(IsSkewed("0.1.0", "hawserd "));
  EXPECT_FALSE(IsSkewed("0.1.0", "hawserd built by me"));
  EXPECT_FALSE(IsSkewed("0.1.0", "another 3.0.0"));
}

}  // namespace
}  // namespace hawser::cli
