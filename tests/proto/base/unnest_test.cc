#include "hawser/base/unnest.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hawser::base {
namespace {

using ::testing::ElementsAre;

// Runs `left` further ones, each inside the one before.
struct Chain {
  void Run(int left) {
    Unnest<8>(left, [this](int left) {
      deepest = std::max(deepest, ++depth);
      ++ran;
      if (left > 0) Run(left - 1);
      --depth;
    });
  }
  int depth = 0;
  int deepest = 0;
  int ran = 0;
};

TEST(UnnestTest, AChainOfAnyLengthTakesAsMuchStackAsIsAllowed) {
  Chain chain;
  chain.Run(1'000'000);
  EXPECT_EQ(chain.ran, 1'000'001);
  EXPECT_EQ(chain.deepest, 8);
  chain.Run(3);
  EXPECT_EQ(chain.ran, 1'000'005);
}

TEST(UnnestTest, WhatComesUpInsideRunsInsideAsLongAsItMay) {
  std::vector<int> order;
  Unnest<8>(1, [&](int) {
    order.push_back(1);
    Unnest<8>(2, [&](int) { order.push_back(2); });
    order.push_back(3);
  });
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST(UnnestTest, WhatComesUpTooDeepRunsInOrderBeforeTheDeepestReturns) {
  std::vector<int> order;
  auto run = [&order](auto& self, int item) -> void {
    Unnest<1>(item, [&](int item) {
      order.push_back(item);
      if (item != 1) return;
      self(self, 2);
      self(self, 3);
      order.push_back(-1);
    });
  };
  run(run, 1);
  EXPECT_THAT(order, ElementsAre(1, -1, 2, 3));
}

TEST(UnnestTest, ItemsNeedOnlyBeMovable) {
  int got = 0;
  Unnest<1>(std::make_unique<int>(7), [&](std::unique_ptr<int> item) { got = *item; });
  EXPECT_EQ(got, 7);
}

}  // namespace
}  // namespace hawser::base
