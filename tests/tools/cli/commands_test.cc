// Commands against objects of this process that behave like a broker's; against a real one, see
// end_to_end_test.

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "hawser/error.h"
#include "hawser/promise.h"
#include "hawser/record.h"
#include "tests/support/fake_clock.h"
#include "tests/tools/cli/fake_object.h"
#include "tests/tools/cli/string_sink.h"
#include "tools/cli/run.h"

namespace hawser::cli {
namespace {

using ::testing::HasSubstr;

using Answer = absl::StatusOr<Value>;

constexpr uint32_t kOne = 1;

class CommandsTest : public ::testing::Test {
 protected:
  CommandsTest() {
    auto constructor =
        MakeFake(ObjectKind::kConstructor, "Counter", 3, {{Type::kInteger}, Type::kObject, kOne},
                 [this](Args args) -> Answer {
                   value_ = args[0].AsInt();
                   return Value(counter_);
                 });
    counter_
        ->Method(
            "increment", {{}, Type::kInteger}, [this](Args) -> Answer { return Value(++value_); },
            "Adds one.")
        .Property(
            "value", Type::kInteger, [this](Args) -> Answer { return Value(value_); },
            [this](Args args) -> Answer {
              value_ = args[0].AsInt();
              return Value();
            })
        .Property("id", Type::kInteger, [](Args) -> Answer { return Value(7); })
        .Event("changed", {Type::kInteger})
        .Hidden("secret");
    module_
        ->Property("Counter", Type::kConstructor,
                   [constructor](Args) -> Answer { return Value(constructor); })
        .Method("add", {{Type::kInteger, Type::kInteger}, Type::kInteger, 2},
                [](Args args) -> Answer { return Value(args[0].AsInt() + args[1].AsInt()); })
        .Method("echo", {{}, Type::kAny, 0, true},
                [](Args args) -> Answer {
                  return args.empty() ? Value() : Value(Array(args.begin(), args.end()));
                })
        .Method("fail", {},
                [](Args) -> Answer {
                  return Error(absl::StatusCode::kNotFound, "no such row", "DbError")
                      .WithMember("table", "t")
                      .ToStatus();
                })
        .Method("failDeeply", {{Type::kInteger}, Type::kUndefined, kOne},
                [](Args args) -> Answer {
                  Error error(absl::StatusCode::kUnknown, "cause 0");
                  for (int64_t i = 1; i <= args[0].AsInt(); ++i) {
                    error = Error(absl::StatusCode::kUnknown, "cause " + std::to_string(i), "E")
                                .WithMember("stack", "a\nb")
                                .WithCause(error);
                  }
                  return error.ToStatus();
                })
        .Method("failAtLength", {},
                [](Args) -> Answer {
                  return Error(absl::StatusCode::kUnknown, "line one\nhawser: line two").ToStatus();
                })
        .Method("forbid", {},
                [](Args) -> Answer { return absl::PermissionDeniedError("not for you"); })
        .Method(
            "runLate", {},
            [](Args) -> Answer { return absl::DeadlineExceededError("the disk took too long"); })
        .Method("poke", {{Type::kInteger}, Type::kUndefined, kOne},
                [](Args) -> Answer {
                  return absl::InvalidArgumentError(
                      "counter.poke: argument 1: 300 is outside the range of uint8");
                })
        .Method("refuse", {{Type::kString}, Type::kUndefined, kOne},
                [](Args args) -> Answer {
                  return absl::InvalidArgumentError(std::string(args[0].AsString()));
                })
        .Method("later", {{}, Type::kPromise},
                [](Args) -> Answer {
                  auto promise = MakeRef<Promise>();
                  promise->Resolve(Value("settled"));
                  return Value(promise);
                })
        .Property("list", Type::kArray,
                  [this](Args) -> Answer {
                    return Value(Array{Value(counter_), Record{{"label", "b"}}});
                  })
        .Event("tick", {});
    inspection_
        ->Method("lookup", {{Type::kInteger}, Type::kObject, kOne},
                 [this](Args args) -> Answer {
                   if (args[0].AsInt() == 7) return Value(counter_);
                   return absl::NotFoundError("no such object");
                 })
        .Method("holders", {{Type::kInteger}, Type::kArray, kOne},
                [](Args args) -> Answer {
                  if (args[0].AsInt() == 2) return Value(Array{});
                  return absl::NotFoundError("no session holds an object");
                })
        .Method("objects", {{}, Type::kRecord, 0, true},
                [](Args) -> Answer {
                  return Value(Record{{"items", Array{Record{{"oid", 1}, {"holders", 1}},
                                                      Record{{"oid", 7}, {"holders", 1}}}}});
                })
        .Method("session", {{Type::kString}, Type::kRecord, kOne},
                [](Args) -> Answer { return absl::NotFoundError("no session starts with 'f'"); })
        .Method("modules", {}, [](Args) -> Answer {
          return Value(Array{Record{{"name", "broker"},
                                    {"kind", "built-in"},
                                    {"objects", 1},
                                    {"holders", 2},
                                    {"oid", 1}},
                             Record{{"name", "counter"}},
                             Record{{"name", "pything"}, {"kind", "provided"}}});
        });
    auto named = [](Ref<FakeObject> object, std::string name) {
      return [object, name](Args args) -> Answer {
        if (args[0].AsString() == name) return Value(object);
        if (args[0].AsString() == "pything")
          return absl::NotFoundError("module 'pything' is gone: destroyed");
        return absl::NotFoundError("no such name");
      };
    };
    root_->Method("require", {{Type::kString}, Type::kAny, kOne}, named(module_, "counter"))
        .Method("getBuiltin", {{Type::kString}, Type::kAny, kOne}, named(inspection_, "broker"))
        .Method("getGlobal", {{Type::kString}, Type::kAny, kOne},
                [](Args args) -> Answer {
                  if (args[0].AsString() == "answer") return Value(42);
                  if (args[0].AsString() == "dotted.name") return Value("dots");
                  return absl::NotFoundError("no such global");
                })
        .Property("broker", Type::kObject, [this](Args) -> Answer {
          if (denied_) return absl::PermissionDeniedError("no");
          return Value(inspection_);
        });
  }

