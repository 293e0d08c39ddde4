#include "hawser/promise.h"

#include <atomic>
#include <functional>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/function.h"
#include "tests/support/manual_executor.h"
#include "tests/support/model_printers.h"
#include "tests/support/sample_objects.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::testing::ElementsAre;
using tests::IsOkAndHolds;
using tests::ManualExecutor;
using tests::SampleObject;
using tests::StatusIs;
using enum absl::StatusCode;

// Keeps what Promise::Then hands out.
struct Heard {
  std::vector<Outcome> outcomes;
  std::function<void(Outcome)> Listener() {
    return [this](Outcome outcome) { outcomes.push_back(std::move(outcome)); };
  }
};

// A promise as another process would show it: it answers OP_AWAIT when told to.
Ref<SampleObject> ForeignPromise() {
  return MakeRef<SampleObject>("", std::vector<Member>(), ObjectKind::kPromise);
}

TEST(PromiseTest, IsUnsettledUntilResolved) {
  auto promise = MakeRef<Promise>();
  EXPECT_FALSE(promise->settled());
  EXPECT_EQ(promise->outcome(), std::nullopt);
  promise->Resolve(5);
  EXPECT_TRUE(promise->settled());
  EXPECT_EQ(promise->outcome()->value(), 5);
}

TEST(PromiseTest, OnlyTheFirstSettlementCounts) {
  auto resolved = MakeRef<Promise>();
  resolved->Resolve(5);
  resolved->Resolve(6);
  resolved->Reject(absl::AbortedError("m"));
  EXPECT_EQ(resolved->outcome()->value(), 5);

  auto rejected = MakeRef<Promise>();
  rejected->Reject(Error(kAborted, "m", "MyError"));
  rejected->Resolve(5);
  EXPECT_EQ(rejected->outcome()->error(), Error(kAborted, "m", "MyError"));
}

TEST(PromiseTest, AwaitingAnswersWhenItSettles) {
  auto promise = MakeRef<Promise>();
  auto awaited = [&] { return CallNow(*promise, "", {}, Op::kAwait); };
  absl::StatusOr<Value> early = awaited();
  promise->Resolve(5);
  EXPECT_THAT(awaited(), IsOkAndHolds(Value(5)));
  auto* waiter = dynamic_cast<Promise*>(early->AsObject());
  ASSERT_NE(waiter, nullptr);
  EXPECT_EQ(waiter->outcome()->value(), 5);
}

TEST(PromiseTest, AwaitingARejectedOneFails) {
  auto promise = MakeRef<Promise>();
  promise->Reject(absl::AbortedError("m"));
  EXPECT_THAT(CallNow(*promise, "", {}, Op::kAwait), StatusIs(kAborted, "m"));
}

TEST(PromiseTest, CanOnlyBeAwaited) {
  auto promise = MakeRef<Promise>();
  EXPECT_THAT(CallNow(*promise, "", {}), StatusIs(kUnimplemented));
  EXPECT_THAT(CallNow(*promise, "then", {}), StatusIs(kUnimplemented));
  EXPECT_THAT(CallNow(*promise, "", {}, Op::kDescribe), IsOkAndHolds(Value(promise)));
}

TEST(PromiseTest, ShowsThatItIsAPromise) {
  EXPECT_EQ(MakeRef<Promise>()->shape()->kind(), ObjectKind::kPromise);
  EXPECT_EQ(MakeRef<Promise>()->home(), nullptr);
}

TEST(PromiseTest, ThenRunsWhenItSettlesOrAtOnce) {
  auto promise = MakeRef<Promise>();
  Heard heard;
  Promise::Then(promise, nullptr, heard.Listener());
  EXPECT_TRUE(heard.outcomes.empty());
  promise->Resolve(5);
  Promise::Then(promise, nullptr, heard.Listener());
  ASSERT_EQ(heard.outcomes.size(), 2u);
  EXPECT_EQ(heard.outcomes[0].value(), 5);
  EXPECT_EQ(heard.outcomes[1].value(), 5);
}

TEST(PromiseTest, ThenRunsOnItsExecutor) {
  ManualExecutor executor;
  auto promise = MakeRef<Promise>();
  Heard heard;
  Promise::Then(promise, &executor, heard.Listener());
  EXPECT_EQ(executor.waiting(), 0u);
  promise->Reject(absl::AbortedError("m"));
  EXPECT_TRUE(heard.outcomes.empty());
  executor.RunAll();
  ASSERT_EQ(heard.outcomes.size(), 1u);
  EXPECT_EQ(heard.outcomes[0].error().code(), kAborted);
}

TEST(PromiseTest, ThenRunsInTheOrderAsked) {
  auto promise = MakeRef<Promise>();
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) {
    Promise::Then(promise, nullptr, [&, i](Outcome) { order.push_back(i); });
  }
  promise->Resolve({});
  EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

