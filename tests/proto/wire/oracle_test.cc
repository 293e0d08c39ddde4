// The reader and the writer against the generated classes, on random messages.

#include "tests/proto/wire/oracle.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/proto/wire/random_frames.h"
#include "tests/proto/wire/scramble.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_seed.h"

namespace hawser::wire {
namespace {

using tests::IsOk;

constexpr int kRounds = 20000;

// What a read frame says, in the generated serializer's bytes; also checks that its objects are the
// table's, in order.
std::string Canonical(const FrameContent& frame, const std::vector<ObjectRef>& objects) {
  std::vector<Object*> found = ObjectsOf(frame);
  EXPECT_EQ(found.size(), objects.size());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], objects[i].get());
  return Serialize(ToProto(frame));
}

TEST(OracleTest, FramesAreWrittenAsTheGeneratedSerializerWritesThem) {
  RandomFrames random(tests::TestSeed());
  FrameWriter writer;
  for (int i = 0; i < kRounds; ++i) {
    FrameContent frame = random.Frame();
    v1::Packet packet;
    *packet.add_frames() = ToProto(frame);
    ASSERT_EQ(Write(writer, frame), Serialize(packet)) << packet.ShortDebugString();
  }
}

TEST(OracleTest, FramesOfTheGeneratedSerializerAreReadWithNothingLost) {
  RandomFrames random(tests::TestSeed());
  for (int i = 0; i < kRounds; ++i) {
    v1::Frame oracle = ToProto(random.Frame());
    Bytes bytes(Serialize(oracle));
    FrameContent read;
    std::vector<ObjectRef> objects;
    ASSERT_THAT(Read(bytes.view(), random.Once(2) ? &bytes : nullptr, &read, &objects), IsOk())
        << oracle.ShortDebugString();
    ASSERT_EQ(Canonical(read, objects), bytes.view()) << oracle.ShortDebugString();
  }
}

TEST(OracleTest, UnusualButValidEncodingsAreReadAsTheGeneratedParserReadsThem) {
  uint64_t seed = tests::TestSeed();
  RandomFrames random(seed);
  std::mt19937_64 bits(seed);
  for (int i = 0; i < kRounds; ++i) {
    v1::Frame oracle = ToProto(random.Frame());
    std::string scrambled = Scramble(oracle, bits);
    v1::Frame parsed;
    ASSERT_TRUE(parsed.ParseFromString(scrambled));
    parsed.DiscardUnknownFields();
    ASSERT_EQ(Serialize(parsed), Serialize(oracle));  // the scrambler keeps what is said

    FrameContent read;
    std::vector<ObjectRef> objects;
    ASSERT_THAT(Read(scrambled, nullptr, &read, &objects), IsOk()) << oracle.ShortDebugString();
    ASSERT_EQ(Canonical(read, objects), Serialize(oracle)) << oracle.ShortDebugString();
  }
}

TEST(OracleTest, PacketsAreWrittenAsTheGeneratedSerializerWritesThem) {
  RandomFrames random(tests::TestSeed());
  FrameWriter writer;
  for (int i = 0; i < kRounds / 4; ++i) {
    PacketHeader header = random.AnyHeader();
    v1::Packet oracle = ToProto(header);
    std::string bytes;
    WritePacketHeader(header, &bytes);
    for (uint32_t n = random.Below(3); n > 0; --n) {
      FrameContent frame = random.Frame();
      *oracle.add_frames() = ToProto(frame);
      bytes += Write(writer, frame);
    }
    if (random.Once(2)) {
      Attach attach = random.AnyAttach();
      *oracle.mutable_attach() = ToProto(attach);
      WriteAttach(attach, &bytes);
    }
    if (random.Once(2)) {
      AttachReply reply = random.AnyAttachReply();
      *oracle.mutable_attached() = ToProto(reply);
      WriteAttachReply(reply, &bytes);
    }
    ASSERT_EQ(bytes, Serialize(oracle)) << oracle.ShortDebugString();
  }
}

TEST(OracleTest, PacketsAreReadAsTheGeneratedParserReadsThem) {
  uint64_t seed = tests::TestSeed();
  RandomFrames random(seed);
  std::mt19937_64 bits(seed);
  PacketView read;
  for (int i = 0; i < kRounds / 4; ++i) {
    v1::Packet oracle = ToProto(random.AnyHeader());
    for (uint32_t n = random.Below(3); n > 0; --n) *oracle.add_frames() = ToProto(random.Frame());
    if (random.Once(2)) *oracle.mutable_attach() = ToProto(random.AnyAttach());
    if (random.Once(2)) *oracle.mutable_attached() = ToProto(random.AnyAttachReply());
    std::string bytes = random.Once(2) ? Serialize(oracle) : Scramble(oracle, bits);

    ASSERT_THAT(ReadPacket(bytes, &read), IsOk()) << oracle.ShortDebugString();
    v1::Packet again = ToProto(read.header);
    for (std::string_view frame : read.frames)
      ASSERT_TRUE(again.add_frames()->ParseFromArray(frame.data(), static_cast<int>(frame.size())));
    if (read.attach) *again.mutable_attach() = ToProto(*read.attach);
    if (read.attached) *again.mutable_attached() = ToProto(*read.attached);
    again.DiscardUnknownFields();
    ASSERT_EQ(Serialize(again), Serialize(oracle)) << oracle.ShortDebugString();
  }
}

}  // namespace
}  // namespace hawser::wire
