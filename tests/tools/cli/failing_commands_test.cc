// What commands say, and which exit code they have, when something fails.

#include <string>

#include "gmock/gmock.h"
#include "tests/tools/cli/commands_case.h"

namespace hawser::cli {
namespace {

using ::testing::HasSubstr;

TEST_F(CommandsTest, WhatAMethodRaisesIsExitCode1) {
  EXPECT_EQ(Run({"call", "counter.fail"}), 1);
  EXPECT_EQ(messages_, "hawser: counter.fail raised DbError: no such row (NOT_FOUND)\n");
  EXPECT_EQ(Run({"call", "counter.fail", "-v"}), 1);
  EXPECT_THAT(messages_, HasSubstr("  table: t\n"));
}

TEST_F(CommandsTest, WhatCausedAnErrorIsShownWithWhatCausedThat) {
  EXPECT_EQ(Run({"call", "counter.failDeeply", "2", "-v"}), 1);
  EXPECT_EQ(messages_,
            "hawser: counter.failDeeply raised E: cause 2\n"
            "  status: UNKNOWN\n"
            "  stack: a\n"
            "    b\n"
            "  cause: E: cause 1 (UNKNOWN)\n"
            "    stack: a\n"
            "      b\n"
            "    cause: Error: cause 0 (UNKNOWN)\n");
  EXPECT_EQ(Run({"call", "counter.failDeeply", "30", "-v"}), 1);
  EXPECT_THAT(messages_, HasSubstr("cause: E: cause 14 (UNKNOWN)\n"));
  EXPECT_THAT(messages_, ::testing::EndsWith("cause: ...\n")) << "not without end";
}

TEST_F(CommandsTest, ArgumentsThatTheBrokerRefusesAreNothingThatAMethodRaised) {
  EXPECT_EQ(Run({"call", "counter.poke", "300"}), 2);
  EXPECT_EQ(messages_, "hawser: counter.poke: argument 1: 300 is outside the range of uint8\n");
  EXPECT_EQ(Run({"call", "counter.refuse", "counter.refuse: no such date"}), 1);
  EXPECT_EQ(messages_,
            "hawser: counter.refuse raised Error: counter.refuse: no such date "
            "(INVALID_ARGUMENT)\n");
  EXPECT_EQ(Run({"call", "counter.refuse", "other.poke: argument 1: of a call it made"}), 1);
  EXPECT_EQ(Run({"call", "counter.refuse", "argument 1: no such date"}), 1);
}

TEST_F(CommandsTest, AMessageOfSeveralLinesIsOneMessage) {
  EXPECT_EQ(Run({"call", "counter.failAtLength"}), 1);
  EXPECT_EQ(messages_,
            "hawser: counter.failAtLength raised Error: line one\n"
            "  hawser: line two\n");
}

TEST_F(CommandsTest, WhatPolicyRefusesIsExitCode6) {
  EXPECT_EQ(Run({"call", "counter.forbid"}), 6);
  EXPECT_THAT(messages_, HasSubstr("counter.forbid: not for you"));
}

TEST_F(CommandsTest, ThatAMethodWasLateItselfIsNotTheTimeoutOfThisCommand) {
  std::string said =
      "hawser: counter.runLate raised Error: the disk took too long (DEADLINE_EXCEEDED)\n";
  EXPECT_EQ(Run({"call", "counter.runLate"}), 1);
  EXPECT_EQ(messages_, said);
  EXPECT_EQ(Run({"call", "counter.runLate", "--timeout", "1h"}), 1);
  EXPECT_EQ(messages_, said);
}

TEST_F(CommandsTest, WhatIsNotThereIsExitCode3WithWhatIsNear) {
  EXPECT_EQ(Run({"call", "countr.add", "1", "2"}), 3);
  EXPECT_EQ(messages_,
            "hawser: there is no module, built-in or global named 'countr'\n"
            "  did you mean 'counter'?\n"
            "  all there are: hawser list\n");
  EXPECT_EQ(Run({"call", "counter.ad", "1", "2"}), 3);
  EXPECT_THAT(messages_, HasSubstr("counter has no member 'ad'\n  did you mean 'add'?"));
  EXPECT_EQ(Run({"get", "@8"}), 3);
  EXPECT_THAT(messages_, HasSubstr("there is no object @8"));
  EXPECT_EQ(Run({"get", "counter.list[2]"}), 3);
  EXPECT_THAT(messages_, HasSubstr("counter.list has 2 elements; there is no counter.list[2]"));
  EXPECT_EQ(Run({"get", "@7.secret"}), 3);
  EXPECT_THAT(messages_, HasSubstr("'secret' of @7 is hidden"));
}

TEST_F(CommandsTest, OfAProvidedModuleThatIsGoneItIsSaidWhy) {
  for (const char* name : {"pything", "pything.x", "module:pything"}) {
    EXPECT_EQ(Run({"get", name}), 3) << name;
    EXPECT_EQ(messages_,
              "hawser: module 'pything' is gone: destroyed\n"
              "  it is there again when whoever provided it provides it anew\n");
  }
  EXPECT_EQ(Run({"wait", "pything", "--gone"}), 0) << messages_;
}

TEST_F(CommandsTest, ThatInspectionIsDeniedDoesNotHideThatANameIsNotThere) {
  denied_ = true;
  EXPECT_EQ(Run({"get", "countr"}), 3);
  EXPECT_THAT(messages_, HasSubstr("no module, built-in or global named 'countr'"));
  EXPECT_EQ(Run({"get", "@7"}), 6);
  EXPECT_THAT(messages_, HasSubstr("inspection is for root and the user the broker runs as"));
}

TEST_F(CommandsTest, WhoMayNotInspectIsToldWhatStillWorks) {
  denied_ = true;
  EXPECT_EQ(Run({"list"}), 6);
  EXPECT_THAT(messages_, HasSubstr("try sudo\n"));
  EXPECT_THAT(messages_, HasSubstr("can be used all the same: hawser describe, call, get"));
  EXPECT_EQ(Run({"call", "counter.add", "1", "2"}), 0);
  EXPECT_EQ(Run({"tree", "-e", "tcp:host:1"}), 6);
  EXPECT_THAT(messages_, HasSubstr("inspection needs the broker's Unix socket"));
  EXPECT_THAT(messages_, ::testing::Not(HasSubstr("sudo")));
}

TEST_F(CommandsTest, WhatIsNotHeldAndWhoIsNotThereIsSaidWithWhereToLook) {
  EXPECT_EQ(Run({"refs", "@8"}), 3);
  EXPECT_THAT(messages_, HasSubstr("those that are held: hawser list --objects"));
  EXPECT_EQ(Run({"session", "show", "f"}), 3);
  EXPECT_THAT(messages_, HasSubstr("hawser session list --all"));
}

}  // namespace
}  // namespace hawser::cli
