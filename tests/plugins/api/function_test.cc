#include <cmath>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/testing/module_harness.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::hawser::testing::ModuleHarness;
using ::hawser::testing::TestObject;
using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using enum absl::StatusCode;

int FreeFunction(int a) noexcept { return -a; }

TEST(ModuleFunction, TakesAndReturnsEveryConvertibleType) {
  ModuleHarness harness([](Module& module) {
    module.Function("add", [](int64_t a, int64_t b) { return a + b; });
    module.Function("negate", FreeFunction);
    module.Function("echo", [](Value value) { return value; });
    module.Function("join", [](const std::vector<std::string>& words) {
      std::string all;
      for (const std::string& word : words) all += word;
      return all;
    });
    module.Function("count", [](std::map<std::string, int> fields) { return fields.size(); });
    module.Function("literal", [] { return "text"; });
    module.Function("nothing", [] {});
    module.Function("maybe",
                    [](bool there) { return there ? std::optional<int>(1) : std::nullopt; });
  });
  EXPECT_THAT(harness.Call("add", 1, 2), IsOkAndHolds(Value(3)));
  EXPECT_THAT(harness.Call("add", 1.0, 2), IsOkAndHolds(Value(3)));
  EXPECT_THAT(harness.Call("negate", 1), IsOkAndHolds(Value(-1)));
  EXPECT_THAT(harness.Call("echo", Null()), IsOkAndHolds(Value(Null())));
  EXPECT_THAT(harness.Call("join", Array{"a", "b"}), IsOkAndHolds(Value("ab")));
  EXPECT_THAT(harness.Call("count", Record{{"x", 1}}), IsOkAndHolds(Value(1)));
  EXPECT_THAT(harness.Call("literal"), IsOkAndHolds(Value("text")));
  EXPECT_THAT(harness.Call("nothing"), IsOkAndHolds(Value()));
  EXPECT_THAT(harness.Call("maybe", true), IsOkAndHolds(Value(1)));
  EXPECT_THAT(harness.Call("maybe", false), IsOkAndHolds(Value()));
  EXPECT_EQ(harness.exports().shape().FindMember("add")->signature.ToString(),
            "(integer, integer) -> integer");
  EXPECT_EQ(harness.exports().shape().FindMember("join")->signature.ToString(),
            "(array) -> string");
}

TEST(ModuleFunction, WrongArgumentsNeverReachIt) {
  bool ran = false;
  ModuleHarness harness([&ran](Module& module) {
    module.Function("add", [&ran](int64_t a, int64_t b) {
      ran = true;
      return a + b;
    });
  });
  EXPECT_THAT(harness.Call("add", 1),
              StatusIs(kInvalidArgument, "test.add: expected 2 arguments, got 1"));
  EXPECT_THAT(harness.Call("add", 1, "2"),
              StatusIs(kInvalidArgument, "test.add: argument 2: expected integer, got string"));
  EXPECT_FALSE(ran);
}

TEST(ModuleFunction, AWrongElementIsNamedByItsPlace) {
  ModuleHarness harness([](Module& module) {
    module.Function("sum", [](std::vector<int64_t>) {});
    module.Function("rows", [](std::vector<std::vector<uint8_t>>) {});
    module.Function("sizes", [](std::map<std::string, std::vector<int>>) {});
  });
  EXPECT_THAT(harness.Call("sum", Array{1, "two"}),
              StatusIs(kInvalidArgument,
                       HasSubstr("sum: argument 1: at [1]: expected integer, got string")));
  EXPECT_THAT(
      harness.Call("rows", Array{Value(Array{1}), Value(Array{2, 256})}),
      StatusIs(kInvalidArgument,
               HasSubstr("argument 1: at [1][1]: integer 256 is outside the range of uint8")));
  EXPECT_THAT(harness.Call("sizes", Record{{"a", Array{true}}}),
              StatusIs(kInvalidArgument, HasSubstr("argument 1: at .a[0]: expected integer")));
}

TEST(ModuleFunction, AFloatThatWouldBecomeInfiniteIsRefused) {
  ModuleHarness harness(
      [](Module& module) { module.Function("half", [](float number) { return number / 2; }); });
  EXPECT_THAT(harness.Call("half", 3), IsOkAndHolds(Value(1.5)));
  EXPECT_THAT(harness.Call("half", -HUGE_VAL), IsOkAndHolds(Value(-HUGE_VAL)));
  EXPECT_THAT(harness.Call("half", 1e300),
              StatusIs(kInvalidArgument, HasSubstr("outside the range of float32")));
}

