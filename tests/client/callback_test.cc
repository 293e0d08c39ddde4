#include "hawser/callback.h"

#include "client/internal/client_function.h"
#include "gmock/gmock.h"
#include "hawser/call_check.h"
#include "hawser/remote_object.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::testing::HasSubstr;
using tests::IsOk;
using tests::IsOkAndHolds;
using tests::StatusIs;

absl::StatusOr<Value> CallOf(const Callback& callback, Array args) {
  return internal::ClientFunction::From(callback.object().get())->Run(args).ToStatusOr();
}

TEST(CallbackTest, TakesArgumentsAsTheyAreOrConverted) {
  EXPECT_THAT(CallOf(Callback([](Args args) { return static_cast<int64_t>(args.size()); }), {1, 2}),
              IsOkAndHolds(Value(2)));
  EXPECT_THAT(
      CallOf(Callback([](int64_t a, const std::string& b) { return b + std::to_string(a); }),
             {1, "x"}),
      IsOkAndHolds(Value("x1")));
  EXPECT_THAT(CallOf(Callback([](Value v) { return v; }), {Null()}), IsOkAndHolds(Value(Null())));
}

TEST(CallbackTest, MissingArgumentsMustBeOptionalAndSurplusOnesAreIgnored) {
  Callback callback([](int64_t a, std::optional<int64_t> b) { return a + b.value_or(10); });
  EXPECT_THAT(CallOf(callback, {1}), IsOkAndHolds(Value(11)));
  EXPECT_THAT(CallOf(callback, {1, 2, 3}), IsOkAndHolds(Value(3)));
  EXPECT_THAT(CallOf(callback, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("argument 1")));
  EXPECT_THAT(CallOf(callback, {1, "two"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("argument 2: expected integer, got string")));
}

TEST(CallbackTest, ItsSignatureSaysWhatMustBeGivenSoThatCallersAreToldAtOnce) {
  auto signature = [](const Callback& callback) {
    return callback.object()->shape()->signature().ToString();
  };
  Callback both([](int64_t a, const std::string&) { return a; }, CallbackMode::kCall);
  EXPECT_EQ(signature(both), "(integer, string, ...) -> any");
  EXPECT_EQ(signature(Callback([](int64_t, std::optional<int64_t>, Value) {})),
            "(integer, integer?, any?, ...) -> undefined");
  EXPECT_EQ(signature(Callback([](std::optional<int64_t>, int64_t) {})),
            "(any, integer, ...) -> undefined");
  EXPECT_EQ(signature(Callback([](Args) {})), "(...) -> any");
  auto check = [&](std::vector<Value> args) {
    ShapeRef shape = both.object()->shape();
    return CheckCall(*shape, {.shape = shape.get(), .args = args});
  };
  EXPECT_THAT(check({1}), StatusIs(absl::StatusCode::kInvalidArgument,
                                   "function: expected at least 2 arguments, got 1"));
  EXPECT_THAT(check({1, Null()}), StatusIs(absl::StatusCode::kInvalidArgument,
                                           "function: argument 2: expected string, got null"));
  EXPECT_THAT(check({1, "x", 3}), IsOk());
  EXPECT_THAT(RemoteObject(both.object()).Invoke(1), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(CallbackTest, ReturnsNothingAValueAStatusOrEither) {
  EXPECT_THAT(CallOf(Callback([] {}), {}), IsOkAndHolds(Value()));
  EXPECT_THAT(CallOf(Callback([] { return absl::OkStatus(); }), {}), IsOkAndHolds(Value()));
  EXPECT_THAT(CallOf(Callback([] { return absl::AbortedError("no"); }), {}),
              StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(CallOf(Callback([]() -> absl::StatusOr<std::vector<int>> {
                       return std::vector<int>{1, 2};
                     }),
                     {}),
              IsOkAndHolds(Value(Array{1, 2})));
  EXPECT_THAT(
      CallOf(Callback([]() -> absl::StatusOr<int> { return absl::AbortedError("no"); }), {}),
      StatusIs(absl::StatusCode::kAborted));
}

TEST(CallbackTest, WhatItThrowsIsTheError) {
  EXPECT_THAT(CallOf(Callback([] { throw std::invalid_argument("bad"); }), {}),
              StatusIs(absl::StatusCode::kInvalidArgument, "bad"));
  EXPECT_THAT(CallOf(Callback([] { throw Exception(absl::StatusCode::kDataLoss, "lost"); }), {}),
              StatusIs(absl::StatusCode::kDataLoss, "lost"));
  EXPECT_THAT(CallOf(Callback([] { throw 7; }), {}), StatusIs(absl::StatusCode::kInternal));
}

TEST(CallbackTest, AMutableFunctionKeepsItsState) {
  Callback count([n = 0]() mutable { return ++n; });
  EXPECT_THAT(CallOf(count, {}), IsOkAndHolds(Value(1)));
  EXPECT_THAT(CallOf(count, {}), IsOkAndHolds(Value(2)));
}

TEST(CallbackTest, CopiesAreOneObjectAndFunctionsOfOneKindShareTheirShape) {
  Callback a([](int64_t) {});
  Callback b = a;
  Callback c([](int64_t) { return 1; });
  Callback d([](int64_t) {});
  EXPECT_EQ(a, b);
  EXPECT_FALSE(a == d);
  EXPECT_EQ(a.object()->shape().get(), d.object()->shape().get());
  EXPECT_NE(a.object()->shape().get(), c.object()->shape().get());
  EXPECT_EQ(a.object()->shape()->mode(), CallbackMode::kNotify);
  EXPECT_EQ(a.object()->shape()->signature().params.size(), 1u);
  EXPECT_EQ(Callback([] {}, CallbackMode::kPlain).object()->shape()->mode(), CallbackMode::kCall);
  EXPECT_EQ(Value(a), Value(a.object()));
}

TEST(CallbackTest, SaysWhereItWasMade) {
  Callback here([] {});
  EXPECT_THAT(std::string(here.object()->site()), HasSubstr("client/callback_test.cc:"));
  EXPECT_THAT(std::string(Callback::Constant(1).object()->site()),
              HasSubstr("client/callback_test.cc:"));
}

TEST(CallbackTest, AConstantNeverRuns) {
  Callback constant = Callback::Constant("always");
  EXPECT_EQ(constant.object()->shape()->mode(), CallbackMode::kConst);
  EXPECT_EQ(constant.object()->constant(), Value("always"));
}

}  // namespace
}  // namespace hawser
