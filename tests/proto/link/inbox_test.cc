#include "proto/link/inbox.h"

#include "gtest/gtest.h"

namespace hawser::link {
namespace {

// Puts in a packet of frames of one character each.
void Push(Inbox& inbox, std::string_view frames, uint64_t first) {
  std::string bytes;
  for (char frame : frames) bytes += std::string("\x2a\x01") + frame;
  Inbox::Packet& packet = inbox.Push();
  packet.bytes = Bytes::Copy(bytes);
  wire::PacketView view;
  ASSERT_TRUE(wire::ReadPacket(packet.bytes.view(), &view).ok());
  packet.next = view.frames.begin();
  packet.number = first;
}

TEST(InboxTest, FramesComeInOrderAcrossPackets) {
  Inbox inbox;
  EXPECT_TRUE(inbox.empty());
  Push(inbox, "ab", 7);
  Push(inbox, "c", 9);
  std::string seen;
  for (uint64_t number = 7; !inbox.empty(); ++number) {
    EXPECT_EQ(inbox.frame_number(), number);
    seen += inbox.frame();
    inbox.Pop();
  }
  EXPECT_EQ(seen, "abc");
}

TEST(InboxTest, ManyPacketsPassThrough) {
  Inbox inbox;
  uint64_t next = 1, done = 0;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 3; ++i, ++next) Push(inbox, "x", next);
    for (int i = 0; i < 2; ++i) {
      ASSERT_EQ(inbox.frame_number(), ++done);
      inbox.Pop();
    }
  }
  for (; !inbox.empty(); inbox.Pop()) ASSERT_EQ(inbox.frame_number(), ++done);
  EXPECT_EQ(done, next - 1);
}

TEST(InboxTest, AClearedOneIsEmpty) {
  Inbox inbox;
  Push(inbox, "ab", 1);
  inbox.Clear();
  EXPECT_TRUE(inbox.empty());
}

}  // namespace
}  // namespace hawser::link
