#include "hawser/pipeline.h"

#include <atomic>
#include <functional>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "tests/client/counter_session.h"

namespace hawser::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PipelineTest : public CounterSession {};

TEST_F(PipelineTest, APromiseIsAwaited) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  absl::StatusOr<RemotePromise> promise = counter.Call<RemotePromise>("promise");
  ASSERT_THAT(promise, IsOk());
  Future<int> settled = promise->AwaitAsync<int>();
  EXPECT_FALSE(settled.ready());
  promise_->Resolve(12);
  EXPECT_THAT(settled.Await(), IsOkAndHolds(12));
  EXPECT_THAT(promise->Await<int>(), IsOkAndHolds(12));
  EXPECT_THAT(counter.Call<RemoteFunction>("promise"),
              StatusIs(absl::StatusCode::kInvalidArgument, "expected function, got promise"));
}

TEST_F(PipelineTest, ARejectionNobodyAwaitedIsReported) {
  std::atomic<int> reported = 0;
  ConnectOptions options;
  options.on_unhandled_rejection = [&](const Error& error) {
    if (error.message() == "unlucky") ++reported;
  };
  Remote remote = Connect(std::move(options));
  RemoteObject counter = *remote.Require("counter");
  ASSERT_THAT(counter.Call("promise"), IsOk());
  Ref<Promise> promise = promise_;
  promise->Reject(Error(absl::StatusCode::kUnknown, "unlucky"));
  EXPECT_TRUE(Eventually([&] { return reported == 1; }));
  // An awaited one is the business of who awaited it.
  absl::StatusOr<RemotePromise> awaited = counter.Call<RemotePromise>("promise");
  promise_->Reject(Error(absl::StatusCode::kUnknown, "unlucky"));
  EXPECT_THAT(awaited->Await(), StatusIs(absl::StatusCode::kUnknown));
  awaited->Release();
  EXPECT_TRUE(Eventually([&] { return remote.stats().remote_objects == 1; }));
  EXPECT_EQ(reported, 1);
}

TEST_F(PipelineTest, ARejectionAwaitedThroughAPipelineIsNotReported) {
  std::atomic<int> reported = 0;
  ConnectOptions options;
  options.on_unhandled_rejection = [&](const Error&) { ++reported; };
  Remote remote = Connect(std::move(options));
  counter_->AddFunction("reject", [](Args) -> absl::StatusOr<Value> {
    auto promise = MakeRef<Promise>();
    promise->Reject(Error(absl::StatusCode::kAborted, "unlucky"));
    return Value(ObjectRef(promise));
  });
  Pipeline counter = remote.Pipeline().Require("counter");
  EXPECT_THAT(counter.Call("reject").Settled().Await(),
              StatusIs(absl::StatusCode::kAborted, "unlucky"));
  // The same where the promise has come before it is awaited, or before its rejection has.
  Pipeline there = counter.Call("reject");
  EXPECT_THAT(there.Await(), IsOk());
  EXPECT_THAT(there.Settled().Await(), StatusIs(absl::StatusCode::kAborted));
  Pipeline pending = counter.Call("promise");
  Future<> later = pending.Settled().Future();
  EXPECT_THAT(pending.Await(), IsOk());
  promise_->Reject(Error(absl::StatusCode::kAborted, "unlucky"));
  EXPECT_THAT(later.Await(), StatusIs(absl::StatusCode::kAborted));
  there = pending = counter;
  // One that nobody awaits is told of as ever, after all of those have been dropped.
  EXPECT_TRUE(Eventually([&] { return remote.stats().remote_objects == 1; }));
  EXPECT_EQ(reported, 0);
  EXPECT_THAT(counter.Call("reject").Await(), IsOk());
  EXPECT_TRUE(Eventually([&] { return reported == 1; }));
}

TEST_F(PipelineTest, PromisesDroppedByTheThousandNeitherStopCallsNorAreKept) {
  base::Mutex mu;
  std::vector<Ref<Promise>> promises;
  counter_->AddFunction("many", [&](Args) -> absl::StatusOr<Value> {
    base::MutexLock lock(mu);
    promises.push_back(MakeRef<Promise>());
    return Value(ObjectRef(promises.back()));
  });
  std::atomic<int> reported = 0;
  ConnectOptions options;
  options.default_deadline = absl::Seconds(10);
  options.on_unhandled_rejection = [&](const Error&) { ++reported; };
  Remote remote = Connect(std::move(options));
  RemoteObject counter = *remote.Require("counter");
  // More than the calls a session may have unanswered.
  for (int i = 0; i < 5000; ++i) ASSERT_THAT(counter.Call("many"), IsOk()) << i;
  EXPECT_TRUE(Eventually([&] { return remote.stats().remote_objects == 257; }));
  EXPECT_TRUE(Eventually([&] { return broker_.exports() == 257; }));
  EXPECT_EQ(remote.stats().calls_pending, 256u);
  // Those that are kept settle, and make room for others.
  for (const Ref<Promise>& promise : promises) {
    promise->Reject(Error(absl::StatusCode::kUnknown, "unlucky"));
  }
  EXPECT_TRUE(Eventually([&] { return reported == 256; }));
  ASSERT_THAT(counter.Call("many"), IsOk());
  promises.back()->Reject(Error(absl::StatusCode::kUnknown, "unlucky"));
  EXPECT_TRUE(Eventually([&] { return reported == 257; }));
  EXPECT_TRUE(Eventually([&] { return broker_.exports() == 1; }));
}

