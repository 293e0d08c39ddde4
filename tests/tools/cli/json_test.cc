#include "tools/cli/json.h"

#include <cmath>
#include <limits>
#include <vector>

#include "gmock/gmock.h"
#include "hawser/error.h"
#include "hawser/function.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"
#include "tests/support/status_matchers.h"

namespace hawser::cli {
namespace {

using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(JsonTest, IntegersAreExactTo64Bits) {
  EXPECT_EQ(ToJson(Value(std::numeric_limits<int64_t>::max())), "9223372036854775807");
  EXPECT_EQ(ToJson(Value(std::numeric_limits<int64_t>::min())), "-9223372036854775808");
  EXPECT_THAT(ParseJson("9223372036854775807"),
              IsOkAndHolds(Value(std::numeric_limits<int64_t>::max())));
  EXPECT_THAT(ParseJson("-9223372036854775808"),
              IsOkAndHolds(Value(std::numeric_limits<int64_t>::min())));
}

TEST(JsonTest, AnIntegerThat64BitsDoNotHoldIsRefusedAndNotRounded) {
  EXPECT_THAT(ParseJson("[1,\n {\"a\": 9223372036854775808}]"),
              StatusIs(absl::StatusCode::kOutOfRange,
                       AllOf(HasSubstr("the integer 9223372036854775808 does not fit 64 bits"),
                             HasSubstr("at line 2, column 8"))));
  EXPECT_THAT(ParseJson("-9223372036854775809"), StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(ParseJson("[" + std::string(400, '1') + "]"),
              StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("1... does not fit")));
  EXPECT_THAT(ParseJson("9223372036854775808.0"), IsOkAndHolds(Value(9223372036854775808.0)));
  EXPECT_THAT(ParseJson("12345678901234567890e0"), IsOkAndHolds(Value(12345678901234567890.0)));
  EXPECT_THAT(ParseJson("[1e400]"),
              StatusIs(absl::StatusCode::kOutOfRange,
                       "1e400 is beyond the range of numbers at line 1, column 2"));
  EXPECT_THAT(ParseJson("{\"a\": -1e999}"), StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(ParseJson("1e-999"), IsOkAndHolds(Value(0.0)));
  EXPECT_THAT(ParseJson("12345678901234567890 of them"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(JsonTest, ALargeNumberIsWrittenSoThatItIsReadAgain) {
  EXPECT_EQ(ToJson(Value(12345678901234567168.0)), "1.2345678901234567e+19");
  EXPECT_EQ(ToJson(Value(-9223372036854775808.0)), "-9.223372036854776e+18");
  EXPECT_EQ(ToJson(Value(4611686018427387904.0)), "4611686018427387904");
}

TEST(JsonTest, WritesWhatJsonDoesNotHaveAsItSays) {
  EXPECT_EQ(ToJson(Value()), "null");
  EXPECT_EQ(ToJson(Value(nullptr)), "null");
  EXPECT_EQ(ToJson(Value(std::nan(""))), "\"NaN\"");
  EXPECT_EQ(ToJson(Value(-std::numeric_limits<double>::infinity())), "\"-Infinity\"");
  EXPECT_EQ(ToJson(Value(0.1)), "0.1");
  EXPECT_EQ(ToJson(Value(Bytes::Copy("hi"))), "\"aGk=\"");
  EXPECT_EQ(ToJson(Value(Date{1})), "\"1970-01-01T00:00:00.001Z\"");
  std::vector<uint8_t> numbers = {1, 255};
  EXPECT_EQ(ToJson(Value(TypedArray::Of<uint8_t>(numbers))), "[1,255]");
  EXPECT_EQ(ToJson(Value(Error(absl::StatusCode::kNotFound, "none", "DbError")
                             .WithCause("disk")
                             .WithMember("errno", 2))),
            R"({"name":"DbError","message":"none","code":"NOT_FOUND","cause":"disk","errno":2})");
}

TEST(JsonTest, ObjectsAreNamedByTheirIds) {
  ObjectRef function =
      MakeFunction([](Args) -> absl::StatusOr<Value> { return Value(); }, {.name = "add"});
  EXPECT_EQ(ToJson(Value(function)), R"({"$object":0,"kind":"function","name":"add"})");
}

TEST(JsonTest, EscapesWhatATerminalOrAParserWouldTakeAmiss) {
  EXPECT_EQ(ToJson(Value("a\"b\\c\n\x1b\x7f\xc3\xa9")), "\"a\\\"b\\\\c\\n\\u001b\\u007f\xc3\xa9\"");
}

TEST(JsonTest, EscapesControlCharactersBeyondAscii) {
  EXPECT_EQ(ToJson(Value("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0")), "\"\\u0080\\u009b\\u009f\xc2\xa0\"");
  // What turns the direction of text, and its neighbours.
  EXPECT_EQ(ToJson(Value("\xe2\x80\xaa\xe2\x80\xae\xe2\x81\xa6\xe2\x81\xa9")),
            "\"\\u202a\\u202e\\u2066\\u2069\"");
  EXPECT_EQ(ToJson(Value("\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xa5\xe2\x82\xac")),
            "\"\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\xa5\xe2\x82\xac\"");
  EXPECT_EQ(ToJson(Value("\xc2")), "\"\xc2\"") << "cut off";
}

TEST(JsonTest, NumbersOfTypedArraysAreExact) {
  std::vector<uint64_t> numbers = {std::numeric_limits<uint64_t>::max(), 0};
  EXPECT_EQ(ToJson(Value(TypedArray::Of<uint64_t>(numbers))), "[18446744073709551615,0]");
  std::vector<float> floats = {1.5f, std::numeric_limits<float>::infinity()};
  EXPECT_EQ(ToJson(Value(TypedArray::Of<float>(floats)), JsonLayout::kIndented),
            "[\n  1.5,\n  \"Infinity\"\n]");
}

TEST(JsonTest, LaysOutInOneLineOrOneFieldALine) {
  Value value(Record{{"a", Array{1, 2}}, {"b", Record()}, {"c", Array()}});
  EXPECT_EQ(ToJson(value), R"({"a":[1,2],"b":{},"c":[]})");
  EXPECT_EQ(ToJson(value, JsonLayout::kIndented),
            "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {},\n  \"c\": []\n}");
}

TEST(JsonTest, ReadsEveryKind) {
  EXPECT_THAT(
      ParseJson(R"( {"a" : [1, -2.5, 1e3, true, false, null], "b":"x"} )"),
      IsOkAndHolds(Value(Record{{"a", Array{1, -2.5, 1000.0, true, false, nullptr}}, {"b", "x"}})));
  EXPECT_THAT(ParseJson("[]"), IsOkAndHolds(Value(Array())));
  EXPECT_THAT(ParseJson("{}"), IsOkAndHolds(Value(Record())));
}

TEST(JsonTest, ReadsEscapesAndSurrogatePairs) {
  EXPECT_THAT(ParseJson(R"("\"\\\/\b\f\n\r\t\u00e9\u20ac\ud83d\ude00")"),
              IsOkAndHolds(Value("\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")));
}

TEST(JsonTest, OfARepeatedNameTheLastOneCounts) {
  EXPECT_THAT(ParseJson(R"({"a":1,"a":2})"), IsOkAndHolds(Value(Record{{"a", 2}})));
}

TEST(JsonTest, SaysWhereTheTextGoesWrong) {
  EXPECT_THAT(ParseJson("[1,\n  x]"), StatusIs(absl::StatusCode::kInvalidArgument,
                                               "this is no JSON value at line 2, column 3"));
}

TEST(JsonTest, RefusesWhatIsNoJson) {
  for (const char* text : {"",
                           " ",
                           "[1",
                           "[1,]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{a:1}",
                           "01",
                           "-",
                           "+1",
                           "1.",
                           ".5",
                           "1e",
                           "\"a",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\ud800\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\udc00\"",
                           "\"\n\"",
                           "1 2",
                           "nul",
                           "\"\\",
                           "\"\\u",
                           "\"\\ud800\\"}) {
    EXPECT_THAT(ParseJson(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
}

TEST(JsonTest, RefusesNestingThatWouldExhaustTheStack) {
  EXPECT_THAT(ParseJson(std::string(1000000, '[')),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("in each other")));
}

}  // namespace
}  // namespace hawser::cli
