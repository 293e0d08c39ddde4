#include "hawser/ids.h"

#include <type_traits>

#include "absl/hash/hash.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using tests::IsOkAndHolds;
using tests::StatusIs;

constexpr std::string_view kHex = "00112233445566778899aabbccddeeff";

TEST(IdsTest, IdsOfDifferentTablesAreDifferentTypes) {
  EXPECT_FALSE((std::is_convertible_v<Handle, CallId>));
  EXPECT_FALSE((std::is_constructible_v<Handle, CallId>));
  EXPECT_FALSE((std::is_convertible_v<uint64_t, Handle>));
}

TEST(SessionIdTest, RandomOnesDiffer) {
  EXPECT_NE(SessionId::Random(), SessionId::Random());
  EXPECT_NE(SessionId::Random(), SessionId());
}

TEST(SessionIdTest, ReadsWhatItWrites) {
  SessionId id = SessionId::Random();
  EXPECT_THAT(SessionId::Parse(id.ToString()), IsOkAndHolds(id));
  EXPECT_EQ(SessionId::Parse(kHex)->ToString(), kHex);
  EXPECT_EQ(SessionId::Parse(kHex)->bytes[15], 0xff);
}

TEST(SessionIdTest, ReadsCapitalsToo) {
  EXPECT_THAT(SessionId::Parse("00112233445566778899AABBCCDDEEFF"),
              IsOkAndHolds(*SessionId::Parse(kHex)));
}

TEST(SessionIdTest, ShortIsTheFirstEightDigits) {
  EXPECT_EQ(SessionId::Parse(kHex)->Short(), "00112233");
}

TEST(SessionIdTest, RefusesWhatIsNoSessionId) {
  using enum absl::StatusCode;
  EXPECT_THAT(SessionId::Parse(""), StatusIs(kInvalidArgument));
  EXPECT_THAT(SessionId::Parse(kHex.substr(1)),
              StatusIs(kInvalidArgument, "a session id has 32 hex digits, not 31"));
  EXPECT_THAT(SessionId::Parse(std::string(kHex) + "0"), StatusIs(kInvalidArgument));
  EXPECT_THAT(SessionId::Parse("0011223344556677 8899aabbccddeef"),
              StatusIs(kInvalidArgument, "a session id has hex digits only"));
}

TEST(SessionIdTest, HashesByContent) {
  EXPECT_EQ(absl::Hash<SessionId>()(*SessionId::Parse(kHex)),
            absl::Hash<SessionId>()(*SessionId::Parse(kHex)));
  EXPECT_NE(absl::Hash<SessionId>()(SessionId::Random()),
            absl::Hash<SessionId>()(SessionId::Random()));
}

}  // namespace
}  // namespace hawser
