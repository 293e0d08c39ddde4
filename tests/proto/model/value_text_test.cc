#include <cmath>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "hawser/function.h"
#include "hawser/object.h"
#include "hawser/promise.h"
#include "hawser/value.h"
#include "tests/support/sample_objects.h"

namespace hawser {
namespace {

using tests::SampleObject;

TEST(ValueTextTest, ShowsScalarsAsJavaScriptDoes) {
  EXPECT_EQ(Value().ToString(), "undefined");
  EXPECT_EQ(Value(nullptr).ToString(), "null");
  EXPECT_EQ(Value(true).ToString(), "true");
  EXPECT_EQ(Value(false).ToString(), "false");
  EXPECT_EQ(Value(-42).ToString(), "-42");
  EXPECT_EQ(Value(std::numeric_limits<int64_t>::min()).ToString(), "-9223372036854775808");
  EXPECT_EQ(Value(0.1).ToString(), "0.1");
  EXPECT_EQ(Value(1e300).ToString(), "1e+300");
  EXPECT_EQ(Value(std::nan("")).ToString(), "NaN");
  EXPECT_EQ(Value(-std::numeric_limits<double>::infinity()).ToString(), "-Infinity");
}

TEST(ValueTextTest, QuotesStringsAndEscapesWhatWouldConfuse) {
  EXPECT_EQ(Value("text").ToString(), R"("text")");
  EXPECT_EQ(Value("a\"b\\c\nd\te").ToString(), R"("a\"b\\c\nd\te")");
  EXPECT_EQ(Value(std::string_view("\0\x1b\x7f", 3)).ToString(), R"("\u0000\u001b\u007f")");
  EXPECT_EQ(Value("h\u00e9").ToString(), "\"h\u00e9\"");
}

TEST(ValueTextTest, ShowsDatesInUtc) {
  EXPECT_EQ(Value(Date{0}).ToString(), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(Value(Date{1704164645006}).ToString(), "2024-01-02T03:04:05.006Z");
  EXPECT_EQ(Value(Date{-1}).ToString(), "1969-12-31T23:59:59.999Z");
}

TEST(ValueTextTest, ShowsArraysAndRecordsWithTheirContent) {
  EXPECT_EQ(Value(Array()).ToString(), "[]");
  EXPECT_EQ(Value(Array{1, "two", nullptr}).ToString(), R"([1, "two", null])");
  EXPECT_EQ(Value(Record()).ToString(), "{}");
  EXPECT_EQ(Value(Record{{"b", 1}, {"a", Value(Array{2})}}).ToString(), "{b: 1, a: [2]}");
}

TEST(ValueTextTest, QuotesFieldNamesThatAreNoWords) {
  EXPECT_EQ(Value(Record{{"$a_1", 1}, {"1a", 2}, {"a b", 3}, {"", 4}}).ToString(),
            R"({$a_1: 1, "1a": 2, "a b": 3, "": 4})");
}

TEST(ValueTextTest, ShowsBinaryContentBySize) {
  EXPECT_EQ(Value(Bytes::Copy("123456789012")).ToString(), "<bytes 12>");
  EXPECT_EQ(Value(TypedArray::Of<float>(std::vector<float>{1, 2, 3})).ToString(),
            "<float32 array 3>");
}

TEST(ValueTextTest, ShowsErrorsByNameMessageAndCode) {
  EXPECT_EQ(Value(Error(absl::StatusCode::kNotFound, "no such table", "SqliteError")).ToString(),
            "<SqliteError: no such table (NOT_FOUND)>");
}

TEST(ValueTextTest, ShowsObjectsByClassAndId) {
  auto object = MakeRef<SampleObject>("BrowserWindow");
  EXPECT_EQ(Value(object).ToString(), "<BrowserWindow>");
  object->id = ObjectId(7);
  EXPECT_EQ(Value(object).ToString(), "<BrowserWindow @7>");
  EXPECT_EQ(Value(MakeRef<SampleObject>("")).ToString(), "<object>");
  EXPECT_EQ(Value(MakeRef<SampleObject>("Shop", std::vector<Member>(), ObjectKind::kConstructor))
                .ToString(),
            "<constructor Shop>");
  EXPECT_EQ(Value(MakeFunction(nullptr, {.name = "add"})).ToString(), "<function add>");
  EXPECT_EQ(Value(MakeRef<Promise>()).ToString(), "<promise>");
}

TEST(ValueTextTest, StopsAtDeepNesting) {
  Value deep = 1;
  for (int i = 0; i < 10'000; ++i) {
    Array array;
    array.push_back(std::move(deep));
    deep = std::move(array);
  }
  std::string text = deep.ToString();
  EXPECT_LT(text.size(), 200u);
  EXPECT_NE(text.find("[...]"), text.npos) << text;
}

}  // namespace
}  // namespace hawser
