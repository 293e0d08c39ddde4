#include "hawser/base/log_format.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "hawser/base/log.h"

namespace hawser::base::internal {
namespace {

std::string Text(LogValue value) {
  return TextPairs("e", std::vector<LogField>{{"k", value}}).substr(10);
}
std::string Json(LogValue value) {
  return JsonPairs("e", std::vector<LogField>{{"k", value}}).substr(16);
}

TEST(LogFormat, PairsFollowTheEventInTheOrderGiven) {
  const std::vector<LogField> fields = {{"pid", 12}, {"reason", "no such file"}};
  EXPECT_EQ(TextPairs("started", fields), "event=started pid=12 reason=\"no such file\"");
  EXPECT_EQ(JsonPairs("started", fields), R"("event":"started","pid":12,"reason":"no such file")");
}

TEST(LogFormat, AnEventNeedsNoFields) {
  EXPECT_EQ(TextPairs("ready to serve", {}), "event=\"ready to serve\"");
  EXPECT_EQ(JsonPairs("ready", {}), "\"event\":\"ready\"");
}

TEST(LogFormat, PlainWordsAreNotQuotedInText) {
  EXPECT_EQ(Text("/run/hawser/hawser.sock"), "/run/hawser/hawser.sock");
  EXPECT_EQ(Text("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
}

TEST(LogFormat, ValuesThatCouldBeMisreadAreQuoted) {
  EXPECT_EQ(Text(""), R"("")");
  EXPECT_EQ(Text("a b"), R"("a b")");
  EXPECT_EQ(Text("a=b"), R"("a=b")");
  EXPECT_EQ(Text("say \"hi\""), R"("say \"hi\"")");
  EXPECT_EQ(Text("C:\\x"), R"("C:\\x")");
}

TEST(LogFormat, AValueCannotStartALineOfItsOwn) {
  EXPECT_EQ(Text("x\nlevel=error"), R"("x\nlevel=error")");
  EXPECT_EQ(Json("x\r\n\t"), R"("x\r\n\t")");
}

TEST(LogFormat, ControlBytesDoNotReachTheTerminal) {
  EXPECT_EQ(Text("\x1b[31mred\x7f"), R"("\x1b[31mred\x7f")");
  EXPECT_EQ(Text(std::string_view("\0", 1)), R"("\x00")");
  EXPECT_EQ(Text("\xc2\x9b"
                 "31m"),
            R"("\xc2\x9b31m")");  // U+009B starts a sequence like ESC [ does
  EXPECT_EQ(Json("\x1b[31m\xc2\x9b"), R"("\u001b[31m\u009b")");
}

TEST(LogFormat, BytesThatAreNotUtf8AreShownAsSuch) {
  EXPECT_EQ(Text("caf\xe9"), R"("caf\xe9")");
  EXPECT_EQ(Json("caf\xe9"), R"("caf\ufffd")");
  EXPECT_EQ(Text("\xc0\x8a"), R"("\xc0\x8a")");          // an overlong newline
  EXPECT_EQ(Text("\xed\xa0\x80"), R"("\xed\xa0\x80")");  // a surrogate
  EXPECT_EQ(Text("\xf4\x90\x80\x80"), R"("\xf4\x90\x80\x80")");
  EXPECT_EQ(Text("\xe2\x82"), R"("\xe2\x82")");  // cut off
}

TEST(LogFormat, FourByteCharactersPass) { EXPECT_EQ(Text("\xf0\x9f\x9a\xa2"), "\xf0\x9f\x9a\xa2"); }

TEST(LogFormat, NumbersAreExact) {
  EXPECT_EQ(Text(std::numeric_limits<uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(Json(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(Text(uint8_t{7}), "7");
  EXPECT_EQ(Text(0.1), "0.1");
}

TEST(LogFormat, NumbersJsonDoesNotHaveBecomeStrings) {
  EXPECT_EQ(Json(std::numeric_limits<double>::quiet_NaN()), "\"nan\"");
  EXPECT_EQ(Json(-std::numeric_limits<double>::infinity()), "\"-inf\"");
  EXPECT_EQ(Text(std::numeric_limits<double>::infinity()), "inf");
}

TEST(LogFormat, BooleansDurationsAndStatusesAreReadable) {
  EXPECT_EQ(Text(true), "true");
  EXPECT_EQ(Json(false), "false");
  EXPECT_EQ(Text(absl::Milliseconds(1500)), "1.5s");
  const absl::Status error = absl::NotFoundError("no module 'x'");
  EXPECT_EQ(Text(error), R"("NOT_FOUND: no module 'x'")");
  EXPECT_EQ(Json(error), R"("NOT_FOUND: no module 'x'")");
}

}  // namespace
}  // namespace hawser::base::internal
