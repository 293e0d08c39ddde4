// Promises that follow promises that follow promises ...

#include <algorithm>
#include <functional>
#include <latch>
#include <numeric>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "hawser/promise.h"
#include "tests/support/sample_objects.h"

namespace hawser {
namespace {

using tests::SampleObject;
using enum absl::StatusCode;

#if defined(__SANITIZE_THREAD__)
constexpr size_t kLong = 10'000;  // is slow there, and what races does not depend on it
#else
constexpr size_t kLong = 200'000;
#endif

using Chain = std::vector<Ref<Promise>>;

Chain Unsettled(size_t size) {
  Chain chain(size);
  for (Ref<Promise>& promise : chain) promise = MakeRef<Promise>();
  return chain;
}

// The order in which a chain's promises start to follow the next one.
std::vector<size_t> FromTheFirst(size_t size) {
  std::vector<size_t> order(size - 1);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

std::vector<size_t> FromTheLast(size_t size) {
  std::vector<size_t> order = FromTheFirst(size);
  return {order.rbegin(), order.rend()};
}

std::vector<size_t> Shuffled(size_t size) {
  std::vector<size_t> order = FromTheFirst(size);
  std::shuffle(order.begin(), order.end(), std::mt19937(1));
  return order;
}

// Pairs first, then pairs of those.
std::vector<size_t> PairedUp(size_t size) {
  std::vector<size_t> order;
  for (size_t i = 0; i + 1 < size; i += 2) order.push_back(i);
  for (size_t i = 1; i + 1 < size; i += 2) order.push_back(i);
  return order;
}

void Link(const Chain& chain, const std::vector<size_t>& order) {
  for (size_t i : order) chain[i]->Resolve(chain[i + 1]);
}

// How many settled with `value`.
size_t Resolved(const Chain& chain, const Value& value) {
  return static_cast<size_t>(std::ranges::count_if(chain, [&](const Ref<Promise>& promise) {
    std::optional<Outcome> outcome = promise->outcome();
    return outcome.has_value() && outcome->ok() && outcome->value() == value;
  }));
}

// How many failed with `code`.
size_t Failed(const Chain& chain, absl::StatusCode code) {
  return static_cast<size_t>(std::ranges::count_if(chain, [&](const Ref<Promise>& promise) {
    std::optional<Outcome> outcome = promise->outcome();
    return outcome.has_value() && !outcome->ok() && outcome->error().code() == code;
  }));
}

// Gone with the promise that holds it, for a promise cannot be counted.
void HoldSample(const Ref<Promise>& promise) {
  Promise::Then(promise, nullptr, [sample = MakeRef<SampleObject>()](const Outcome&) {});
}

class PromiseChainOrderTest
    : public testing::TestWithParam<std::function<std::vector<size_t>(size_t)>> {};

INSTANTIATE_TEST_SUITE_P(InAnyOrder, PromiseChainOrderTest,
                         testing::Values(FromTheFirst, FromTheLast, Shuffled, PairedUp));

TEST_P(PromiseChainOrderTest, OfAnyLengthSettlesAsItsEndDoes) {
  Chain chain = Unsettled(kLong);
  Link(chain, GetParam()(kLong));
  EXPECT_FALSE(chain.front()->settled());
  auto result = MakeRef<SampleObject>();
  chain.back()->Resolve(result);
  EXPECT_EQ(Resolved(chain, result), chain.size());
  chain.clear();
  result.reset();
  EXPECT_EQ(SampleObject::alive, 0);  // and no promise that settled with it
}

TEST(PromiseChainTest, OfAnyLengthMayBeDroppedFromItsFirst) {
  Chain chain = Unsettled(kLong);
  Link(chain, FromTheLast(kLong));
  Chain first = {chain.front()};
  for (const Ref<Promise>& promise : chain) HoldSample(promise);
  for (Ref<Promise>& promise : chain) promise.reset();
  EXPECT_EQ(Failed(first, kInternal), first.size());
  EXPECT_EQ(SampleObject::alive, 0);
}

TEST(PromiseChainTest, OfAnyLengthMayBeDroppedFromItsEnd) {
  Chain chain = Unsettled(kLong);
  Link(chain, FromTheFirst(kLong));
  Chain first = {chain.front()};
  for (const Ref<Promise>& promise : chain) HoldSample(promise);
  while (!chain.empty()) chain.pop_back();
  EXPECT_EQ(Failed(first, kInternal), first.size());
  EXPECT_EQ(SampleObject::alive, 0);
}

TEST(PromiseChainTest, ThatHasSettledSettlesAllAtOnce) {
  Chain chain = Unsettled(kLong);
  chain.back()->Resolve(5);
  Link(chain, FromTheLast(kLong));
  EXPECT_EQ(Resolved(chain, 5), chain.size());
}

TEST(PromiseChainTest, NobodyHoldsEndsTheChain) {
  Chain chain = Unsettled(kLong);
  Link(chain, FromTheFirst(kLong));
  chain.pop_back();
  EXPECT_EQ(Failed(chain, kInternal), chain.size());
}

TEST(PromiseChainTest, AwaitedByCallsOfAnyNumberSettles) {
  auto end = MakeRef<Promise>();
  Ref<Promise> last = end;
  for (size_t i = 0; i < kLong; ++i) {
    auto awaits = MakeRef<Promise>();
    last->Invoke({.op = Op::kAwait}, Promise::ReplyInto(awaits));
    last = std::move(awaits);
  }
  end->Resolve(5);
  EXPECT_EQ(last->outcome()->value(), 5);
}

TEST(PromiseChainTest, OfPromisesThatListenersResolveSettles) {
  Chain chain = Unsettled(kLong);
  for (size_t i = 1; i < kLong; ++i) {
    Promise::Then(chain[i - 1], nullptr,
                  [next = chain[i]](Outcome outcome) { next->Settle(std::move(outcome)); });
  }
  chain.front()->Resolve(5);
  EXPECT_EQ(Resolved(chain, 5), chain.size());
}

TEST(PromiseChainTest, FollowedByManySettlesAllOfThem) {
  Chain chain = Unsettled(kLong);
  auto end = MakeRef<Promise>();
  for (const Ref<Promise>& promise : chain) promise->Resolve(end);
  Chain beyond = Unsettled(2);
  Link(beyond, FromTheFirst(2));
  end->Resolve(beyond.front());
  beyond.back()->Resolve(5);
  EXPECT_EQ(Resolved(chain, 5), chain.size());
}

TEST(PromiseChainTest, IsFollowedFromManyThreads) {
  for (int round = 0; round < 100; ++round) {
    Chain chain = Unsettled(100);
    std::latch start(3);
    auto link = [&](size_t first) {
      start.arrive_and_wait();
      for (size_t i = first; i + 1 < chain.size(); i += 2) chain[i]->Resolve(chain[i + 1]);
    };
    std::thread even(link, 0);
    std::thread odd(link, 1);
    start.arrive_and_wait();
    chain.back()->Resolve(5);
    even.join();
    odd.join();
    EXPECT_EQ(Resolved(chain, 5), chain.size());
  }
}

class PromiseCircleTest : public testing::TestWithParam<size_t> {};

INSTANTIATE_TEST_SUITE_P(OfAnyLength, PromiseCircleTest, testing::Values(1, 2, 3, 100, kLong));

TEST_P(PromiseCircleTest, FailsAndLeavesNothing) {
  Chain circle = Unsettled(GetParam());
  for (const Ref<Promise>& promise : circle) HoldSample(promise);
  Link(circle, FromTheFirst(circle.size()));
  circle.back()->Resolve(circle.front());
  EXPECT_EQ(Failed(circle, kInvalidArgument), circle.size());
  circle.clear();
  EXPECT_EQ(SampleObject::alive, 0);
}

TEST_P(PromiseCircleTest, FailsThoseWhoFollowItFromOutside) {
  Chain circle = Unsettled(GetParam());
  Chain outside = Unsettled(2);
  outside[0]->Resolve(circle.front());
  Link(circle, PairedUp(circle.size()));
  circle.back()->Resolve(circle.front());
  outside[1]->Resolve(circle.front());
  EXPECT_EQ(Failed(outside, kInvalidArgument), outside.size());
}

TEST(PromiseCircleRaceTest, ClosedByTwoThreadsAtOnceFails) {
  for (int round = 0; round < 1000; ++round) {
    Chain circle = Unsettled(2);
    for (const Ref<Promise>& promise : circle) HoldSample(promise);
    std::latch start(2);
    std::thread other([&] {
      start.arrive_and_wait();
      circle[0]->Resolve(circle[1]);
    });
    start.arrive_and_wait();
    circle[1]->Resolve(circle[0]);
    other.join();
    ASSERT_EQ(Failed(circle, kInvalidArgument), circle.size());
    circle.clear();
    ASSERT_EQ(SampleObject::alive, 0);
  }
}

}  // namespace
}  // namespace hawser
