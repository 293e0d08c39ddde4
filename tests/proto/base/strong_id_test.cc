#include "hawser/base/strong_id.h"

#include <cstdint>
#include <type_traits>
#include <unordered_map>

#include "absl/container/flat_hash_map.h"
#include "gtest/gtest.h"

namespace hawser::base {
namespace {

using HandleId = StrongId<struct HandleIdTag>;
using CallId = StrongId<struct CallIdTag>;
using SmallId = StrongId<struct SmallIdTag, uint32_t>;

static_assert(!std::is_convertible_v<HandleId, CallId>);
static_assert(!std::is_constructible_v<HandleId, CallId>);
static_assert(!std::is_convertible_v<uint64_t, HandleId>);
static_assert(!std::is_convertible_v<HandleId, uint64_t>);
static_assert(sizeof(HandleId) == sizeof(uint64_t));
static_assert(sizeof(SmallId) == sizeof(uint32_t));
static_assert(std::is_trivially_copyable_v<HandleId>);

TEST(StrongId, StartsAsZeroAndKeepsItsValue) {
  EXPECT_EQ(HandleId().value(), 0u);
  EXPECT_EQ(HandleId(7).value(), 7u);
}

TEST(StrongId, ComparesLikeItsInteger) {
  EXPECT_EQ(HandleId(7), HandleId(7));
  EXPECT_NE(HandleId(7), HandleId(8));
  EXPECT_LT(HandleId(7), HandleId(8));
}

TEST(StrongId, IsAKeyOfBothKindsOfMaps) {
  absl::flat_hash_map<HandleId, int> flat = {{HandleId(1), 10}, {HandleId(2), 20}};
  std::unordered_map<SmallId, int> standard = {{SmallId(1), 10}, {SmallId(2), 20}};
  EXPECT_EQ(flat.at(HandleId(2)), 20);
  EXPECT_EQ(standard.at(SmallId(2)), 20);
  EXPECT_EQ(flat.count(HandleId(3)), 0u);
}

}  // namespace
}  // namespace hawser::base
