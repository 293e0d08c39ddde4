#ifndef TESTS_TOOLS_CLI_COMMANDS_CASE_H_
#define TESTS_TOOLS_CLI_COMMANDS_CASE_H_

// CommandsTest: commands against objects of this process that behave like a broker's, for tests;
// against a real one, see end_to_end_test.

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hawser/error.h"
#include "hawser/promise.h"
#include "hawser/record.h"
#include "tests/support/fake_clock.h"
#include "tests/tools/cli/fake_object.h"
#include "tests/tools/cli/string_sink.h"
#include "tools/cli/run.h"

namespace hawser::cli {

class CommandsTest : public ::testing::Test {
 protected:
  using Answer = absl::StatusOr<Value>;
  static constexpr uint32_t kOne = 1;

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

}  // namespace hawser::cli

#endif  // TESTS_TOOLS_CLI_COMMANDS_CASE_H_
