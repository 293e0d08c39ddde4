#include "broker/config.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"

namespace hawser::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

ParsedConfig Parse(std::vector<std::string> words) {
  words.insert(words.begin(), "hawserd");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  return ParseCommandLine(static_cast<int>(argv.size()), argv.data());
}

// What is said of `words`, which must be wrong.
std::string Refused(const std::vector<std::string>& words) {
  ::testing::internal::CaptureStderr();
  ParsedConfig parsed = Parse(words);
  std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_FALSE(parsed.config.has_value());
  EXPECT_EQ(parsed.exit_code, 2);
  EXPECT_EQ(said.substr(0, 9), "hawserd: ");
  return said;
}

TEST(ConfigTest, EveryOptionIsTaken) {
  ParsedConfig parsed =
      Parse({"--listen", "unix:/tmp/a", "--listen", "/tmp/b", "--listen", "tcp:[::1]:0",
             "--insecure-tcp", "--plugin", "x.so", "--main", "/usr", "--lease-ttl", "2.5",
             "--drain", "0", "--log-level", "error", "--log-format", "json"});
  ASSERT_TRUE(parsed.config.has_value());
  EXPECT_THAT(parsed.config->sockets, ElementsAre("/tmp/a", "/tmp/b"));
  EXPECT_THAT(parsed.config->tcp, ElementsAre("[::1]:0"));
  EXPECT_THAT(parsed.config->plugins, ElementsAre("x.so"));
  EXPECT_EQ(parsed.config->main_dir, "/usr");
  EXPECT_EQ(parsed.config->lease_ttl, absl::Milliseconds(2500));
  EXPECT_EQ(parsed.config->drain, absl::ZeroDuration());
  EXPECT_EQ(parsed.config->log.level, base::LogLevel::kError);
  EXPECT_EQ(parsed.config->log.format, base::LogFormat::kJson);
}

TEST(ConfigTest, AValueThatIsWrongIsNamedWithWhatItShouldBe) {
  EXPECT_THAT(Refused({"--lease-ttl", "x"}), HasSubstr("--lease-ttl: 'x': expected seconds, 1 to"));
  EXPECT_THAT(Refused({"--lease-ttl", "0"}), HasSubstr("expected seconds, 1 to 600"));
  EXPECT_THAT(Refused({"--drain", "-1"}), HasSubstr("expected seconds, 0 to 86400"));
  EXPECT_THAT(Refused({"--log-level", "loud"}), HasSubstr("'loud': expected debug, info, warning"));
  EXPECT_THAT(Refused({"--log-format", "x"}), HasSubstr("expected text or json"));
  EXPECT_THAT(Refused({"--listen"}), HasSubstr("ADDRESS"));
  EXPECT_EQ(Refused({"--lisen", "x"}),
            "hawserd: there is no option --lisen\n  all options: hawserd --help\n");
  EXPECT_THAT(Refused({"--main", "/no/such"}), HasSubstr("/no/such: No such file or directory"));
  EXPECT_THAT(Refused({"--main", "/dev/null"}), HasSubstr("/dev/null: not a directory"));
  EXPECT_EQ(Refused({"word"}), "hawserd: 'word' is no option\n  all options: hawserd --help\n");
}

TEST(ConfigTest, AnAddressThatIsWrongIsNamedWithWhatItShouldBe) {
  EXPECT_THAT(Refused({"--listen", "bogus"}), HasSubstr("expected unix:PATH or tcp:HOST:PORT"));
  EXPECT_THAT(Refused({"--listen", "unix:"}), HasSubstr("the path is missing"));
  for (std::string address :
       {"tcp:1", "tcp::1", "tcp:host:", "tcp:host:x", "tcp:host:99999", "tcp:::1:1", "tcp:[]:1",
        "tcp:host:1x", "tcp:host:-1", "tcp:host:1 "}) {
    EXPECT_THAT(Refused({"--listen", address, "--insecure-tcp"}), HasSubstr("PORT up to 65535"));
  }
  EXPECT_THAT(Refused({"--listen", "tcp:host:1"}), HasSubstr("--insecure-tcp"));
}

TEST(ConfigTest, HelpSaysWhatEachOptionTakesInWords) {
  ::testing::internal::CaptureStdout();
  ParsedConfig parsed = Parse({"--help"});
  std::string help = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(parsed.exit_code, 0);
  EXPECT_THAT(help, HasSubstr("--lease-ttl SECONDS"));
  EXPECT_THAT(help, HasSubstr("--log-level LEVEL"));
  EXPECT_THAT(help, Not(HasSubstr("TEXT")));
  EXPECT_THAT(help, Not(HasSubstr("->")));
}

TEST(ConfigTest, HelpNamesTheSignalsAndWhatTheEnvironmentMaySay) {
  ::testing::internal::CaptureStdout();
  Parse({"--help"});
  std::string help = ::testing::internal::GetCapturedStdout();
  EXPECT_THAT(help, HasSubstr("SIGTERM, SIGINT and SIGHUP drain"));
  EXPECT_THAT(help, HasSubstr("Some options may also come from the environment: HAWSER_LISTEN"));
}

}  // namespace
}  // namespace hawser::broker
