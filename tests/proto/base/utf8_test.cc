#include "hawser/base/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace hawser::base {
namespace {

TEST(Utf8, TextInAnyLanguageIsUtf8AndStaysAsItIs) {
  for (const char* text : {"", "plain", "caf\u00e9", "\u4e2d\u6587", "\U0001f514 rings"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
    EXPECT_EQ(MendedUtf8(text), text);
  }
}

TEST(Utf8, OverlongFormsSurrogatesAndWhatIsCutShortAreNotUtf8) {
  for (const char* text : {"\xff", "caf\xe9", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                           "\xf4\x90\x80\x80", "\xe4\xb8"}) {
    EXPECT_FALSE(IsUtf8(text));
    EXPECT_TRUE(IsUtf8(MendedUtf8(text)));
  }
}

TEST(Utf8, EachBadByteIsMendedToAQuestionMark) {
  EXPECT_EQ(Utf8Prefix("caf\xe9 au lait"), 3u);
  EXPECT_EQ(MendedUtf8("caf\xe9 au lait"), "caf? au lait");
  EXPECT_EQ(MendedUtf8("\xff\xfe\u00e9\xff"), "??\u00e9?");
}

}  // namespace
}  // namespace hawser::base
