#include "hawser/base/random.h"

#include <set>

#include "gtest/gtest.h"

namespace hawser::base {
namespace {

TEST(Random, NoTwoDrawsAreEqual) {
  std::set<Bits128> drawn;
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(drawn.insert(RandomBits128()).second);
}

TEST(Random, EveryBitTakesBothValues) {
  Bits128 ever_set{};
  Bits128 ever_clear{};
  for (int i = 0; i < 100; ++i) {
    const Bits128 bits = RandomBits128();
    for (size_t byte = 0; byte < bits.size(); ++byte) {
      ever_set[byte] |= bits[byte];
      ever_clear[byte] |= static_cast<uint8_t>(~bits[byte]);
    }
  }
  for (size_t byte = 0; byte < ever_set.size(); ++byte) {
    EXPECT_EQ(ever_set[byte], 0xff);
    EXPECT_EQ(ever_clear[byte], 0xff);
  }
}

}  // namespace
}  // namespace hawser::base
