#include "proto/link/pending_calls.h"

#include "gtest/gtest.h"

namespace hawser::link {
namespace {

PendingCall Until(int64_t ns) {
  PendingCall call;
  call.deadline = base::MonoTime{ns};
  return call;
}

TEST(PendingCallsTest, ACallIsErasedOnce) {
  PendingCalls calls;
  calls.Add(5, {});
  EXPECT_TRUE(calls.contains(5));
  EXPECT_TRUE(calls.Erase(5));
  EXPECT_FALSE(calls.Erase(5));
  EXPECT_EQ(calls.Find(5), nullptr);
}

TEST(PendingCallsTest, WhatIsFoundMayBeChanged) {
  PendingCalls calls;
  calls.Add(5, {});
  calls.Find(5)->frame = 9;
  EXPECT_EQ(calls.Find(5)->frame, 9u);
}

TEST(PendingCallsTest, TheFirstDueIsTheEarliestAndGoesWithItsCall) {
  PendingCalls calls;
  calls.Add(1, {});
  EXPECT_FALSE(calls.first_due().has_value());
  calls.Add(2, Until(300));
  calls.Add(3, Until(200));
  calls.Add(4, Until(200));
  EXPECT_EQ(calls.first_due()->id, 3u);
  EXPECT_EQ(calls.first_due()->deadline.ns, 200);
  calls.Erase(3);
  EXPECT_EQ(calls.first_due()->id, 4u);
  calls.Erase(4);
  EXPECT_EQ(calls.first_due()->id, 2u);
}

TEST(PendingCallsTest, TakingAllLeavesNone) {
  PendingCalls calls;
  calls.Add(1, {});
  calls.Add(2, Until(300));
  int taken = 0;
  calls.TakeAll([&taken](PendingCall&) { ++taken; });
  EXPECT_EQ(taken, 2);
  EXPECT_EQ(calls.size(), 0u);
  EXPECT_FALSE(calls.first_due().has_value());
}

}  // namespace
}  // namespace hawser::link
