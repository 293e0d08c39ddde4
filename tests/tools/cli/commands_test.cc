// What commands do and print.

#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "tests/tools/cli/commands_case.h"

namespace hawser::cli {
namespace {

using ::testing::HasSubstr;

TEST_F(CommandsTest, CallConvertsArgumentsByTheSignature) {
  EXPECT_EQ(Run({"call", "counter.add", "1", "2"}), 0);
  EXPECT_EQ(data_, "3\n");
  EXPECT_EQ(Run({"call", "counter.echo", "1", "two", "[3]", "true", "-4"}), 0);
  EXPECT_EQ(data_, "[1, \"two\", [3], true, -4]\n");
  EXPECT_EQ(Run({"call", "counter.echo", "@7", "-o", "json"}), 0);
  EXPECT_EQ(data_,
            "[\n  {\n    \"$object\": 7,\n    \"kind\": \"object\",\n    \"name\": \"Counter\"\n  "
            "}\n]\n");
}

TEST_F(CommandsTest, CallSaysWhichArgumentIsWrongAndHowTheMethodIsCalled) {
  EXPECT_EQ(Run({"call", "counter.add", "1", "abc"}), 2);
  EXPECT_EQ(data_, "");
  EXPECT_EQ(messages_,
            "hawser: counter.add: argument 2: expected integer, got \"abc\"\n"
            "  it is called so: counter.add(integer, integer) -> integer\n");
  EXPECT_EQ(Run({"call", "counter.add", "1"}), 2);
  EXPECT_THAT(messages_, HasSubstr("counter.add: expected 2 arguments, got 1"));
}

TEST_F(CommandsTest, CallTakesAllArgumentsAsJson) {
  EXPECT_EQ(Run({"call", "counter.add", "-d", "[1, 2]"}), 0);
  EXPECT_EQ(data_, "3\n");
  std::string path = ::testing::TempDir() + "/arguments.json";
  std::ofstream(path) << "[3, 4]";
  EXPECT_EQ(Run({"call", "counter.add", "-d", "@" + path}), 0);
  EXPECT_EQ(data_, "7\n");
  EXPECT_EQ(Run({"call", "counter.add", "-d", "3"}), 2);
  EXPECT_THAT(messages_, HasSubstr("expected a JSON array"));
  EXPECT_EQ(Run({"call", "counter.add", "1", "-d", "[2]"}), 2);
  EXPECT_EQ(Run({"call", "counter.add", "-d", "[1,"}), 2);
  EXPECT_THAT(messages_, HasSubstr("at line 1, column 4"));
  EXPECT_EQ(Run({"call", "counter.add", "-d", "@/nowhere"}), 2);
  EXPECT_THAT(messages_, HasSubstr("cannot read /nowhere"));
}

TEST_F(CommandsTest, APromiseIsAwaitedUnlessAskedFor) {
  EXPECT_EQ(Run({"call", "counter.later"}), 0);
  EXPECT_EQ(data_, "settled\n");
  EXPECT_EQ(Run({"call", "counter.later", "--no-await"}), 0);
  EXPECT_EQ(data_, "promise\n");
}

TEST_F(CommandsTest, AMethodThatAnswersUndefinedPrintsNothing) {
  EXPECT_EQ(Run({"call", "counter.echo"}), 0);
  EXPECT_EQ(data_, "");
  EXPECT_EQ(Run({"call", "counter.echo", "-o", "json"}), 0);
  EXPECT_EQ(data_, "null\n");
}

TEST_F(CommandsTest, WhatThisCommandHoldsItselfIsLeftOut) {
  EXPECT_EQ(Run({"list", "--objects", "-o", "name"}), 0);
  EXPECT_EQ(data_, "@7\n");
  EXPECT_EQ(Run({"list", "-o", "json"}), 0);
  EXPECT_THAT(data_, HasSubstr("\"holders\":1,\"oid\":1"));
  EXPECT_EQ(Run({"refs", "counter"}), 0) << "held while it is asked about";
  EXPECT_EQ(messages_, "nobody but this command holds it\n");
}

TEST_F(CommandsTest, WhatEverySessionStartsFromShowsItsMembers) {
  EXPECT_EQ(Run({"describe", "remote"}), 0);
  EXPECT_THAT(data_, HasSubstr("require(string) -> any"));
  EXPECT_EQ(Run({"call", "remote.require", "counter", "-o", "name"}), 0);
  EXPECT_EQ(data_, "@2\n");
  EXPECT_EQ(Run({"call", "remote.requir", "counter"}), 3);
  EXPECT_THAT(messages_, HasSubstr("did you mean 'require'?"));
  EXPECT_EQ(Run({"call", "remote.require"}), 2);
  EXPECT_EQ(Run({"refs", "remote"}), 2);
}

TEST_F(CommandsTest, AFunctionIsDescribedByItsSignatureAlone) {
  EXPECT_EQ(Run({"describe", "counter.add"}), 0);
  EXPECT_THAT(data_, HasSubstr("signature  (integer, integer) -> integer"));
  EXPECT_THAT(data_, ::testing::Not(HasSubstr("Members")));
}

TEST_F(CommandsTest, WhatCannotBeCalledIsSaidWithWhatToDo) {
  EXPECT_EQ(Run({"call", "counter"}), 2);
  EXPECT_THAT(messages_,
              HasSubstr("call a method of it: hawser call counter.METHOD, of add, echo"));
  EXPECT_EQ(Run({"call", "counter.Counter", "1"}), 2);
  EXPECT_THAT(messages_, HasSubstr("hawser new counter.Counter"));
  EXPECT_EQ(Run({"call", "@7.value"}), 2);
  EXPECT_THAT(messages_, HasSubstr("hawser get @7.value"));
  EXPECT_EQ(Run({"call", "@7.changed"}), 2);
  EXPECT_THAT(messages_, HasSubstr("hawser watch @7 --event changed"));
  EXPECT_EQ(Run({"new", "counter.add"}), 2);
  EXPECT_THAT(messages_, HasSubstr("hawser call counter.add"));
}

TEST_F(CommandsTest, NewMakesAnObject) {
  EXPECT_EQ(Run({"new", "counter.Counter", "5"}), 0);
  EXPECT_EQ(data_, "Counter @7\n");
  EXPECT_EQ(value_, 5);
  EXPECT_EQ(Run({"new", "counter.Counter", "5", "-o", "name"}), 0);
  EXPECT_EQ(data_, "@7\n");
  EXPECT_EQ(Run({"new", "counter.Counter", "five"}), 2);
  EXPECT_THAT(messages_, HasSubstr("it is called so: counter.Counter(integer) -> object"));
}

TEST_F(CommandsTest, GetReadsPropertiesGlobalsElementsAndFields) {
  value_ = 5;
  EXPECT_EQ(Run({"get", "@7.value"}), 0);
  EXPECT_EQ(data_, "5\n");
  EXPECT_EQ(Run({"get", "answer"}), 0);
  EXPECT_EQ(data_, "42\n");
  EXPECT_EQ(Run({"get", "counter.list[0].value"}), 0);
  EXPECT_EQ(data_, "5\n");
  EXPECT_EQ(Run({"get", "counter.list[1].label"}), 0);
  EXPECT_EQ(data_, "b\n");
  EXPECT_EQ(Run({"get", "counter"}), 0);
  EXPECT_EQ(data_, "counter @2\n");
  EXPECT_EQ(Run({"get", "dotted.name"}), 0) << "names may have dots in them";
  EXPECT_EQ(data_, "dots\n");
}

TEST_F(CommandsTest, SetWritesAProperty) {
  EXPECT_EQ(Run({"set", "@7.value", "9"}), 0);
  EXPECT_EQ(value_, 9);
  EXPECT_EQ(data_, "");
  EXPECT_EQ(Run({"set", "@7.value", "nine"}), 2);
  EXPECT_THAT(messages_, HasSubstr("expected integer, got \"nine\""));
  EXPECT_EQ(Run({"set", "@7.id", "9"}), 2);
  EXPECT_THAT(messages_, HasSubstr("read-only"));
  EXPECT_EQ(Run({"set", "@7", "9"}), 2);
  EXPECT_EQ(Run({"set", "answer", "9"}), 2);
  EXPECT_THAT(messages_, HasSubstr("answer is no property of an object"));
  EXPECT_EQ(Run({"set", "@7.increment", "9"}), 2);
}

TEST_F(CommandsTest, APartOfACopyIsNotWrittenWithWhatToWriteInstead) {
  EXPECT_EQ(Run({"set", "counter.list[1].label", "c"}), 2);
  EXPECT_EQ(
      messages_,
      "hawser: counter.list[1].label is a field of a record, and what is read is a copy: there "
      "is nothing to write to\n"
      "  write the property as a whole: hawser set counter.list JSON; its value: hawser get "
      "counter.list -o json\n");
  EXPECT_EQ(Run({"set", "counter.list[1].colour", "c"}), 2) << "nor is a field added";
  EXPECT_EQ(Run({"set", "counter.list[0]", "c"}), 2);
  EXPECT_THAT(messages_, HasSubstr("counter.list[0] is an element of an array"));
  EXPECT_EQ(Run({"set", "counter.lost.label", "c"}), 3) << messages_;
}

TEST_F(CommandsTest, KeepNeedsAnObject) {
  EXPECT_EQ(Run({"get", "answer", "--keep"}), 2);
  EXPECT_EQ(data_, "42\n");
  EXPECT_THAT(messages_, HasSubstr("nothing to keep"));
}

TEST_F(CommandsTest, HelpIsGivenWithoutABroker) {
  EXPECT_EQ(Run({"call", "--help"}), 0);
  EXPECT_THAT(data_, HasSubstr("usage: hawser call NAME.METHOD [ARG]..."));
  EXPECT_EQ(Run({"help", "session", "list"}), 0);
  EXPECT_THAT(data_, HasSubstr("hawser session list:"));
  EXPECT_EQ(Run({"help", "session"}), 0);
  EXPECT_THAT(data_, HasSubstr("hawser session kick:"));
  EXPECT_EQ(Run({"help", "exit-codes"}), 0);
  EXPECT_THAT(data_, HasSubstr("130  interrupted"));
  EXPECT_EQ(Run({"help", "adresses"}), 2);
  EXPECT_THAT(messages_, HasSubstr("did you mean 'addresses'?"));
}

}  // namespace
}  // namespace hawser::cli