TEST(ModuleFunction, ATextThatIsNotThereIsNull) {
  ModuleHarness harness([](Module& module) {
    module.Function("home", []() -> const char* { return nullptr; });
    module.Function("home_of", [] {
      const char* none = nullptr;
      return Record{{"home", none}};
    });
  });
  EXPECT_THAT(harness.Call("home"), IsOkAndHolds(Value(Null())));
  EXPECT_THAT(harness.Call("home_of"), IsOkAndHolds(Value(Record{{"home", Null()}})));
}

TEST(ModuleFunction, WhatItThrowsIsTheAnswer) {
  ModuleHarness harness([](Module& module) {
    module.Function("standard", [] { throw std::invalid_argument("no such thing"); });
    module.Function("status",
                    []() -> absl::Status { return absl::PermissionDeniedError("not you"); });
    module.Function("status_or", [](bool ok) -> absl::StatusOr<int> {
      if (!ok) return absl::NotFoundError("none");
      return 1;
    });
    module.Function("full", [] {
      throw Exception(Error(kAborted, "broken", "MyError").WithCause("why").WithMember("line", 7));
    });
    module.Function("error", [] { throw Error(kAborted, "bare", "MyError").WithCause("why"); });
    module.Function("bare_status", [] { throw absl::NotFoundError("none left"); });
    module.Function("odd", [] { throw 5; });
  });
  EXPECT_THAT(harness.Call("standard"), StatusIs(kInvalidArgument, "no such thing"));
  EXPECT_THAT(harness.Call("status"), StatusIs(kPermissionDenied, "not you"));
  EXPECT_THAT(harness.Call("status_or", true), IsOkAndHolds(Value(1)));
  EXPECT_THAT(harness.Call("status_or", false), StatusIs(kNotFound, "none"));
  EXPECT_THAT(harness.Call("odd"),
              StatusIs(kInternal, "test.odd: something was thrown that is no std::exception"));
  Error error = Error::FromStatus(harness.Call("full").status());
  EXPECT_EQ(error.name(), "MyError");
  EXPECT_EQ(error.cause(), Value("why"));
  EXPECT_EQ(error.members()["line"], Value(7));
  EXPECT_THAT(harness.Call("error"), StatusIs(kAborted, "bare"));
  Error bare = Error::FromStatus(harness.Call("error").status());
  EXPECT_EQ(bare.name(), "MyError");
  EXPECT_EQ(bare.cause(), Value("why"));
  EXPECT_THAT(harness.Call("bare_status"), StatusIs(kNotFound, "none left"));
}

TEST(ModuleFunction, MayReturnAFunctionThatRunsInTheModule) {
  ModuleHarness harness([](Module& module) {
    module.Function("adder", [](int64_t a) { return [a](int64_t b) { return a + b; }; });
  });
  TestObject add2 = *harness.exports().CallObject("adder", 2);
  EXPECT_EQ(add2.shape().kind(), ObjectKind::kFunction);
  EXPECT_THAT(add2.Do(Op::kCall, "", {Value(3)}), IsOkAndHolds(Value(5)));
  EXPECT_THAT(add2.Do(Op::kCall, "", {Value("x")}),
              StatusIs(kInvalidArgument, "function: argument 1: expected integer, got string"));
  EXPECT_EQ(harness.pins(), 1);
}

TEST(ModuleFunction, ACallbackOfAClientGivesUndefinedAtOnceAndRunsLater) {
  ModuleHarness harness([](Module& module) {
    module.Function("each", [](Function mapper) {
      Array results;
      for (int i = 1; i <= 3; ++i) results.push_back(mapper(i));
      return results;
    });
  });
  int sum = 0;
  testing::TestCallback callback =
      harness.Callback([&sum](Args args) { sum += static_cast<int>(args[0].AsInt()); });
  EXPECT_THAT(harness.Call("each", callback),
              IsOkAndHolds(Value(Array{Value(), Value(), Value()})));
  EXPECT_EQ(sum, 6);
  EXPECT_THAT(callback.calls(), ElementsAre(Array{1}, Array{2}, Array{3}));
  EXPECT_FALSE(callback.held());
}

TEST(ModuleFunction, AFunctionOfTheModuleGivesItsResultAtOnce) {
  ModuleHarness harness([](Module& module) {
    module.Function("map", [] {
      Function twice([](int64_t n) { return 2 * n; });
      return Array{twice(1), twice(2)};
    });
    module.Function("fails", []() -> absl::Status {
      Function wrong([](int64_t n) { return n; });
      return wrong.Call("x").status();
    });
  });
  EXPECT_THAT(harness.Call("map"), IsOkAndHolds(Value(Array{2, 4})));
  EXPECT_THAT(harness.Call("fails"), StatusIs(kInvalidArgument));
}