TEST(PromiseTest, ThenWorksForAnyObjectThatIsAPromise) {
  Ref<SampleObject> foreign = ForeignPromise();
  Heard heard;
  Promise::Then(foreign, nullptr, heard.Listener());
  EXPECT_EQ(foreign->op, Op::kAwait);
  foreign->pending.Return(5);
  ASSERT_EQ(heard.outcomes.size(), 1u);
  EXPECT_EQ(heard.outcomes[0].value(), 5);
}

TEST(PromiseTest, ThenOfAPromiseAtHomeElsewhereAsksThere) {
  ManualExecutor home;
  Ref<SampleObject> foreign = ForeignPromise();
  foreign->executor = &home;
  foreign->answer = Outcome(Value(5));
  Heard heard;
  Promise::Then(foreign, nullptr, heard.Listener());
  EXPECT_TRUE(heard.outcomes.empty());
  home.RunAll();
  EXPECT_EQ(heard.outcomes.size(), 1u);
}

TEST(PromiseTest, ThenOfNothingOrOfAGonePromiseFails) {
  Heard heard;
  Promise::Then(nullptr, nullptr, heard.Listener());
  Ref<SampleObject> gone = ForeignPromise();
  gone->reason = GoneReason::kSessionEnded;
  Promise::Then(gone, nullptr, heard.Listener());
  ASSERT_EQ(heard.outcomes.size(), 2u);
  EXPECT_EQ(heard.outcomes[0].error().code(), kInvalidArgument);
  EXPECT_EQ(heard.outcomes[1].error().code(), kNotFound);
}

TEST(PromiseTest, DroppedUnsettledItFailsThoseWhoWait) {
  auto promise = MakeRef<Promise>();
  Heard heard;
  Promise::Then(promise, nullptr, heard.Listener());
  promise.reset();
  ASSERT_EQ(heard.outcomes.size(), 1u);
  EXPECT_EQ(heard.outcomes[0].error(),
            Error(kInternal, "the promise was dropped before it settled"));
}

// A call that holds what it is made on until it is answered, as calls of other processes do.
class HoldingCall final : public ReplySink, public CallContext {
 public:
  explicit HoldingCall(ObjectRef target) : target_(std::move(target)) {}
  void Start() {
    Invocation call{.op = Op::kAwait, .context = this};
    target_->Invoke(call, Reply(this, 0));
  }
  void Stop() { stop_.request_stop(); }
  void Deliver(uint64_t /*token*/, Outcome outcome) override {
    outcome_ = std::move(outcome);
    answers.fetch_add(1);
    target_.reset();
  }
  SessionRef session() const override { return nullptr; }
  std::stop_token stop_token() override { return stop_.get_token(); }
  const Outcome& outcome() const { return outcome_; }

  std::atomic<int> answers = 0;

 private:
  ObjectRef target_;
  std::stop_source stop_;
  Outcome outcome_;
};

TEST(PromiseTest, ACallThatIsStoppedNoLongerWaitsAndHoldsNothing) {
  auto promise = MakeRef<Promise>();
  HoldingCall stopped(promise);
  HoldingCall waiting(promise);
  stopped.Start();
  waiting.Start();
  stopped.Stop();
  EXPECT_EQ(stopped.answers, 1);
  EXPECT_EQ(stopped.outcome().error().code(), kCancelled);
  EXPECT_EQ(waiting.answers, 0);
  promise->Resolve(5);
  EXPECT_EQ(waiting.outcome().value(), 5);
  EXPECT_EQ(stopped.answers, 1);
}

TEST(PromiseTest, ACallStoppedBeforeItBeganIsAnsweredAtOnce) {
  HoldingCall call(MakeRef<Promise>());
  call.Stop();
  call.Start();
  EXPECT_EQ(call.outcome().error().code(), kCancelled);
}

TEST(PromiseTest, TheLastCallThatIsStoppedTakesThePromiseAlong) {
  HoldingCall call(MakeRef<Promise>());
  call.Start();
  call.Stop();
  EXPECT_EQ(call.answers, 1);
}

TEST(PromiseTest, StoppingRacesWithSettlingAndEachCallIsAnsweredOnce) {
  for (int i = 0; i < 500; ++i) {
    auto promise = MakeRef<Promise>();
    HoldingCall first(promise);
    HoldingCall second(promise);
    std::thread starter([&] {
      first.Start();
      second.Start();
    });
    std::thread stopper([&] { first.Stop(); });
    promise->Resolve(i);
    promise = nullptr;
    starter.join();
    stopper.join();
    EXPECT_EQ(first.answers, 1);
    EXPECT_EQ(second.answers, 1);
    EXPECT_EQ(second.outcome().value(), i);
  }
}

TEST(PromiseTest, AReplyIntoItSettlesIt) {
  auto promise = MakeRef<Promise>();
  Promise::ReplyInto(promise).Return(5);
  EXPECT_EQ(promise->outcome()->value(), 5);
  auto dropped = MakeRef<Promise>();
  { Reply reply = Promise::ReplyInto(dropped); }
  EXPECT_EQ(dropped->outcome()->error().code(), kInternal);
}

