#include "hawser/pipeline.h"

#include <atomic>
#include <thread>

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

// Objects that go

}  // namespace
}  // namespace hawser::tests