TEST(ModuleFunction, CallingACallbackOfAnEndedSessionIsAnErrorInTheModule) {
  ModuleHarness harness([](Module& module) {
    auto kept = std::make_shared<Function>();
    module.Function("keep", [kept](Function callback) { *kept = callback; });
    module.Function("call", [kept] { return kept->Call(); });
    module.Function("gone", [kept] { return kept->gone(); });
  });
  testing::TestSession& other = harness.StartSession();
  EXPECT_THAT(other.module_exports().Call("keep", other.Callback()), IsOk());
  EXPECT_THAT(harness.Call("call"), IsOkAndHolds(Value()));
  other.End();
  EXPECT_THAT(harness.Call("call"), StatusIs(kNotFound, HasSubstr("session ended")));
  EXPECT_THAT(harness.Call("gone"), IsOkAndHolds(Value(true)));
}

TEST(ModuleExports, PropertiesAndConstantsAreMembers) {
  int64_t level = 1;
  ModuleHarness harness([&level](Module& module) {
    module.Property(
        "level", [&level] { return level; }, [&level](int64_t to) { level = to; });
    module.Property("twice", [&level] { return 2 * level; });
    module.Constant("pi", 3.14);
    module.Constant("list", Array{1, 2});
  });
  EXPECT_THAT(harness.Set("level", 4), IsOk());
  EXPECT_EQ(level, 4);
  EXPECT_THAT(harness.Get("twice"), IsOkAndHolds(Value(8)));
  EXPECT_THAT(harness.Set("twice", 1), StatusIs(kInvalidArgument, "test.twice is read-only"));
  EXPECT_THAT(harness.Get("pi"), IsOkAndHolds(Value(3.14)));
  EXPECT_THAT(harness.Get("list"), IsOkAndHolds(Value(Array{1, 2})));
  EXPECT_EQ(harness.exports().shape().FindMember("pi")->signature.result, Type::kNumber);
}

TEST(ModuleExports, MayBeAnyValue) {
  ModuleHarness harness([](Module& module) { module.Exports("bar"); });
  EXPECT_EQ(harness.module().exports(), Value("bar"));
}

TEST(ModuleExports, MayBeUndefined) {
  ModuleHarness harness([](Module& module) { module.Exports(Value()); });
  EXPECT_EQ(harness.module().exports(), Value());
}

TEST(ModuleExports, MayBeAFunction) {
  ModuleHarness harness(
      [](Module& module) { module.Exports(Function([](int64_t a) { return a + 1; })); });
  EXPECT_THAT(harness.exports().Do(Op::kCall, "", {Value(1)}), IsOkAndHolds(Value(2)));
}

TEST(ModuleExports, APropertyThatHoldsAFunctionMayBeCalledThroughIt) {
  ModuleHarness harness([](Module& module) {
    module.Property("now", []() -> Value {
      return Function([](Caller& caller) { return caller.session() != nullptr; });
    });
    module.Property("number", []() -> Value { return 1; });
  });
  EXPECT_THAT(harness.Call("now"), IsOkAndHolds(Value(true)));
  EXPECT_THAT(harness.Call("number"),
              StatusIs(kUnimplemented, "test.number holds integer: nothing to call"));
}

TEST(ModuleGlobals, AreReadByNameAndMayChange) {
  ModuleHarness harness([](Module& module) {
    module.Global("answer", 42);
    module.Function("change", [&module] { module.Global("answer", 43); });
  });
  EXPECT_EQ(harness.Global("answer"), Value(42));
  EXPECT_THAT(harness.Call("change"), IsOk());
  EXPECT_EQ(harness.Global("answer"), Value(43));
  EXPECT_EQ(harness.Global("question"), Value());
  EXPECT_THAT(harness.module().GlobalNames(), ElementsAre("answer"));
}

TEST(ModuleGlobals, OneThatIsUndefinedIsNotThere) {
  ModuleHarness harness([](Module& module) {
    module.Global("never", Undefined());
    module.Global("once", 1);
    module.Function("drop", [&module] { module.Global("once", Undefined()); });
  });
  EXPECT_THAT(harness.module().GlobalNames(), ElementsAre("once"));
  EXPECT_THAT(harness.Call("drop"), IsOk());
  EXPECT_THAT(harness.module().GlobalNames(), ElementsAre());
}

TEST(ModuleExports, MembersCannotBeAddedOnceTheModuleIsMade) {
  ModuleHarness harness([](Module& module) {
    module.Function("late", [&module] { module.Function("more", [] {}); });
    module.Function("version", [&module] { module.Version("2"); });
  });
  EXPECT_THAT(harness.Call("late"),
              StatusIs(kInvalidArgument, HasSubstr("only while the module is made")));
  EXPECT_THAT(harness.Call("version"), StatusIs(kFailedPrecondition));
}

}  // namespace
}  // namespace hawser
