#include "proto/link/call_table.h"

#include <map>
#include <memory>
#include <random>

#include "gtest/gtest.h"
#include "tests/support/test_seed.h"

namespace hawser::link {
namespace {

TEST(CallTableTest, WhatIsAddedIsFoundUntilErased) {
  CallTable<int> table;
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.Find(1), nullptr);
  table.Add(1) = 10;
  table.Add(2) = 20;
  EXPECT_EQ(table.size(), 2u);
  EXPECT_EQ(*table.Find(1), 10);
  EXPECT_TRUE(table.Erase(1));
  EXPECT_FALSE(table.Erase(1));
  EXPECT_EQ(table.Find(1), nullptr);
  EXPECT_EQ(*table.Find(2), 20);
}

TEST(CallTableTest, NothingHasTheIdZero) {
  CallTable<int> table;
  table.Add(8) = 1;
  table.Erase(8);
  table.Add(9) = 1;
  EXPECT_EQ(table.Find(0), nullptr);
  EXPECT_FALSE(table.Erase(0));
}

TEST(CallTableTest, OneThatLastsIsFoundHoweverManyCameAfterIt) {
  CallTable<int> table;
  table.Add(3) = -3;
  for (uint64_t id = 4; id < 100000; ++id) {
    table.Add(id) = 0;
    ASSERT_TRUE(table.Erase(id));
  }
  ASSERT_NE(table.Find(3), nullptr);
  EXPECT_EQ(*table.Find(3), -3);
  EXPECT_EQ(table.size(), 1u);
}

TEST(CallTableTest, WhatIsErasedIsDestroyedAtOnce) {
  CallTable<std::shared_ptr<int>> table;
  auto watched = std::make_shared<int>(1);
  for (uint64_t id : {1, 1025, 2049}) table.Add(id) = watched;
  EXPECT_EQ(watched.use_count(), 4);
  for (uint64_t id : {1, 1025, 2049}) EXPECT_TRUE(table.Erase(id));
  EXPECT_EQ(watched.use_count(), 1);
  table.Add(5) = watched;
  table.Clear();
  EXPECT_EQ(watched.use_count(), 1);
}

// Ids that rise, that collide, and that come from anywhere; few and many at a time.
TEST(CallTableTest, ItHoldsWhatAMapHolds) {
  std::mt19937_64 random(tests::TestSeed());
  CallTable<uint64_t> table;
  std::map<uint64_t, uint64_t> expected;
  uint64_t next = 1;
  for (int i = 0; i < 200000; ++i) {
    size_t most = 1ull << (i / 20000 + 2);
    if (expected.size() < most && random() % 2 == 0) {
      uint64_t id = random() % 8 == 0 ? random() % 64 * 1024 + 1 : next++;
      if (expected.contains(id)) continue;
      table.Add(id) = id * 7;
      expected[id] = id * 7;
    } else if (!expected.empty()) {
      auto one = random() % 4 == 0 ? std::prev(expected.end()) : expected.begin();
      ASSERT_EQ(*table.Find(one->first), one->second);
      ASSERT_TRUE(table.Erase(one->first));
      ASSERT_FALSE(table.contains(one->first));
      expected.erase(one);
    }
    ASSERT_EQ(table.size(), expected.size());
    if (i % 1000 != 0) continue;
    std::map<uint64_t, uint64_t> found;
    table.ForEach([&](uint64_t call) { found[call / 7] = call; });
    ASSERT_EQ(found, expected);
  }
}

}  // namespace
}  // namespace hawser::link
