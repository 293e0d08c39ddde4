#include "hawser/function.h"

#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/base/source_location.h"
#include "hawser/promise.h"
#include "tests/support/manual_executor.h"
#include "tests/support/model_printers.h"
#include "tests/support/sample_objects.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::testing::HasSubstr;
using tests::IsOkAndHolds;
using tests::ManualExecutor;
using tests::StatusIs;
using enum absl::StatusCode;

absl::StatusOr<Value> Add(Args args) {
  int64_t sum = 0;
  for (const Value& arg : args) sum += arg.AsInt();
  return Value(sum);
}

// What Invoke itself answers; it must answer at once.
absl::StatusOr<Value> InvokeNow(Object& function, Invocation call) {
  auto promise = MakeRef<Promise>();
  function.Invoke(call, Promise::ReplyInto(promise));
  std::optional<Outcome> outcome = promise->outcome();
  if (!outcome.has_value()) return absl::UnavailableError("not answered");
  return std::move(*outcome).ToStatusOr();
}

// The status of a call whose body does `work`.
absl::Status StatusOfBody(std::function<void()> work) {
  ObjectRef function = MakeFunction(
      [&](Args) -> absl::StatusOr<Value> {
        work();
        return Value();
      },
      {});
  return CallNow(*function, "", {}).status();
}

TEST(FunctionTest, RunsItsBodyWithTheArguments) {
  ObjectRef add = MakeFunction(Add, {.name = "add"});
  EXPECT_THAT(CallNow(*add, "", {1, 2, 3}), IsOkAndHolds(Value(6)));
}

TEST(FunctionTest, ShowsWhatItWasMadeWith) {
  ManualExecutor home;
  Signature signature{.params = {Type::kInteger}, .required = 1};
  ObjectRef function = MakeFunction(Add, {.name = "add",
                                          .signature = signature,
                                          .mode = CallbackMode::kCall,
                                          .site = "shop/cart.cc:42",
                                          .home = &home});
  EXPECT_EQ(function->shape()->kind(), ObjectKind::kFunction);
  EXPECT_EQ(function->shape()->name(), "add");
  EXPECT_EQ(function->shape()->signature(), signature);
  EXPECT_EQ(function->shape()->mode(), CallbackMode::kCall);
  EXPECT_EQ(function->site(), "shop/cart.cc:42");
  EXPECT_EQ(function->home(), &home);
  EXPECT_TRUE(function->constant().is_undefined());
}

TEST(FunctionTest, TakesAnyArgumentsUnlessToldOtherwise) {
  EXPECT_EQ(MakeFunction(Add, {})->shape()->signature().ToString(), "(...) -> any");
}

TEST(FunctionTest, InvokeRunsTheBodyOnThisThreadWhateverItsHome) {
  ManualExecutor home;
  ObjectRef add = MakeFunction(Add, {.home = &home});
  Array args = {1, 2};
  EXPECT_THAT(InvokeNow(*add, {.args = args}), IsOkAndHolds(Value(3)));
  EXPECT_EQ(home.waiting(), 0u);
}

TEST(FunctionTest, AnErrorOfTheBodyIsTheAnswer) {
  Error error = Error(kAborted, "m", "MyError").WithMember("a", 1);
  ObjectRef function = MakeFunction([&](Args) { return error.ToStatus(); }, {});
  EXPECT_EQ(Error::FromStatus(CallNow(*function, "", {}).status()), error);
}

TEST(FunctionTest, CanOnlyBeCalled) {
  ObjectRef add = MakeFunction(Add, {});
  for (Op op : {Op::kGet, Op::kSet, Op::kNew, Op::kAwait}) {
    EXPECT_THAT(InvokeNow(*add, {.op = op}), StatusIs(kUnimplemented)) << OpName(op);
  }
  EXPECT_THAT(InvokeNow(*add, {.name = "member"}), StatusIs(kUnimplemented));
}

TEST(FunctionTest, DescribesItselfAsItself) {
  ObjectRef add = MakeFunction(Add, {});
  EXPECT_THAT(InvokeNow(*add, {.op = Op::kDescribe}), IsOkAndHolds(Value(add)));
}