TEST(PromiseTest, AReplyIntoItKeepsItAlive) {
  auto promise = MakeRef<Promise>();
  Heard heard;
  Promise::Then(promise, nullptr, heard.Listener());
  Reply reply = Promise::ReplyInto(std::move(promise));
  reply.Return(5);
  ASSERT_EQ(heard.outcomes.size(), 1u);
  EXPECT_EQ(heard.outcomes[0].value(), 5);
}

TEST(PromiseTest, ResolvedWithAnotherPromiseItFollowsThatOne) {
  auto inner = MakeRef<Promise>();
  auto outer = MakeRef<Promise>();
  outer->Resolve(inner);
  EXPECT_FALSE(outer->settled());
  outer->Resolve("too late");
  outer->Reject(absl::AbortedError("too late"));
  EXPECT_FALSE(outer->settled());
  inner->Resolve(5);
  EXPECT_EQ(outer->outcome()->value(), 5);
}

TEST(PromiseTest, ResolvedWithASettledPromiseItIsSettled) {
  auto inner = MakeRef<Promise>();
  inner->Reject(absl::AbortedError("m"));
  auto outer = MakeRef<Promise>();
  outer->Resolve(inner);
  EXPECT_EQ(outer->outcome()->error(), Error(kAborted, "m"));
}

TEST(PromiseTest, ItFollowsAChainOfPromises) {
  std::vector<Ref<Promise>> chain;
  for (int i = 0; i < 100; ++i) chain.push_back(MakeRef<Promise>());
  for (size_t i = 1; i < chain.size(); ++i) chain[i]->Resolve(chain[i - 1]);
  chain[0]->Resolve(5);
  EXPECT_EQ(chain.back()->outcome()->value(), 5);
}

TEST(PromiseTest, ItFollowsAPromiseOfAnotherProcess) {
  Ref<SampleObject> first = ForeignPromise();
  Ref<SampleObject> second = ForeignPromise();
  auto outer = MakeRef<Promise>();
  outer->Resolve(first);
  first->pending.Return(second);  // as a careless peer might
  EXPECT_FALSE(outer->settled());
  second->pending.Return(5);
  EXPECT_EQ(outer->outcome()->value(), 5);
}

TEST(PromiseTest, FollowingADroppedPromiseFails) {
  auto outer = MakeRef<Promise>();
  outer->Resolve(MakeRef<Promise>());
  EXPECT_EQ(outer->outcome()->error().code(), kInternal);
}

TEST(PromiseTest, ItCannotFollowItself) {
  auto promise = MakeRef<Promise>();
  promise->Resolve(promise);
  EXPECT_EQ(promise->outcome()->error().code(), kInvalidArgument);
}

TEST(PromiseTest, ItFollowsAPeersEndlessPromisesNotForever) {
  Ref<SampleObject> endless = ForeignPromise();
  endless->answer = Outcome(Value(endless));
  auto outer = MakeRef<Promise>();
  outer->Resolve(endless);
  EXPECT_EQ(outer->outcome()->error().code(), kInvalidArgument);
  EXPECT_LT(endless->calls, 100);
  endless->answer.reset();  // it held itself
}

TEST(PromiseTest, ARejectionWithAPromiseAsCauseIsFinal) {
  auto promise = MakeRef<Promise>();
  promise->Reject(Error(kAborted, "m").WithCause(MakeRef<Promise>()));
  EXPECT_TRUE(promise->settled());
}

TEST(PromiseTest, OneWhoWaitsMayDropItsLastReference) {
  auto promise = MakeRef<Promise>();
  Promise* raw = promise.get();
  std::vector<Value> seen;
  Promise::Then(promise, nullptr, [&](Outcome) { promise.reset(); });
  Promise::Then(promise, nullptr, [&](Outcome outcome) { seen.push_back(outcome.value()); });
  raw->Resolve(5);
  EXPECT_THAT(seen, ElementsAre(5));
}

TEST(PromiseTest, OneWhoWaitsMayUseThePromiseAgain) {
  auto promise = MakeRef<Promise>();
  Heard heard;
  Promise::Then(promise, nullptr, [&](Outcome) {
    promise->Resolve(6);
    Promise::Then(promise, nullptr, heard.Listener());
  });
  promise->Resolve(5);
  ASSERT_EQ(heard.outcomes.size(), 1u);
  EXPECT_EQ(heard.outcomes[0].value(), 5);
}

TEST(PromiseTest, SettlingRacesWithWaitingAndNobodyIsForgotten) {
  for (int round = 0; round < 200; ++round) {
    auto promise = MakeRef<Promise>();
    std::atomic<int> heard = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([promise, i] { promise->Resolve(i); });
      threads.emplace_back(
          [promise, &heard] { Promise::Then(promise, nullptr, [&](Outcome) { ++heard; }); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(heard, 2);
  }
}

}  // namespace
}  // namespace hawser
