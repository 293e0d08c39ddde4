#include "proto/link/inbox.h"

#include "gtest/gtest.h"

namespace hawser::link {
namespace {

// A packet of frames of one character each.
Inbox::Packet PacketOf(std::string_view frames, uint64_t first) {
  Inbox::Packet packet{.bytes = Bytes::Copy(frames),
                       .frames = {},
                       .first_frame = first,
                       .clock_us = 0,
                       .received = {}};
  for (size_t i = 0; i < frames.size(); ++i)
    packet.frames.push_back(packet.bytes.view().substr(i, 1));
  return packet;
}

TEST(InboxTest, FramesComeInOrderAcrossPackets) {
  Inbox inbox;
  EXPECT_TRUE(inbox.empty());
  inbox.Push(PacketOf("ab", 7));
  inbox.Push(PacketOf("c", 9));
  std::vector<std::string_view> memory;
  std::string seen;
  for (uint64_t number = 7; !inbox.empty(); ++number) {
    EXPECT_EQ(inbox.frame_number(), number);
    seen += inbox.frame();
    EXPECT_EQ(inbox.Pop(&memory), number >= 8) << "with the last frame of a packet";
  }
  EXPECT_EQ(seen, "abc");
}

TEST(InboxTest, APacketThatIsDoneGivesItsMemoryBack) {
  Inbox inbox;
  inbox.Push(PacketOf("abc", 1));
  std::vector<std::string_view> memory;
  while (!inbox.empty()) inbox.Pop(&memory);
  EXPECT_GE(memory.capacity(), 3u);
}

TEST(InboxTest, ManyPacketsPassThrough) {
  Inbox inbox;
  std::vector<std::string_view> memory;
  uint64_t next = 1, done = 0;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 3; ++i, ++next) inbox.Push(PacketOf("x", next));
    for (int i = 0; i < 2; ++i) {
      ASSERT_EQ(inbox.frame_number(), ++done);
      inbox.Pop(&memory);
    }
  }
  for (; !inbox.empty(); inbox.Pop(&memory)) ASSERT_EQ(inbox.frame_number(), ++done);
  EXPECT_EQ(done, next - 1);
}

TEST(InboxTest, AClearedOneIsEmpty) {
  Inbox inbox;
  inbox.Push(PacketOf("ab", 1));
  inbox.Clear();
  EXPECT_TRUE(inbox.empty());
}

}  // namespace
}  // namespace hawser::link