  // Runs a command; what it printed is in data_ and messages_.
  int Run(std::vector<std::string> words) {
    data_.clear();
    messages_.clear();
    return static_cast<int>(RunCli(
        words,
        {.make_output = [&](ColourChoice) { return MakeStringOutput(data_, messages_, clock_); },
         .make_session =
             [&](const Options& options) {
               return std::make_unique<Session>(options, RemoteObject(root_));
             }}));
  }

  tests::FakeClock clock_;
  int64_t value_ = 0;
  bool denied_ = false;
  const Ref<FakeObject> counter_ = MakeFake(ObjectKind::kObject, "Counter", 7);
  const Ref<FakeObject> module_ = MakeFake(ObjectKind::kObject, "counter", 2);
  const Ref<FakeObject> inspection_ = MakeFake(ObjectKind::kObject, "broker", 1);
  const Ref<FakeObject> root_ = MakeFake(ObjectKind::kObject, "remote", 0);
  std::string data_;
  std::string messages_;
};

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

TEST_F(CommandsTest, WhatThisCommandHoldsItselfIsLeftOut) {
  EXPECT_EQ(Run({"list", "--objects", "-o", "name"}), 0);
  EXPECT_EQ(data_, "@7\n");
  EXPECT_EQ(Run({"list", "-o", "json"}), 0);
  EXPECT_THAT(data_, HasSubstr("\"holders\":1,\"oid\":1"));
  EXPECT_EQ(Run({"refs", "counter"}), 0) << "held while it is asked about";
  EXPECT_EQ(messages_, "nobody but this command holds it\n");
}

TEST_F(CommandsTest, WhatIsNotHeldAndWhoIsNotThereIsSaidWithWhereToLook) {
  EXPECT_EQ(Run({"refs", "@8"}), 3);
  EXPECT_THAT(messages_, HasSubstr("those that are held: hawser list --objects"));
  EXPECT_EQ(Run({"session", "show", "f"}), 3);
  EXPECT_THAT(messages_, HasSubstr("hawser session list --all"));
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
