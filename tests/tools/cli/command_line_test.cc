#include "tools/cli/command_line.h"

#include <sstream>

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "tools/cli/commands.h"
#include "tools/cli/failure.h"

namespace hawser::cli {
namespace {

using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<CommandLine> Parse(std::vector<std::string> words) {
  return ParseCommandLine(words);
}

void ExpectUsage(std::vector<std::string> words, std::string_view message, std::string_view hint) {
  absl::StatusOr<CommandLine> line = Parse(std::move(words));
  ASSERT_THAT(line, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(std::string(message))));
  EXPECT_EQ(ExitOf(line.status()), Exit::kUsage);
  EXPECT_THAT(HintsOf(line.status()), ::testing::Contains(HasSubstr(std::string(hint))));
}

TEST(CommandLineTest, NothingIsList) { EXPECT_EQ(Parse({})->command, &kListCommand); }

TEST(CommandLineTest, ANounAloneIsItsList) {
  EXPECT_EQ(Parse({"session"})->command, &kSessionListCommand);
  EXPECT_EQ(Parse({"session", "-o", "json"})->command, &kSessionListCommand);
  EXPECT_EQ(Parse({"-o", "json", "plugin", "list"})->command, &kPluginListCommand);
}

TEST(CommandLineTest, OptionsStandAnywhere) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"-o", "json", "get", "a.b"},
        {"get", "-ojson", "a.b"},
        {"get", "a.b", "--output=json"},
        {"get", "--output", "json", "a.b"},
        {"get", "-o=json", "a.b"}}) {
    absl::StatusOr<CommandLine> line = Parse(words);
    ASSERT_THAT(line, IsOk());
    EXPECT_EQ(line->command, &kGetCommand);
    EXPECT_THAT(line->arguments, ElementsAre("a.b"));
    EXPECT_EQ(line->Get("--output"), "json");
  }
}

TEST(CommandLineTest, ArgumentsArriveByteForByte) {
  absl::StatusOr<CommandLine> line =
      Parse({"call", "f", "[1,2,\"x\"]", "[]", "{}", "", "-5", "-.5", "-", "%%", "a=b"});
  ASSERT_THAT(line, IsOk());
  EXPECT_THAT(line->arguments,
              ElementsAre("f", "[1,2,\"x\"]", "[]", "{}", "", "-5", "-.5", "-", "%%", "a=b"));
}

TEST(CommandLineTest, BehindTwoDashesEverythingIsAnArgument) {
  absl::StatusOr<CommandLine> line = Parse({"call", "f", "--", "-x", "--output", "--"});
  ASSERT_THAT(line, IsOk());
  EXPECT_THAT(line->arguments, ElementsAre("f", "-x", "--output", "--"));
  EXPECT_FALSE(line->Has("--output"));
}

TEST(CommandLineTest, AnArgumentMayLookLikeACommand) {
  absl::StatusOr<CommandLine> line = Parse({"call", "call", "list", "session"});
  ASSERT_THAT(line, IsOk());
  EXPECT_EQ(line->command, &kCallCommand);
  EXPECT_THAT(line->arguments, ElementsAre("call", "list", "session"));
}

TEST(CommandLineTest, HelpNeedsNoArguments) {
  EXPECT_EQ(Parse({"call", "--help"})->command, &kCallCommand);
  EXPECT_EQ(Parse({"--help"})->command, &kHelpCommand);
  EXPECT_EQ(Parse({"-h"})->command, &kHelpCommand);
  EXPECT_EQ(Parse({"--version"})->command, &kVersionCommand);
}

TEST(CommandLineTest, TheFlagVersionIsKnownFromTheCommand) {
  EXPECT_TRUE(Parse({"--version"})->Has("--version"));
  EXPECT_FALSE(Parse({"version"})->Has("--version"));
}

TEST(CommandLineTest, HowAListIsArrangedIsForListsAndColumnsAreForTables) {
  Options options =
      *ReadOptions(*Parse({"refs", "@7", "--columns", "pid,held-for", "--sort", "-pid"}));
  EXPECT_THAT(options.arrangement.columns, ElementsAre("pid", "held-for"));
  EXPECT_EQ(options.arrangement.sort, "-pid");
  EXPECT_EQ(ReadOptions(*Parse({"list", "--sort=name", "-o", "json"}))->arrangement.sort, "name");
  EXPECT_EQ(MessageOf(ReadOptions(*Parse({"list", "--sort", ""})).status()),
            "--sort names no column");
  ExpectUsage({"describe", "a", "--sort", "name"}, "no option --sort", "hawser help describe");
  for (const char* format : {"json", "name"}) {
    absl::Status status = ReadOptions(*Parse({"list", "--columns", "name", "-o", format})).status();
    EXPECT_EQ(ExitOf(status), Exit::kUsage);
    EXPECT_EQ(MessageOf(status), "--columns is for tables");
  }
}

