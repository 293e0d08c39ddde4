#include "hawser/bytes.h"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace hawser {
namespace {

TEST(BytesTest, IsEmptyUntilGivenSomething) {
  Bytes bytes;
  EXPECT_TRUE(bytes.empty());
  EXPECT_EQ(bytes.size(), 0u);
  EXPECT_EQ(bytes.view(), "");
  EXPECT_EQ(bytes, Bytes(""));
  EXPECT_EQ(bytes, Bytes::Copy(nullptr, 0));
}

TEST(BytesTest, TakesAStringOverWithoutCopyingIt) {
  std::string content(1000, 'x');
  const char* where = content.data();
  Bytes bytes(std::move(content));
  EXPECT_EQ(bytes.view().data(), where);
  EXPECT_EQ(bytes.size(), 1000u);
}

TEST(BytesTest, TakesAShortStringOver) {
  Bytes bytes(std::string("abc"));
  Bytes copy = bytes;
  bytes = Bytes();
  EXPECT_EQ(copy.view(), "abc");
}

TEST(BytesTest, CopiesWhatItIsToldToCopy) {
  std::string content = "content";
  Bytes bytes = Bytes::Copy(content);
  content[0] = 'X';
  EXPECT_EQ(bytes.view(), "content");
  EXPECT_EQ(bytes[0], 'c');
  EXPECT_EQ(bytes.span().size(), 7u);
  EXPECT_EQ(bytes.ToString(), "content");
}

TEST(BytesTest, CopiesShareTheBuffer) {
  Bytes bytes = Bytes::Copy("content");
  Bytes copy = bytes;
  EXPECT_EQ(copy.data(), bytes.data());
}

TEST(BytesTest, AMovedFromOneIsEmpty) {
  Bytes bytes = Bytes::Copy("content");
  Bytes moved = std::move(bytes);
  EXPECT_EQ(moved.view(), "content");
  EXPECT_TRUE(bytes.empty());  // NOLINT(bugprone-use-after-move)
}

TEST(BytesTest, ASliceSharesTheBufferAndKeepsItAlive) {
  Bytes slice;
  {
    Bytes bytes = Bytes::Copy("0123456789");
    slice = bytes.Slice(2, 3);
    EXPECT_EQ(slice.data(), bytes.data() + 2);
  }
  EXPECT_EQ(slice.view(), "234");
  EXPECT_EQ(slice.Slice(1, 1).view(), "3");
}

TEST(BytesTest, ASliceIsClippedToTheContent) {
  Bytes bytes = Bytes::Copy("0123456789");
  EXPECT_EQ(bytes.Slice(8, 100).view(), "89");
  EXPECT_EQ(bytes.Slice(8, SIZE_MAX).view(), "89");
  EXPECT_EQ(bytes.Slice(10, 1).view(), "");
  EXPECT_EQ(bytes.Slice(SIZE_MAX, SIZE_MAX).view(), "");
  EXPECT_EQ(bytes.Slice(0, 10), bytes);
}

TEST(BytesTest, EqualityIsByContent) {
  EXPECT_EQ(Bytes::Copy("abc"), Bytes(std::string("abc")));
  EXPECT_NE(Bytes::Copy("abc"), Bytes::Copy("abd"));
  EXPECT_NE(Bytes::Copy("abc"), Bytes::Copy("ab"));
}

TEST(BytesTest, OneBufferMayBeUsedOnSeveralThreadsAtOnce) {
  Bytes bytes = Bytes::Copy("0123456789");
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 4; ++i) {
    threads.emplace_back([copy = bytes, i] {
      for (int round = 0; round < 1000; ++round) {
        Bytes slice = copy.Slice(i, 1);
        if (slice[0] != '0' + i) std::abort();
      }
    });
  }
  bytes = Bytes();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace hawser
