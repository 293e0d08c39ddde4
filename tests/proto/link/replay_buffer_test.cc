#include "proto/link/replay_buffer.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hawser::link {
namespace {

constexpr size_t kAll = 1 << 30;

uint64_t Append(ReplayBuffer& buffer, std::string_view frame) {
  buffer.tail()->append(frame);
  return buffer.Commit();
}

// What TakeUnsent gives, and the number of the first frame.
std::pair<uint64_t, std::string> Take(ReplayBuffer& buffer, size_t max_bytes = kAll) {
  std::string packet;
  uint64_t first = buffer.TakeUnsent(max_bytes, &packet);
  return {first, packet};
}

TEST(ReplayBufferTest, FramesAreNumberedFromOne) {
  ReplayBuffer buffer;
  EXPECT_EQ(buffer.next_number(), 1u);
  EXPECT_EQ(Append(buffer, "a"), 1u);
  EXPECT_EQ(Append(buffer, "bb"), 2u);
  EXPECT_EQ(buffer.next_number(), 3u);
  EXPECT_EQ(buffer.bytes(), 3u);
  EXPECT_EQ(buffer.frames(), 2u);
}

TEST(ReplayBufferTest, EachFrameIsSentOnceUntilRewound) {
  ReplayBuffer buffer;
  Append(buffer, "a");
  Append(buffer, "bb");
  EXPECT_TRUE(buffer.HasUnsent());
  EXPECT_EQ(Take(buffer), std::pair(uint64_t{1}, std::string("abb")));
  EXPECT_FALSE(buffer.HasUnsent());
  Append(buffer, "ccc");
  EXPECT_EQ(Take(buffer), std::pair(uint64_t{3}, std::string("ccc")));
  buffer.Rewind();
  EXPECT_EQ(Take(buffer), std::pair(uint64_t{1}, std::string("abbccc")));
}

TEST(ReplayBufferTest, APacketHoldsWholeFramesAndAtLeastOne) {
  ReplayBuffer buffer;
  for (std::string_view frame : {"aaaa", "bb", "cc", "d"}) Append(buffer, frame);
  EXPECT_EQ(Take(buffer, 1), std::pair(uint64_t{1}, std::string("aaaa")));
  EXPECT_EQ(Take(buffer, 4), std::pair(uint64_t{2}, std::string("bbcc")));
  EXPECT_EQ(Take(buffer, 4), std::pair(uint64_t{4}, std::string("d")));
}

TEST(ReplayBufferTest, AcknowledgedFramesAreForgottenAndNotSentAgain) {
  ReplayBuffer buffer;
  for (std::string_view frame : {"a", "b", "c"}) Append(buffer, frame);
  Take(buffer);
  buffer.Acknowledge(2);
  EXPECT_EQ(buffer.bytes(), 1u);
  buffer.Rewind();
  EXPECT_EQ(Take(buffer), std::pair(uint64_t{3}, std::string("c")));
  EXPECT_EQ(buffer.next_number(), 4u);
}

TEST(ReplayBufferTest, OnlyWhatWasSentOnThisConnectionCanBeAcknowledged) {
  ReplayBuffer buffer;
  for (std::string_view frame : {"a", "b"}) Append(buffer, frame);
  buffer.Acknowledge(2);
  EXPECT_EQ(buffer.frames(), 2u);
  Take(buffer, 1);
  buffer.Acknowledge(UINT64_MAX);
  EXPECT_EQ(buffer.frames(), 1u);
  EXPECT_EQ(Take(buffer), std::pair(uint64_t{2}, std::string("b")));
}

TEST(ReplayBufferTest, ANewConnectionMayAcknowledgeWhateverWasNumbered) {
  ReplayBuffer buffer;
  for (std::string_view frame : {"a", "b", "c"}) Append(buffer, frame);
  Take(buffer);
  buffer.Rewind();
  buffer.AcknowledgeAll(2);
  EXPECT_EQ(Take(buffer), std::pair(uint64_t{3}, std::string("c")));
  buffer.AcknowledgeAll(1000);
  EXPECT_EQ(buffer.frames(), 0u);
  EXPECT_EQ(buffer.next_number(), 4u);
}

TEST(ReplayBufferTest, AnOldAcknowledgementChangesNothing) {
  ReplayBuffer buffer;
  for (std::string_view frame : {"a", "b", "c"}) Append(buffer, frame);
  Take(buffer);
  buffer.Acknowledge(2);
  buffer.Acknowledge(1);
  buffer.Acknowledge(0);
  EXPECT_EQ(buffer.frames(), 1u);
  EXPECT_EQ(buffer.bytes(), 1u);
}

TEST(ReplayBufferTest, LastSentCountsEarlierConnectionsToo) {
  ReplayBuffer buffer;
  EXPECT_EQ(buffer.last_sent(), 0u);
  for (std::string_view frame : {"a", "b", "c"}) Append(buffer, frame);
  Take(buffer, 2);
  EXPECT_EQ(buffer.last_sent(), 2u);
  buffer.Rewind();
  EXPECT_EQ(buffer.last_sent(), 2u);
  Take(buffer, 1);
  EXPECT_EQ(buffer.last_sent(), 2u);
  Take(buffer);
  EXPECT_EQ(buffer.last_sent(), 3u);
}

TEST(ReplayBufferTest, AFrameHalfWrittenIsNoFrameYet) {
  ReplayBuffer buffer;
  Append(buffer, "a");
  buffer.tail()->append("half");
  EXPECT_EQ(Take(buffer), std::pair(uint64_t{1}, std::string("a")));
  EXPECT_EQ(buffer.bytes(), 1u);
  EXPECT_FALSE(buffer.HasUnsent());
}

TEST(ReplayBufferTest, ALongRunOfFramesStaysInOrderWhileItsFrontIsCutOff) {
  ReplayBuffer buffer;
  uint64_t sent = 0, acknowledged = 0;
  for (uint64_t number = 1; number <= 20'000; ++number) {
    std::string frame(100, static_cast<char>('a' + number % 26));
    ASSERT_EQ(Append(buffer, frame), number);
    if (number % 7 == 0) {
      auto [first, packet] = Take(buffer, 1000);
      ASSERT_EQ(first, sent + 1);
      for (size_t i = 0; i < packet.size(); i += 100) {
        ++sent;
        ASSERT_EQ(packet[i], static_cast<char>('a' + sent % 26));
      }
    }
    if (number % 11 == 0 && sent > 5) buffer.Acknowledge(acknowledged = sent - 5);
  }
  EXPECT_EQ(buffer.frames(), 20'000 - acknowledged);
  EXPECT_EQ(buffer.bytes(), (20'000 - acknowledged) * 100);
  buffer.Rewind();
  EXPECT_EQ(Take(buffer, 1).first, acknowledged + 1);
}

}  // namespace
}  // namespace hawser::link
