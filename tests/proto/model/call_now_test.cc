// CallNow: calls between objects of one process.

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/function.h"
#include "hawser/promise.h"
#include "tests/support/manual_executor.h"
#include "tests/support/model_printers.h"
#include "tests/support/sample_objects.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::testing::ElementsAre;
using tests::IsOk;
using tests::IsOkAndHolds;
using tests::ManualExecutor;
using tests::SampleObject;
using tests::StatusIs;
using enum absl::StatusCode;

// The promise in an answer, or null.
Ref<Promise> PromiseIn(const absl::StatusOr<Value>& answer) {
  if (!answer.ok() || !answer->is_object()) return nullptr;
  return Ref<Promise>(dynamic_cast<Promise*>(answer->AsObject()));
}

TEST(CallNowTest, GivesTheAnswerThatIsThere) {
  auto object = MakeRef<SampleObject>();
  object->answer = Outcome(Value(5));
  EXPECT_THAT(CallNow(*object, "method", {1, 2}), IsOkAndHolds(Value(5)));
  EXPECT_EQ(object->member, "method");
  EXPECT_THAT(object->args, ElementsAre(1, 2));
  EXPECT_FALSE(object->no_reply);
}

TEST(CallNowTest, GivesTheErrorThatIsThere) {
  auto object = MakeRef<SampleObject>();
  object->answer = Outcome::Failed(absl::AbortedError("m"));
  EXPECT_THAT(CallNow(*object, "method", {}), StatusIs(kAborted, "m"));
}

TEST(CallNowTest, CarriesTheOperation) {
  auto object = MakeRef<SampleObject>();
  object->answer = Outcome();
  EXPECT_THAT(CallNow(*object, "value", {7}, Op::kSet), IsOk());
  EXPECT_EQ(object->op, Op::kSet);
}

TEST(CallNowTest, AnAnswerThatComesLaterIsAPromise) {
  auto object = MakeRef<SampleObject>();
  absl::StatusOr<Value> answer = CallNow(*object, "method", {});
  Ref<Promise> promise = PromiseIn(answer);
  ASSERT_NE(promise, nullptr);
  EXPECT_FALSE(promise->settled());
  object->pending.Return(5);
  ASSERT_TRUE(promise->settled());
  EXPECT_EQ(promise->outcome()->value(), 5);
}

TEST(CallNowTest, AFailureThatComesLaterFailsThePromise) {
  auto object = MakeRef<SampleObject>();
  Ref<Promise> promise = PromiseIn(CallNow(*object, "method", {}));
  ASSERT_NE(promise, nullptr);
  object->pending.Fail(absl::AbortedError("m"));
  EXPECT_EQ(promise->outcome()->error().code(), kAborted);
}

TEST(CallNowTest, AnAnswerNeverGivenIsInternal) {
  auto object = MakeRef<SampleObject>();
  Ref<Promise> promise = PromiseIn(CallNow(*object, "method", {}));
  ASSERT_NE(promise, nullptr);
  object.reset();
  EXPECT_EQ(promise->outcome()->error().code(), kInternal);
}

TEST(CallNowTest, APromiseAnsweredAtOnceIsGivenAsItIs) {
  auto promise = MakeRef<Promise>();
  auto object = MakeRef<SampleObject>();
  object->answer = Outcome(Value(promise));
  EXPECT_THAT(CallNow(*object, "", {}), IsOkAndHolds(Value(promise)));
}

// Answers with `round` on a thread of its own.
class Racing final : public Object {
 public:
  explicit Racing(int round) : round_(round) {}

  ShapeRef shape() const override { return nullptr; }
  void Invoke(Invocation, Reply reply) override {
    thread = std::thread([reply = std::move(reply), n = round_]() mutable { reply.Return(n); });
  }

  std::thread thread;

 private:
  const int round_;
};

TEST(CallNowTest, TheAnswerMayComeFromAnotherThreadAtAnyMoment) {
  for (int round = 0; round < 300; ++round) {
    auto racing = MakeRef<Racing>(round);
    absl::StatusOr<Value> answer = CallNow(*racing, "", {});
    racing->thread.join();
    if (Ref<Promise> promise = PromiseIn(answer)) answer = promise->outcome()->value();
    EXPECT_THAT(answer, IsOkAndHolds(Value(round)));
  }
}

TEST(CallNowTest, ATargetAtHomeElsewhereIsCalledThereLater) {
  ManualExecutor home;
  auto object = MakeRef<SampleObject>();
  object->executor = &home;
  object->answer = Outcome(Value(5));
  Ref<Promise> promise = PromiseIn(CallNow(*object, "method", {1, "two"}));
  ASSERT_NE(promise, nullptr);
  EXPECT_EQ(object->calls, 0);
  home.RunAll();
  EXPECT_EQ(object->calls, 1);
  EXPECT_EQ(object->member, "method");
  EXPECT_THAT(object->args, ElementsAre(1, "two"));
  EXPECT_EQ(promise->outcome()->value(), 5);
}

TEST(CallNowTest, AQueuedCallKeepsItsTargetAlive) {
  ManualExecutor home;
  auto object = MakeRef<SampleObject>();
  object->executor = &home;
  object->answer = Outcome(Value(5));
  Ref<Promise> promise = PromiseIn(CallNow(*object, "method", {}));
  object.reset();
  EXPECT_EQ(SampleObject::alive, 1);
  home.RunAll();
  EXPECT_EQ(promise->outcome()->value(), 5);
  EXPECT_EQ(SampleObject::alive, 0);
}

TEST(CallNowTest, ACallWhoseQueueGoesAwayIsInternal) {
  auto object = MakeRef<SampleObject>();
  Ref<Promise> promise;
  {
    ManualExecutor home;
    object->executor = &home;
    promise = PromiseIn(CallNow(*object, "method", {}));
  }
  EXPECT_EQ(promise->outcome()->error().code(), kInternal);
}

