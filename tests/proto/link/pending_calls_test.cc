#include "proto/link/pending_calls.h"

#include "gtest/gtest.h"

namespace hawser::link {
namespace {

base::MonoTime At(int64_t ns) { return base::MonoTime{ns}; }

TEST(PendingCallsTest, ACallIsErasedOnce) {
  PendingCalls calls;
  calls.Add(5, std::nullopt);
  EXPECT_TRUE(calls.contains(5));
  EXPECT_TRUE(calls.Erase(5));
  EXPECT_FALSE(calls.Erase(5));
  EXPECT_EQ(calls.Find(5), nullptr);
}

TEST(PendingCallsTest, WhatIsFoundMayBeChanged) {
  PendingCalls calls;
  calls.Add(5, std::nullopt);
  calls.Find(5)->frame = 9;
  EXPECT_EQ(calls.Find(5)->frame, 9u);
}

TEST(PendingCallsTest, TheFirstDueIsTheEarliestAndGoesWithItsCall) {
  PendingCalls calls;
  calls.Add(1, std::nullopt);
  EXPECT_FALSE(calls.first_due().has_value());
  calls.Add(2, At(300));
  calls.Add(3, At(200));
  calls.Add(4, At(200));
  EXPECT_EQ(calls.first_due()->id, 3u);
  EXPECT_EQ(calls.first_due()->deadline.ns, 200);
  calls.Erase(3);
  EXPECT_EQ(calls.first_due()->id, 4u);
  calls.Erase(4);
  EXPECT_EQ(calls.first_due()->id, 2u);
}

TEST(PendingCallsTest, TakingAllLeavesNone) {
  PendingCalls calls;
  calls.Add(1, std::nullopt);
  calls.Add(2, At(300));
  int taken = 0;
  calls.TakeAll([&taken](PendingCall&) { ++taken; });
  EXPECT_EQ(taken, 2);
  EXPECT_EQ(calls.size(), 0u);
  EXPECT_FALSE(calls.first_due().has_value());
}

}  // namespace
}  // namespace hawser::link