TEST(FunctionTest, AConstantNeedsNoBody) {
  ObjectRef constant =
      MakeFunction(nullptr, {.mode = CallbackMode::kConst, .constant = "the answer"});
  EXPECT_EQ(constant->constant(), "the answer");
  EXPECT_THAT(InvokeNow(*constant, {}), IsOkAndHolds(Value("the answer")));
}

TEST(FunctionTest, DropsItsBodyWithItsLastReference) {
  auto watched = std::make_shared<int>();
  ObjectRef function =
      MakeFunction([watched](Args) -> absl::StatusOr<Value> { return Value(); }, {});
  Value value = function;
  function.reset();
  EXPECT_EQ(watched.use_count(), 2);
  value = Value();
  EXPECT_EQ(watched.use_count(), 1);
}

TEST(CatchExceptionTest, AnExceptionOfOursKeepsWhatItCarries) {
  Error error = Error(kNotFound, "m", "MyError").WithCause(1);
  EXPECT_EQ(Error::FromStatus(StatusOfBody([&] { throw Exception(error); })), error);
  EXPECT_EQ(StatusOfBody([] { throw Exception(kAborted, "m"); }), absl::AbortedError("m"));
  EXPECT_STREQ(Exception(kAborted, "m").what(), "m");
}

TEST(CatchExceptionTest, AnExceptionDerivedFromOursKeepsWhatItCarries) {
  struct Derived : Exception {
    using Exception::Exception;
  };
  EXPECT_EQ(StatusOfBody([] { throw Derived(kAborted, "m"); }), absl::AbortedError("m"));
}

TEST(CatchExceptionTest, AnErrorAndAStatusMayBeThrownAsTheyAre) {
  Error error = Error(kNotFound, "m", "MyError").WithMember("n", 1);
  EXPECT_EQ(Error::FromStatus(StatusOfBody([&] { throw error; })), error);
  EXPECT_EQ(Error::FromStatus(StatusOfBody([&] { throw error.ToStatus(); })), error);
  EXPECT_EQ(StatusOfBody([] { throw absl::OkStatus(); }),
            absl::InternalError("an OK status was thrown"));
}

TEST(CatchExceptionTest, AMissedStatusKeepsItsError) {
  Error error = Error(kNotFound, "m", "MyError");
  EXPECT_EQ(Error::FromStatus(StatusOfBody([&] {
              absl::StatusOr<int> result = error.ToStatus();
              result.value();
            })),
            error);
}

TEST(CatchExceptionTest, StandardExceptionsHaveCodes) {
  EXPECT_EQ(StatusOfBody([] { throw std::invalid_argument("m"); }),
            absl::InvalidArgumentError("m"));
  EXPECT_EQ(StatusOfBody([] { throw std::out_of_range("m"); }), absl::NotFoundError("m"));
  EXPECT_THAT(StatusOfBody([] { throw std::bad_alloc(); }),
              StatusIs(kResourceExhausted, "out of memory"));
  EXPECT_EQ(StatusOfBody([] { throw std::runtime_error("m"); }), absl::UnknownError("m"));
  EXPECT_EQ(StatusOfBody([] { throw std::logic_error("m"); }), absl::UnknownError("m"));
}

TEST(CatchExceptionTest, WhatIsNoExceptionIsInternal) {
  EXPECT_THAT(StatusOfBody([] { throw 5; }), StatusIs(kInternal, HasSubstr("no std::exception")));
  EXPECT_THAT(StatusOfBody([] { throw "text"; }), StatusIs(kInternal));
}

TEST(CatchExceptionTest, AMissingBodyIsAnErrorNotACrash) {
  EXPECT_THAT(CallNow(*MakeFunction(nullptr, {}), "", {}), StatusIs(kUnknown));
}

TEST(SiteOfTest, NamesLastFolderFileAndLine) {
  // As this file is compiled: "tests/proto/model/function_test.cc".
  base::SourceLocation here = base::SourceLocation::current();
  EXPECT_EQ(SiteOf(here), "model/function_test.cc:" + std::to_string(here.line()));
}

}  // namespace
}  // namespace hawser
