#include "proto/link/call_windows.h"

#include "gtest/gtest.h"

namespace hawser::link {
namespace {

LinkLimits Limits(uint64_t calls, uint64_t bytes) {
  LinkLimits limits;
  limits.call_window = calls;
  limits.byte_window = bytes;
  return limits;
}

TEST(CallWindowsTest, UntilThePeerSaysMoreItGrantsWhatThisEndDoes) {
  CallWindows windows(Limits(2, 100));
  EXPECT_TRUE(windows.MaySend(100));
  EXPECT_FALSE(windows.MaySend(101));
  windows.NoteSent(1);
  windows.NoteSent(1);
  EXPECT_FALSE(windows.HasCallsLeft());
  EXPECT_FALSE(windows.MaySend(0));
}

TEST(CallWindowsTest, ThePeersFirstWordMayGrantLess) {
  CallWindows windows(Limits(2, 100));
  windows.SetGranted({1, 10});
  EXPECT_TRUE(windows.MaySend(10));
  windows.NoteSent(10);
  EXPECT_FALSE(windows.MaySend(0));
}

TEST(CallWindowsTest, AGrantNeverShrinksAndEachPartGrowsByItself) {
  CallWindows windows(Limits(2, 100));
  windows.NoteSent(100);
  windows.NoteSent(0);
  windows.RaiseGranted({1, 150});
  EXPECT_FALSE(windows.HasCallsLeft());
  windows.RaiseGranted({3, 50});
  EXPECT_TRUE(windows.MaySend(50));
  EXPECT_FALSE(windows.MaySend(51));
}

TEST(CallWindowsTest, WhatIsDoneIsGrantedAnew) {
  CallWindows windows(Limits(4096, 1 << 20));
  windows.NoteDone(100);
  EXPECT_EQ(windows.grant().calls, 4097u);
  EXPECT_EQ(windows.grant().bytes, (1u << 20) + 100);
}

TEST(CallWindowsTest, AGrantIsWorthTellingAfterASixtyFourthAndMustBeToldAfterAQuarter) {
  CallWindows windows(Limits(640, 1 << 30));
  for (int call = 1; call <= 160; ++call) {
    windows.NoteDone(1);
    ASSERT_EQ(windows.worth_telling(), call >= 10) << call;
    ASSERT_EQ(windows.must_tell(), call >= 160) << call;
  }
  windows.NoteTold();
  EXPECT_FALSE(windows.worth_telling());
  windows.NoteDone(1 << 28);
  EXPECT_TRUE(windows.must_tell()) << "bytes count as calls do";
}

TEST(CallWindowsTest, InAWindowOfOneEachCallIsToldOf) {
  CallWindows windows(Limits(1, 1 << 20));
  EXPECT_FALSE(windows.must_tell());
  windows.NoteDone(1);
  EXPECT_TRUE(windows.must_tell());
}

}  // namespace
}  // namespace hawser::link