TEST(CommandLineTest, WhatIsWrongIsSaidWithWhatIsNear) {
  ExpectUsage({"lst"}, "no command 'lst'", "did you mean 'list'?");
  ExpectUsage({"sesion", "list"}, "no command 'sesion'", "did you mean 'session'");
  ExpectUsage({"session", "lst"}, "no command 'session lst'", "did you mean 'session list'");
  ExpectUsage({"kick", "4f"}, "no command 'kick'", "did you mean 'session kick'?");
  ExpectUsage({"ls"}, "no command 'ls'", "did you mean 'list'?");
  ExpectUsage({"counter"}, "no command 'counter'", "hawser describe counter");
  ExpectUsage({"list", "--otput", "json"}, "no option --otput", "did you mean '--output'?");
  ExpectUsage({"list", "--nope"}, "no option --nope", "hawser help list");
  ExpectUsage({"call", "f", "-x"}, "no option -x", "write -- before it");
  ExpectUsage({"call"}, "needs more arguments", "usage: hawser call NAME.METHOD [ARG]...");
  ExpectUsage({"get", "a", "b"}, "does not know what to do with 'b'", "usage: hawser get");
  ExpectUsage({"list", "a"}, "does not know what to do with 'a'", "hawser help list");
}

TEST(CommandLineTest, AnOptionsValueMustBeThereOrNot) {
  EXPECT_THAT(Parse({"list", "-o"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("needs a value")));
  EXPECT_THAT(Parse({"list", "--no-headers=1"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("takes no value")));
}

TEST(OptionsTest, AreRead) {
  absl::StatusOr<Options> options =
      ReadOptions(*Parse({"list", "-e", "/run/x.sock", "-o", "wide", "--no-headers", "-t", "1.5",
                          "--color", "never", "-v"}));
  ASSERT_THAT(options, IsOk());
  EXPECT_EQ(options->endpoint, "unix:/run/x.sock");
  EXPECT_EQ(options->format, OutputFormat::kWide);
  EXPECT_EQ(options->headings, Headings::kNo);
  EXPECT_EQ(options->timeout, absl::Milliseconds(1500));
  EXPECT_EQ(options->colour, ColourChoice::kNever);
  EXPECT_TRUE(options->verbose);
}

TEST(OptionsTest, WrongOnesAreUsageErrors) {
  EXPECT_THAT(ReadOptions(*Parse({"list", "-o", "yaml"})),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "--output yaml: expected table, wide, json or name"));
  EXPECT_THAT(ReadOptions(*Parse({"list", "--color", "red"})),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ReadOptions(*Parse({"list", "-t", "soon"})),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(OptionsTest, TheEndpointMayNotBeEmpty) {
  EXPECT_THAT(ReadOptions(*Parse({"list", "-e", ""})),
              StatusIs(absl::StatusCode::kInvalidArgument, "--endpoint names no broker"));
}

TEST(OptionsTest, TheColourIsFoundInWordsThatAreWrongOtherwise) {
  auto asked = [](std::vector<std::string> words) { return ColourAskedFor(words); };
  EXPECT_EQ(asked({"lits", "--color", "never"}), ColourChoice::kNever);
  EXPECT_EQ(asked({"--color=always", "--bogus"}), ColourChoice::kAlways);
  EXPECT_EQ(asked({"--color=red"}), ColourChoice::kAuto);
  EXPECT_EQ(asked({"lits", "--color"}), ColourChoice::kAuto);
  EXPECT_EQ(asked({"lits", "--", "--color=always"}), ColourChoice::kAuto);
}

TEST(TimeTest, IsReadWithAndWithoutAUnit) {
  EXPECT_THAT(ParseTime("5"), IsOkAndHolds(absl::Seconds(5)));
  EXPECT_THAT(ParseTime("500ms"), IsOkAndHolds(absl::Milliseconds(500)));
  EXPECT_THAT(ParseTime("1h30m"), IsOkAndHolds(absl::Minutes(90)));
  EXPECT_THAT(ParseTime("-1s"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseTime("0"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseTime("0.0"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseTime(""), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace hawser::cli
