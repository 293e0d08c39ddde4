#include "broker/load_plugins.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/function.h"

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

TEST_F(CheckPluginDeathTest, AnObjectInAStaticOfThePluginGoesWithTheProcess) {
  EXPECT_EXIT(std::exit(CheckPlugin(Broken("keeps_static"))), ExitedWithCode(0), "");
  EXPECT_EXIT(std::exit(CheckPlugin(Broken("keeps_static_and_fails"))), ExitedWithCode(1),
              "config missing");
}

TEST(LoadPlugins, ObjectsInStaticsOfPluginsThatAreRefusedEndNobody) {
  std::unique_ptr<Broker> broker = *Broker::Start({});
  std::string fails = Broken("keeps_static_and_fails");
  std::string keeps = Broken("keeps_static");
  // The second time its name is taken.
  EXPECT_EQ(LoadPlugins(*broker, {fails, keeps, keeps, fails}, {}), 3);
  EXPECT_EQ(broker->refused_plugins().size(), 2u);  // by file
}

// Each attempt would cost memory and lines in the log, and any client may make any number.
TEST(LoadPlugins, AFileThatWasRefusedIsNotTriedAgainUntilItChangesByWhateverPathItIsAskedFor) {
  const char* folder = getenv("TEST_TMPDIR");
  ASSERT_NE(folder, nullptr);
  std::filesystem::path file = std::filesystem::path(folder) / "late.so";
  std::filesystem::path alias = std::filesystem::path(folder) / "." / "late.so";
  std::ofstream(file) << "no library";
  std::unique_ptr<Broker> broker = *Broker::Start({});
  EXPECT_EQ(LoadPlugins(*broker, {file.string()}, {}), 1);
  ASSERT_EQ(broker->refused_plugins().size(), 1u);
  absl::Time first = broker->refused_plugins()[0].when;
  EXPECT_EQ(LoadPlugins(*broker, {file.string(), alias.string()}, {}), 2);
  ASSERT_EQ(broker->refused_plugins().size(), 1u);
  EXPECT_EQ(broker->refused_plugins()[0].when, first);
  std::filesystem::remove(file);
  std::filesystem::copy_file("plugins/counter/counter.so", file);
  EXPECT_EQ(LoadPlugins(*broker, {alias.string()}, {}), 0);
}

TEST(LoadPlugins, AFileWhoseNameASessionHasIsTriedAgainWhenThatOneHasEnded) {
  std::unique_ptr<Broker> broker = *Broker::Start({});
  SessionId session = SessionId::Random();
  ObjectRef object = MakeFunction([](Args) { return Value(); }, {});
  ASSERT_TRUE(broker->modules().AddProvided("counter", object, session, 1).ok());
  EXPECT_EQ(LoadPlugins(*broker, {"plugins/counter/counter.so"}, {}), 1);
  ASSERT_EQ(broker->refused_plugins().size(), 1u);
  EXPECT_TRUE(absl::IsUnavailable(broker->refused_plugins()[0].why));
  broker->modules().RemoveProvided(session);
  EXPECT_EQ(LoadPlugins(*broker, {"plugins/counter/counter.so"}, {}), 0);
}

}  // namespace
}  // namespace hawser::broker
