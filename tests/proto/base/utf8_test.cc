#include "hawser/base/utf8.h"

#include <cstdint>
#include <string>

#include "gtest/gtest.h"

namespace hawser::base {
namespace {

// By the definition: decode, then say what is not allowed.
size_t SlowPrefix(const std::string& text) {
  size_t i = 0;
  while (i < text.size()) {
    auto lead = static_cast<uint8_t>(text[i]);
    size_t length = lead < 0x80       ? 1
                    : lead >> 5 == 6  ? 2
                    : lead >> 4 == 14 ? 3
                    : lead >> 3 == 30 ? 4
                                      : 0;
    if (length == 0 || i + length > text.size()) return i;
    uint32_t point = length == 1 ? lead : lead & (0x7f >> length);
    for (size_t k = 1; k < length; ++k) {
      auto next = static_cast<uint8_t>(text[i + k]);
      if (next >> 6 != 2) return i;
      point = point << 6 | (next & 0x3f);
    }
    static constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < kLeast[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return i;
    i += length;
  }
  return i;
}

TEST(Utf8Test, EverySequenceOfUpToThreeBytesIsJudgedByTheDefinition) {
  for (uint32_t bits = 0; bits < 1u << 24; ++bits) {
    std::string text = {static_cast<char>(bits), static_cast<char>(bits >> 8),
                        static_cast<char>(bits >> 16)};
    ASSERT_EQ(Utf8Prefix(text), SlowPrefix(text)) << bits;
  }
}

TEST(Utf8Test, FourByteSequencesAreJudgedByTheDefinition) {
  for (uint32_t lead = 0xe0; lead < 0x100; ++lead) {
    for (uint32_t second = 0; second < 0x100; ++second) {
      for (uint32_t third : {0x00, 0x7f, 0x80, 0xbf, 0xc0}) {
        for (uint32_t fourth : {0x00, 0x7f, 0x80, 0xbf, 0xc0}) {
          std::string text = {static_cast<char>(lead), static_cast<char>(second),
                              static_cast<char>(third), static_cast<char>(fourth)};
          ASSERT_EQ(Utf8Prefix(text), SlowPrefix(text));
        }
      }
    }
  }
}

TEST(Utf8Test, ABadByteIsFoundWhereverItStands) {
  for (size_t size = 0; size < 40; ++size) {
    std::string ascii(size, 'a');
    EXPECT_EQ(Utf8Prefix(ascii), size);
    for (size_t at = 0; at < size; ++at) {
      std::string bad = ascii;
      bad[at] = '\xff';
      EXPECT_EQ(Utf8Prefix(bad), at);
      std::string cut = ascii.substr(0, at) + "\xe4\xb8";  // of three bytes the last is missing
      EXPECT_EQ(Utf8Prefix(cut), at);
      std::string mixed = ascii.substr(0, at) + "\u4e2d" + ascii.substr(at);
      EXPECT_EQ(Utf8Prefix(mixed), mixed.size());
    }
  }
}

TEST(Utf8Test, TextInAnyLanguageIsUtf8AndStaysAsItIs) {
  for (const char* text : {"", "plain", "caf\u00e9", "\u4e2d\u6587", "\U0001f514 rings"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
    EXPECT_EQ(MendedUtf8(text), text);
  }
}

TEST(Utf8Test, OverlongFormsSurrogatesAndWhatIsCutShortAreNotUtf8) {
  for (const char* text : {"\xff", "caf\xe9", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                           "\xf4\x90\x80\x80", "\xe4\xb8"}) {
    EXPECT_FALSE(IsUtf8(text));
    EXPECT_TRUE(IsUtf8(MendedUtf8(text)));
  }
}

TEST(Utf8Test, TheCheckNamesWhatItRefusesAndShowsItsBytes) {
  EXPECT_EQ(CheckUtf8("name", "caf\u00e9"), absl::OkStatus());
  EXPECT_EQ(CheckUtf8("name", "caf\xe9"),
            absl::InvalidArgumentError("name \"caf\\xe9\" is not UTF-8"));
}

TEST(Utf8Test, EachBadByteIsMendedToAQuestionMark) {
  EXPECT_EQ(Utf8Prefix("caf\xe9 au lait"), 3u);
  EXPECT_EQ(MendedUtf8("caf\xe9 au lait"), "caf? au lait");
  EXPECT_EQ(MendedUtf8("\xff\xfe\u00e9\xff"), "??\u00e9?");
}

}  // namespace
}  // namespace hawser::base
