#include "broker/load_plugins.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hawser::broker {
namespace {

using ::testing::ExitedWithCode;

std::string Broken(const std::string& name) {
  return "tests/testdata/plugins/broken/" + name + ".so";
}

class CheckPluginDeathTest : public ::testing::Test {
 protected:
  CheckPluginDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(CheckPluginDeathTest, APluginThatEndsTheProcessIsRefusedByNameWhateverItsExitCode) {
  EXPECT_EXIT(CheckPlugin(Broken("exits")), ExitedWithCode(1),
              "exits.so ended the process that loaded it: a plugin must not call exit");
}

TEST(CheckPlugin, APluginThatIsRefusedIsTheExitCode) {
  EXPECT_EQ(CheckPlugin(Broken("create_fails")), 1);
  EXPECT_EQ(CheckPlugin("plugins/counter/counter.so"), 0);
}

}  // namespace
}  // namespace hawser::broker
