// packet_fuzz without a fuzzer: valid packets, cut off anywhere, with any byte changed, and put
// together at random.

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/proto/wire/random_frames.h"
#include "tests/proto/wire/scramble.h"
#include "tests/support/test_seed.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace hawser::wire {
namespace {

void Feed(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

// Packets that have everything in them, small enough to be taken apart byte by byte.
std::vector<std::string> Corpus(RandomFrames& random, size_t count) {
  std::vector<std::string> corpus;
  FrameWriter writer;
  while (corpus.size() < count) {
    std::string packet;
    WritePacketHeader(random.AnyHeader(), &packet);
    for (uint32_t n = 1 + random.Below(2); n > 0; --n) packet += Write(writer, random.Frame());
    if (random.Once(4)) WriteAttach(random.AnyAttach(), &packet);
    if (random.Once(4)) WriteAttachReply(random.AnyAttachReply(), &packet);
    if (packet.size() < 1000) corpus.push_back(std::move(packet));
  }
  return corpus;
}

TEST(PacketFuzzTest, PacketsCutOffAnywhere) {
  RandomFrames random(tests::TestSeed());
  for (const std::string& packet : Corpus(random, 200)) {
    for (size_t size = 0; size <= packet.size(); ++size) Feed(packet.substr(0, size));
  }
}

TEST(PacketFuzzTest, PacketsWithAnyOneByteChanged) {
  RandomFrames random(tests::TestSeed());
  for (std::string packet : Corpus(random, 40)) {
    for (char& byte : packet) {
      char original = byte;
      // Every bit, and the bytes that mean something: end of a number, an empty length, the largest
      // of either.
      for (int bit = 0; bit < 8; ++bit) {
        byte = static_cast<char>(original ^ 1 << bit);
        Feed(packet);
      }
      for (int special : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
        byte = static_cast<char>(special);
        Feed(packet);
      }
      byte = original;
    }
  }
}

TEST(PacketFuzzTest, PacketsMutatedAtRandom) {
  uint64_t seed = tests::TestSeed();
  RandomFrames random(seed);
  std::mt19937_64 bits(seed);
  std::vector<std::string> corpus = Corpus(random, 500);
  for (int i = 0; i < 40000; ++i) {
    std::string packet = corpus[bits() % corpus.size()];
    for (uint64_t n = 1 + bits() % 4; n > 0; --n) {
      const std::string& other = corpus[bits() % corpus.size()];
      size_t at = bits() % (packet.size() + 1), from = bits() % (other.size() + 1);
      switch (bits() % 5) {
        case 0:
          packet.insert(at, 1, static_cast<char>(bits()));
          break;
        case 1:
          packet.erase(at, 1 + bits() % 4);
          break;
        case 2:
          packet.insert(at, other, from, bits() % 30);
          break;
        case 3:
          packet.replace(at, bits() % 30, other, from, bits() % 30);
          break;
        default:
          if (at < packet.size()) packet[at] = static_cast<char>(bits());
      }
    }
    Feed(packet);
  }
}

TEST(PacketFuzzTest, UnusualEncodingsMutatedAtRandom) {
  uint64_t seed = tests::TestSeed();
  RandomFrames random(seed);
  std::mt19937_64 bits(seed);
  for (int i = 0; i < 5000; ++i) {
    v1::Packet packet;
    *packet.add_frames() = ToProto(random.Frame());
    std::string bytes = Scramble(packet, bits);
    Feed(bytes);
    if (bytes.empty()) continue;
    bytes[bits() % bytes.size()] = static_cast<char>(bits());
    Feed(bytes);
  }
}

}  // namespace
}  // namespace hawser::wire