TEST(CallNowTest, ATargetAtHomeHereIsCalledAtOnce) {
  ManualExecutor home;
  auto object = MakeRef<SampleObject>();
  object->executor = &home;
  object->answer = Outcome(Value(5));
  base::ScopedExecutor here(&home);
  EXPECT_THAT(CallNow(*object, "method", {}), IsOkAndHolds(Value(5)));
  EXPECT_EQ(home.waiting(), 0u);
}

TEST(CallNowTest, NestedCallsRunInlineEightDeepThenQueue) {
  ManualExecutor home;
  int depth = 0;
  int deepest = 0;
  int calls = 0;
  ObjectRef function;
  function = MakeFunction(
      [&](Args) -> absl::StatusOr<Value> {
        deepest = std::max(deepest, ++depth);
        if (++calls < 20) CallNow(*function, "", {}).IgnoreError();
        --depth;
        return Value();
      },
      {.home = &home});
  {
    base::ScopedExecutor here(&home);
    EXPECT_THAT(CallNow(*function, "", {}), IsOk());
  }
  EXPECT_EQ(calls, 8);
  EXPECT_EQ(deepest, 8);
  home.RunAll();
  EXPECT_EQ(calls, 20);
  EXPECT_EQ(deepest, 8);
}

TEST(CallNowTest, TargetsWithoutAHomeRunInlineHoweverDeep) {
  int calls = 0;
  ObjectRef function;
  function = MakeFunction(
      [&](Args) -> absl::StatusOr<Value> {
        if (++calls == 20) return Value("bottom");
        return CallNow(*function, "", {});
      },
      {});
  EXPECT_THAT(CallNow(*function, "", {}), IsOkAndHolds(Value("bottom")));
  EXPECT_EQ(calls, 20);
}

TEST(CallNowTest, AHiddenMemberIsRefused) {
  auto object = MakeRef<SampleObject>(
      "Counter", std::vector<Member>{{.name = "open"}, {.name = "secret", .hidden = true}});
  object->answer = Outcome();
  EXPECT_THAT(CallNow(*object, "open", {}), IsOk());
  EXPECT_THAT(CallNow(*object, "secret", {}),
              StatusIs(kNotFound, "secret of Counter is not enumerable"));
  EXPECT_EQ(object->calls, 1);
}

TEST(CallNowTest, AMemberTheShapeDoesNotListIsTheObjectsToJudge) {
  auto object = MakeRef<SampleObject>("Counter", std::vector<Member>{{.name = "open"}});
  object->answer = Outcome();
  EXPECT_THAT(CallNow(*object, "other", {}), IsOk());
  EXPECT_EQ(object->member, "other");
}

TEST(CallNowTest, AGoneTargetIsNotFound) {
  auto object = MakeRef<SampleObject>("Counter");
  object->reason = GoneReason::kDestroyed;
  EXPECT_THAT(CallNow(*object, "", {}), StatusIs(kNotFound, "Counter is gone: destroyed"));
  EXPECT_EQ(object->calls, 0);
}

TEST(CallNowTest, ATargetGoneWhileTheCallWaitedIsNotFound) {
  ManualExecutor home;
  auto object = MakeRef<SampleObject>("Counter");
  object->executor = &home;
  Ref<Promise> promise = PromiseIn(CallNow(*object, "", {}));
  object->reason = GoneReason::kModuleUnloaded;
  home.RunAll();
  EXPECT_EQ(object->calls, 0);
  EXPECT_EQ(promise->outcome()->error(), Error(kNotFound, "Counter is gone: module unloaded"));
}

TEST(CallNowTest, ANotifyFunctionGivesUndefinedAtOnce) {
  std::vector<Value> seen;
  auto notify = [&](base::Executor* home) {
    return MakeFunction(
        [&](Args args) -> absl::StatusOr<Value> {
          seen.push_back(args[0]);
          return Value("discarded");
        },
        {.mode = CallbackMode::kNotify, .home = home});
  };
  EXPECT_THAT(CallNow(*notify(nullptr), "", {1}), IsOkAndHolds(Value()));
  ManualExecutor home;
  EXPECT_THAT(CallNow(*notify(&home), "", {2}), IsOkAndHolds(Value()));
  EXPECT_THAT(seen, ElementsAre(1));
  home.RunAll();
  EXPECT_THAT(seen, ElementsAre(1, 2));
}

TEST(CallNowTest, AFailedNotifyFunctionGivesUndefinedToo) {
  ObjectRef notify =
      MakeFunction([](Args) -> absl::StatusOr<Value> { return absl::AbortedError("m"); },
                   {.mode = CallbackMode::kNotify});
  EXPECT_THAT(CallNow(*notify, "", {}), IsOkAndHolds(Value()));
}

TEST(CallNowTest, AConstFunctionGivesItsConstantWithoutACall) {
  ManualExecutor home;
  ObjectRef constant =
      MakeFunction(nullptr, {.mode = CallbackMode::kConst, .constant = Array{1}, .home = &home});
  EXPECT_THAT(CallNow(*constant, "", {}), IsOkAndHolds(Value(Array{1})));
  EXPECT_EQ(home.waiting(), 0u);
}

TEST(CallNowTest, AGoneNotifyFunctionIsNotFound) {
  auto object = MakeRef<SampleObject>("f", std::vector<Member>(), ObjectKind::kFunction);
  object->reason = GoneReason::kSessionEnded;
  EXPECT_THAT(CallNow(*object, "", {}), StatusIs(kNotFound, "f is gone: session ended"));
}

}  // namespace
}  // namespace hawser