// Pipelines

TEST_F(PipelineTest, APipelineTakesOneRoundTrip) {
  Remote remote = Connect();
  broker_.set_holding(true);
  Future<int> value = remote.Pipeline().Require("counter").Call("self").Get("value").Future<int>();
  // Everything is there although no answer is back.
  EXPECT_FALSE(value.ready());
  std::thread releaser([&] {
    EXPECT_TRUE(Eventually([&] { return broker_.stats().calls_received == 3; }));
    broker_.set_holding(false);
  });
  EXPECT_THAT(value.Await(), IsOkAndHolds(1));
  releaser.join();
  EXPECT_TRUE(Eventually([&] { return broker_.stats().answers == 0; }));
}

TEST_F(PipelineTest, StepsOfAPipelineCanBeSharedAndBeArguments) {
  Remote remote = Connect();
  hawser::Pipeline counter = remote.Pipeline().Require("counter");
  hawser::Pipeline sum = counter.Call("add", 1, 2);
  EXPECT_THAT(counter.Call("add", sum, sum, 4).Await(), IsOkAndHolds(Value(10)));
  EXPECT_THAT(sum.Await<int>(), IsOkAndHolds(3));
  EXPECT_THAT(remote.Require("counter")->Call("add", counter.Call("add", 5), 6),
              IsOkAndHolds(Value(11)));
  EXPECT_THAT(sum.Get("x").Await(), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(PipelineTest, AFailedStepFailsThoseThatNeedIt) {
  Remote remote = Connect();
  hawser::Pipeline nothing = remote.Pipeline().Require("nothing");
  Future<> first = nothing.Call("x").Future();
  EXPECT_THAT(first.Await(), StatusIs(absl::StatusCode::kNotFound, HasSubstr("nothing")));
  EXPECT_THAT(nothing.Await(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(nothing.Get("y").Await(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(remote.Require("counter")->Call("add", nothing),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(PipelineTest, OfAnEmptyHandleEveryStepFailsAsACallOnItDoes) {
  EXPECT_THAT(RemoteObject().Pipeline().Get("x").Await(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Remote().Pipeline().Require("x").Call("y").Future().Await(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(PipelineTest, AnAnswerThatIsOurOwnObjectIsReachedInOrder) {
  Remote remote = Connect();
  RemoteObject counter = *remote.Require("counter");
  std::vector<int64_t> order;
  std::atomic<int> ran = 0;
  Callback mine(
      [&](int64_t x) {
        order.push_back(x);
        ++ran;
        return x;
      },
      CallbackMode::kCall);
  ASSERT_THAT(counter.Call("keep", mine), IsOk());
  broker_.root().AddFunction("kept", [this](Args) -> absl::StatusOr<Value> { return kept_; });
  hawser::Pipeline kept = remote.Pipeline().Call("kept");
  Future<> first = kept.Invoke(1).Future();
  EXPECT_THAT(kept.Await(), IsOk());
  Future<> second = kept.Invoke(2).Future();
  EXPECT_THAT(second.Await(), IsOk());
  EXPECT_THAT(first.Await(), IsOk());
  EXPECT_TRUE(Eventually([&] { return ran == 2; }));
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST_F(PipelineTest, AStepOnOurOwnCallbackGivesAPromiseWhetherTheCallbackIsThereOrNot) {
  Remote remote = Connect();
  broker_.root().AddFunction("back", [](Args args) -> absl::StatusOr<Value> { return args[0]; });
  Callback doubled([](int64_t x) { return 2 * x; }, CallbackMode::kCall);
  Callback failing([](int64_t) { return absl::AbortedError("no luck"); }, CallbackMode::kCall);
  for (bool there : {false, true}) {
    Pipeline back = remote.Pipeline().Call("back", doubled);
    if (there) {
      ASSERT_THAT(back.Await(), IsOk());
    }
    Pipeline step = back.Invoke(3);
    absl::StatusOr<RemotePromise> promise = step.Await<RemotePromise>();
    ASSERT_THAT(promise, IsOk()) << there;
    EXPECT_THAT(promise->Await<int>(), IsOkAndHolds(6)) << there;
    EXPECT_THAT(step.Settled().Await<int>(), IsOkAndHolds(6)) << there;

    Pipeline failed = remote.Pipeline().Call("back", failing);
    if (there) {
      ASSERT_THAT(failed.Await(), IsOk());
    }
    EXPECT_THAT(failed.Invoke(3).Settled().Await(), StatusIs(absl::StatusCode::kAborted, "no luck"))
        << there;
  }
}

// Answers that are kept

ConnectOptions WithDeadline(absl::Duration deadline) {
  // What waits for an answer that it need not wait for fails by it.
  ConnectOptions options;
  options.default_deadline = deadline;
  return options;
}

TEST_F(PipelineTest, AStepSentByOneOfItsCopiesIsNamedByStepsOfTheOthersBeforeItsAnswerIsThere) {
  Remote remote = Connect(WithDeadline(absl::Seconds(5)));
  Pipeline counter = remote.Pipeline().Require("counter");
  const std::function<Future<>(const Pipeline&)> ways[] = {
      [](const Pipeline& step) { return step.With({.deadline = absl::Seconds(3)}).Future(); },
      [](const Pipeline& step) { return Pipeline(step).Future(); },
      [](const Pipeline& step) {
        Pipeline copy = step;
        return std::move(copy).Future();
      },
  };
  for (const auto& way : ways) {
    Pipeline step = counter.Call("later");
    Future<> answer = way(step);
    Future<int> value = step.Get("value").Future<int>();
    EXPECT_FALSE(answer.ready());
    EXPECT_TRUE(Eventually([&] { return later_.size() == 1; }));
    later_.Take().Return(Value(counter_));
    EXPECT_THAT(answer.Await(), IsOk());
    EXPECT_THAT(value.Await(), IsOkAndHolds(1));
  }
}

TEST_F(PipelineTest, AStepLeftToTheStepMadeFromItIsNamedByThat) {
  Remote remote = Connect(WithDeadline(absl::Seconds(5)));
  Pipeline step = remote.Pipeline().Require("counter").Call("later");
  Pipeline value = step.Get("value");
  Future<> answer = std::move(step).Future();
  Future<int> sent = value.Future<int>();
  EXPECT_FALSE(answer.ready());
  EXPECT_TRUE(Eventually([&] { return later_.size() == 1; }));
  later_.Take().Return(Value(counter_));
  EXPECT_THAT(sent.Await(), IsOkAndHolds(1));
}

TEST_F(PipelineTest, TheAnswerOfAStepThatNobodyCanNameIsNotKept) {
  Remote remote = Connect();
  Pipeline counter = remote.Pipeline().Require("counter");
  ASSERT_THAT(counter.Await(), IsOk());
  Pipeline last = counter.Call("later");
  Future<> first = std::move(last).Future();
  Future<> second = counter.Call("later").Future();
  EXPECT_TRUE(Eventually([&] { return later_.size() == 2; }));
  EXPECT_EQ(broker_.stats().answers, 1u);
  Pipeline step = counter.Call("later");
  Future<> third = step.Future();
  EXPECT_TRUE(Eventually([&] { return later_.size() == 3; }));
  EXPECT_EQ(broker_.stats().answers, 2u);
  later_.Clear();
  step = counter = last;
  EXPECT_TRUE(Eventually([&] { return broker_.stats().answers == 0; }));
}

TEST_F(PipelineTest, WhoAwaitsAStepDoesNotHoldUpThoseWhoSendLaterOnes) {
  Remote remote = Connect(WithDeadline(absl::Seconds(5)));
  Pipeline step = remote.Pipeline().Require("counter").Call("later");
  std::thread awaits([&] { EXPECT_THAT(step.Await(), IsOk()); });
  EXPECT_TRUE(Eventually([&] { return later_.size() == 1; }));
  Future<int> value = step.Get("value").Future<int>();
  EXPECT_EQ(later_.size(), 1u);
  later_.Take().Return(Value(counter_));
  EXPECT_THAT(value.Await(), IsOkAndHolds(1));
  awaits.join();
}

TEST_F(PipelineTest, AStepThatWasMovedFromIsOfNothing) {
  Remote remote = Connect();
  Pipeline step = remote.Pipeline().Require("counter").Call("later");
  Future<> answer = std::move(step).Future();
  EXPECT_THAT(step.Get("value").Await(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(step.Future().Await(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::move(step).Await(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(remote.Require("counter")->Call("add", step),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_TRUE(Eventually([&] { return later_.size() == 1; }));
  later_.Take().Return(7);
  EXPECT_THAT(answer.Await(), IsOk());
}

TEST_F(PipelineTest, AnObjectOfThisProgramMayUseTheStepThatCallsIt) {
  auto mine = MakeRef<ScriptedObject>();
  std::optional<Pipeline> step;
  mine->AddFunction("again", [&](Args) -> absl::StatusOr<Value> {
    EXPECT_FALSE(step->Future().ready());
    return 5;
  });
  step = RemoteObject(ObjectRef(mine)).Pipeline().Call("again");
  EXPECT_THAT(step->Await(), IsOkAndHolds(Value(5)));
}

// Long chains

TEST_F(PipelineTest, AChainMayBeLong) {
  Remote remote = Connect();
  Pipeline step = remote.Pipeline().Require("counter");
  for (int i = 0; i < 20'000; ++i) step = step.Call("self", step);
  EXPECT_THAT(step.Get("value").Await<int>(), IsOkAndHolds(1));
  EXPECT_EQ(broker_.stats().calls_received, 20'002u);
  // So is one of arguments only.
  Pipeline counter = remote.Pipeline().Require("counter");
  Pipeline sum = counter.Call("add", 1);
  for (int i = 1; i < 20'000; ++i) sum = counter.Call("add", sum, 1);
  EXPECT_THAT(sum.Await<int>(), IsOkAndHolds(20'000));
  step = sum = counter;
  EXPECT_TRUE(Eventually([&] { return broker_.stats().answers == 1; }));
}

TEST_F(PipelineTest, ALongChainThatWasNotSentIsDropped) {
  Remote remote = Connect();
  Pipeline counter = remote.Pipeline().Require("counter");
  Pipeline step = counter;
  for (int i = 0; i < 200'000; ++i) step = step.Call("self", i);
  step = counter;
  for (int i = 0; i < 200'000; ++i) step = counter.Call("add", i, step);
  step = counter;
  EXPECT_THAT(step.Get("value").Await<int>(), IsOkAndHolds(1));
  EXPECT_EQ(broker_.stats().calls_received, 2u);
}

TEST_F(PipelineTest, AChainOfMoreCallsThanMayWaitFailsForThat) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "so many calls take too long there, and nothing in it depends on threads";
#endif
  Remote remote = Connect();
  broker_.set_holding(true);
  Pipeline step = remote.Pipeline().Require("counter");
  for (int i = 0; i < 80'000; ++i) step = step.Call("self", step);
  EXPECT_THAT(step.Await(), StatusIs(absl::StatusCode::kResourceExhausted));
  broker_.set_holding(false);
}

TEST_F(PipelineTest, AChainOfMoreAnswersThanAreKeptFailsForThat) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "so many calls take too long there, and nothing in it depends on threads";
#endif
  Remote remote = Connect();
  Pipeline step = remote.Pipeline().Require("counter");
  // Enough, but not more than may wait.
  for (int i = 0; i < 66'000; ++i) step = step.Call("self");
  // Nobody can name the answer of the last, so that one fails for those it names.
  EXPECT_THAT(std::move(step).Await(), StatusIs(absl::StatusCode::kResourceExhausted));
  // There is room again.
  EXPECT_TRUE(Eventually([&] { return broker_.stats().answers == 0; }));
}

TEST_F(PipelineTest, ChainsThatShareStepsAreSentByManyThreadsEachStepOnceAndInOrder) {
  constexpr int kSteps = 50;
  std::vector<int64_t> order;  // of the leading thread
  counter_->AddFunction("note", [&](Args args) -> absl::StatusOr<Value> {
    order.push_back(args[0].AsInt());
    return Value(counter_);
  });
  Remote remote = Connect();
  Pipeline counter = remote.Pipeline().Require("counter");
  ASSERT_THAT(counter.Await(), IsOk());
  std::vector<int64_t> in_order;
  for (int64_t i = 0; i < kSteps; ++i) in_order.push_back(i);
  for (int round = 0; round < 30; ++round) {
    std::vector<Pipeline> steps;
    for (int64_t i = 0; i < kSteps; ++i) {
      // By turns the target and an argument.
      Pipeline& before = i == 0 ? counter : steps.back();
      steps.push_back(i % 2 == 0 ? before.Call("note", i) : counter.Call("note", i, before));
    }
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&steps, thread] {
        const Pipeline& own = steps[kSteps - 1 - thread * 7];
        EXPECT_THAT(own.Get("value").Await<int>(), IsOkAndHolds(1));
        EXPECT_THAT(steps.back().Await(), IsOk());
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(order, in_order) << round;
    order.clear();
  }
}

// Objects that go

}  // namespace
}  // namespace hawser::tests
