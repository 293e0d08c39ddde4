#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/proto/wire/oracle.h"
#include "tests/support/status_matchers.h"

namespace hawser::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::IsOk;
using tests::StatusIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

v1::Packet WithAttach() {
  v1::Packet packet;
  packet.mutable_attach()->set_session(std::string(16, 's'));
  packet.mutable_attach()->set_token(std::string(16, 't'));
  return packet;
}

TEST(PacketTest, AnEmptyPacketIsAHeartbeat) {
  PacketView packet;
  ASSERT_THAT(ReadPacket("", &packet), IsOk());
  EXPECT_EQ(packet.header.ack, 0u);
  EXPECT_THAT(packet.frames, IsEmpty());
  EXPECT_FALSE(packet.attach.has_value());
  std::string bytes;
  WritePacketHeader({}, &bytes);
  EXPECT_EQ(bytes, "");
}

TEST(PacketTest, FramesAreViewsIntoThePacketAndMayBeEmpty) {
  std::string bytes("\x2a\x00\x2a\x02\x22\x00", 6);
  PacketView packet;
  ASSERT_THAT(ReadPacket(bytes, &packet), IsOk());
  EXPECT_THAT(packet.frames, ElementsAre("", std::string_view("\x22\x00", 2)));
  EXPECT_EQ(std::next(packet.frames.begin())->data(), bytes.data() + 4);
}

TEST(PacketTest, NothingOfThePacketBeforeIsLeft) {
  v1::Packet full = WithAttach();
  full.mutable_attached()->set_epoch(1);
  full.set_ack(9);
  full.mutable_limits()->set_calls(9);
  full.add_frames();
  std::string bytes = full.SerializeAsString();
  PacketView packet;
  ASSERT_THAT(ReadPacket(bytes, &packet), IsOk());
  ASSERT_THAT(ReadPacket("", &packet), IsOk());
  EXPECT_EQ(packet.header.ack, 0u);
  EXPECT_EQ(packet.header.limits.calls, 0u);
  EXPECT_THAT(packet.frames, IsEmpty());
  EXPECT_FALSE(packet.attach.has_value());
  EXPECT_FALSE(packet.attached.has_value());
}

TEST(PacketTest, WhatIsNoPacketIsRefused) {
  PacketView packet;
  EXPECT_EQ(ReadPacket("GET / HTTP/1.1\r\n", &packet),
            absl::InvalidArgumentError("packet: the field at byte 0 has an unknown wire type"));
  EXPECT_EQ(
      ReadPacket(std::string("\x12\x05\x08\x01", 4), &packet),
      absl::InvalidArgumentError("packet: the field at byte 0 runs past the end of its message"));
  EXPECT_EQ(ReadPacket(std::string("\x12\x01\x08", 3), &packet),
            absl::InvalidArgumentError("packet.limits: the field at byte 0 is cut off"));
}

TEST(AttachTest, SessionAndTokenAreSixteenBytesEach) {
  PacketView packet;
  v1::Packet sent = WithAttach();
  EXPECT_THAT(ReadPacket(sent.SerializeAsString(), &packet), IsOk());
  EXPECT_EQ(packet.attach->session.bytes[15], 's');
  EXPECT_EQ(packet.attach->token[0], 't');
  sent.mutable_attach()->set_session("short");
  EXPECT_EQ(ReadPacket(sent.SerializeAsString(), &packet),
            absl::InvalidArgumentError("packet.attach.session: 5 bytes long instead of 16"));
  sent = WithAttach();
  sent.mutable_attach()->set_token(std::string(17, 't'));
  EXPECT_EQ(ReadPacket(sent.SerializeAsString(), &packet),
            absl::InvalidArgumentError("packet.attach.token: 17 bytes long instead of 16"));
  sent.mutable_attach()->clear_token();
  EXPECT_EQ(ReadPacket(sent.SerializeAsString(), &packet),
            absl::InvalidArgumentError("packet.attach: no token"));
  sent.mutable_attach()->clear_session();
  EXPECT_EQ(ReadPacket(sent.SerializeAsString(), &packet),
            absl::InvalidArgumentError("packet.attach: no session"));
}

TEST(AttachTest, AnAbsentVersionIsNotTheOneWeSpeak) {
  PacketView packet;
  ASSERT_THAT(ReadPacket(WithAttach().SerializeAsString(), &packet), IsOk());
  EXPECT_EQ(packet.attach->protocol, 0u);
  EXPECT_EQ(Attach().protocol, 1u);
}

TEST(AttachTest, AttributesAreTextAndOfOneKeyTheLastCounts) {
  v1::Packet first = WithAttach(), second;
  (*first.mutable_attach()->mutable_attributes())["name"] = "a";
  std::string attach = first.attach().SerializeAsString();
  (*second.mutable_attach()->mutable_attributes())["name"] = "b";
  attach += second.attach().SerializeAsString();
  std::string bytes = std::string("\x32", 1) + static_cast<char>(attach.size()) + attach;
  PacketView packet;
  ASSERT_THAT(ReadPacket(bytes, &packet), IsOk());
  EXPECT_THAT(packet.attach->attributes, ElementsAre(testing::Pair("name", "b")));

  (*first.mutable_attach()->mutable_attributes())["name"] = "\xff";
  EXPECT_THAT(ReadPacket(first.SerializeAsString(), &packet),
              StatusIs(kInvalid, HasSubstr("packet.attach.attributes.value: not UTF-8")));
  (*first.mutable_attach()->mutable_attributes())["\xff"] = "";
  EXPECT_THAT(ReadPacket(first.SerializeAsString(), &packet),
              StatusIs(kInvalid, HasSubstr("attributes")));
}

TEST(AttachTest, AttributesHaveALimit) {
  v1::Packet sent = WithAttach();
  for (uint32_t i = 0; i < WireLimits::kMaxAttributes; ++i) {
    (*sent.mutable_attach()->mutable_attributes())[std::to_string(i)] = "";
  }
  PacketView packet;
  EXPECT_THAT(ReadPacket(sent.SerializeAsString(), &packet), IsOk());
  (*sent.mutable_attach()->mutable_attributes())["one more"] = "";
  EXPECT_THAT(ReadPacket(sent.SerializeAsString(), &packet),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("more attributes than the limit of 64")));
}

TEST(AttachTest, AttributesThatAreNotUtf8AreMended) {
  Attach attach;
  attach.attributes["na\xffme"] = "\xe9";
  std::string bytes;
  WriteAttach(attach, &bytes);
  PacketView packet;
  ASSERT_THAT(ReadPacket(bytes, &packet), IsOk());
  EXPECT_THAT(packet.attach->attributes, ElementsAre(testing::Pair("na?me", "?")));
}

TEST(AttachReplyTest, AnUnknownOutcomeIsUnspecified) {
  v1::Packet sent;
  sent.mutable_attached()->set_outcome(static_cast<v1::AttachReply_Outcome>(9));
  PacketView packet;
  ASSERT_THAT(ReadPacket(sent.SerializeAsString(), &packet), IsOk());
  EXPECT_EQ(packet.attached->outcome, AttachReply::Outcome::kUnspecified);
  sent.mutable_attached()->set_broker("\xff");
  EXPECT_THAT(ReadPacket(sent.SerializeAsString(), &packet),
              StatusIs(kInvalid, HasSubstr("packet.attached.broker: not UTF-8")));
}

}  // namespace
}  // namespace hawser::wire
