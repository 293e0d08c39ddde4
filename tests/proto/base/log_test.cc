#include "hawser/base/log.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace hawser::base {
namespace {

using ::hawser::tests::IsOk;
using ::hawser::tests::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

std::string TempFile(const std::string& name) { return ::testing::TempDir() + "/" + name; }

std::vector<std::string> Lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

class LogTest : public ::testing::Test {
 protected:
  ~LogTest() override { EXPECT_THAT(ConfigureLog({}), IsOk()); }
};

TEST_F(LogTest, ALineSaysWhenHowImportantAndWhat) {
  const std::string path = TempFile("text");
  ASSERT_THAT(ConfigureLog({.file = path}), IsOk());
  Log(LogLevel::kWarning, "plugin refused", {{"plugin", "window"}, {"abi", 3}});
  EXPECT_THAT(Lines(path),
              ElementsAre(MatchesRegex(
                  "time=[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+\\.[0-9]+Z level=warning "
                  "event=\"plugin refused\" plugin=window abi=3")));
}

TEST_F(LogTest, JsonLinesAreObjects) {
  const std::string path = TempFile("json");
  ASSERT_THAT(ConfigureLog({.format = LogFormat::kJson, .file = path}), IsOk());
  Log(LogLevel::kInfo, "started", {{"pid", 12}});
  EXPECT_THAT(Lines(path),
              ElementsAre(MatchesRegex(
                  R"(\{"time":"[^"]+Z","level":"info","event":"started","pid":12\})")));
}

TEST_F(LogTest, LevelsBelowTheConfiguredOneAreNotWritten) {
  const std::string path = TempFile("levels");
  ASSERT_THAT(ConfigureLog({.level = LogLevel::kWarning, .file = path}), IsOk());
  EXPECT_FALSE(LogEnabled(LogLevel::kInfo));
  EXPECT_TRUE(LogEnabled(LogLevel::kError));
  Log(LogLevel::kInfo, "not written");
  Log(LogLevel::kError, "written");
  EXPECT_THAT(Lines(path), ElementsAre(HasSubstr("event=written")));
}

TEST_F(LogTest, OffMeansSilence) {
  const std::string path = TempFile("off");
  ASSERT_THAT(ConfigureLog({.level = LogLevel::kOff, .file = path}), IsOk());
  Log(LogLevel::kError, "not written");
  EXPECT_THAT(Lines(path), ElementsAre());
}

TEST_F(LogTest, BracesAndPercentSignsInValuesAreNoFormat) {
  const std::string path = TempFile("format");
  ASSERT_THAT(ConfigureLog({.file = path}), IsOk());
  Log(LogLevel::kInfo, "{} %v", {{"value", "{0}%n"}});
  EXPECT_THAT(Lines(path), ElementsAre(HasSubstr("event=\"{} %v\" value={0}%n")));
}

TEST_F(LogTest, AFileThatCannotBeOpenedIsAnErrorAndChangesNothing) {
  const std::string path = TempFile("kept");
  ASSERT_THAT(ConfigureLog({.file = path}), IsOk());
  const std::string not_a_folder = path + "/log";
  EXPECT_THAT(ConfigureLog({.level = LogLevel::kOff, .file = not_a_folder}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(not_a_folder)));
  Log(LogLevel::kInfo, "still here");
  EXPECT_THAT(Lines(path), ElementsAre(HasSubstr("event=\"still here\"")));
}

TEST_F(LogTest, LinesOfManyThreadsStayWholeWhileTheFileIsReopened) {
  const std::string path = TempFile("threads");
  ASSERT_THAT(ConfigureLog({.file = path}), IsOk());
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([thread] {
      for (int i = 0; i < 100; ++i) Log(LogLevel::kInfo, "tick", {{"thread", thread}, {"i", i}});
    });
  }
  for (int i = 0; i < 10; ++i) EXPECT_THAT(ConfigureLog({.file = path}), IsOk());
  for (std::thread& thread : threads) thread.join();
  const std::vector<std::string> lines = Lines(path);
  EXPECT_EQ(lines.size(), 400u);
  EXPECT_THAT(lines, ::testing::Each(
                         MatchesRegex("time=[^ ]+ level=info event=tick thread=[0-9] i=[0-9]+")));
}

}  // namespace
}  // namespace hawser::base
