#include "tools/cli/convert_argument.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <fstream>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "hawser/error.h"
#include "hawser/function.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"
#include "tests/support/status_matchers.h"
#include "tools/cli/argument_list.h"
#include "tools/cli/failure.h"

namespace hawser::cli {
namespace {

using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::_;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::StatusCode kUsage = absl::StatusCode::kInvalidArgument;

// A world in which @7 is a function and nothing else is there.
class ConvertArgumentTest : public ::testing::Test {
 protected:
  absl::StatusOr<Value> Text(std::string_view text, Type type) {
    return ConvertText(text, type, lookup_);
  }
  absl::StatusOr<Value> Json(Value value, Type type) {
    return ConvertJson(std::move(value), type, lookup_);
  }

  const ObjectRef function_ =
      MakeFunction([](Args) -> absl::StatusOr<Value> { return Value(); }, {.name = "add"});
  const ObjectLookup lookup_ = [this](std::string_view address) -> absl::StatusOr<Value> {
    if (address == "@7" || address == "math.add") return Value(function_);
    if (address == "answer") return Value(42);
    return Fail(Exit::kNotFound, "there is no such object");
  };
};

TEST_F(ConvertArgumentTest, TextIsAStringWhereAStringIsExpected) {
  EXPECT_THAT(Text("42", Type::kString), IsOkAndHolds(Value("42")));
  EXPECT_THAT(Text("\"quoted\"", Type::kString), IsOkAndHolds(Value("\"quoted\"")));
  EXPECT_THAT(Text("", Type::kString), IsOkAndHolds(Value("")));
}

TEST_F(ConvertArgumentTest, IntegersAreDecimalOrHexadecimalAndExact) {
  EXPECT_THAT(Text("42", Type::kInteger), IsOkAndHolds(Value(42)));
  EXPECT_THAT(Text("-1", Type::kInteger), IsOkAndHolds(Value(-1)));
  EXPECT_THAT(Text("+1", Type::kInteger), IsOkAndHolds(Value(1)));
  EXPECT_THAT(Text("0x2a", Type::kInteger), IsOkAndHolds(Value(42)));
  EXPECT_THAT(Text("9223372036854775807", Type::kInteger), IsOkAndHolds(Value(INT64_MAX)));
  for (const char* text : {"abc", "", "1.5", "9223372036854775808", "1 ", "--1", "0x"}) {
    EXPECT_THAT(Text(text, Type::kInteger), StatusIs(kUsage, HasSubstr("expected integer")))
        << text;
  }
}

TEST_F(ConvertArgumentTest, NumbersKeepWholeOnesWhole) {
  EXPECT_THAT(Text("42", Type::kNumber), IsOkAndHolds(Value(42)));
  EXPECT_THAT(Text("1.5", Type::kNumber), IsOkAndHolds(Value(1.5)));
  EXPECT_THAT(Text("1e3", Type::kNumber), IsOkAndHolds(Value(1000.0)));
  EXPECT_THAT(Text("-Infinity", Type::kNumber), IsOkAndHolds(Value(-HUGE_VAL)));
  EXPECT_THAT(Text("NaN", Type::kNumber), IsOkAndHolds(Value(std::nan(""))));
  EXPECT_THAT(Text("abc", Type::kNumber), StatusIs(kUsage, "expected number, got \"abc\""));
}

TEST_F(ConvertArgumentTest, AnIntegerThat64BitsDoNotHoldIsRefusedWithWhatToWrite) {
  const std::string digits = "12345678901234567890";
  const std::pair<std::string, Type> wrong[] = {{digits, Type::kAny},
                                                {digits, Type::kNumber},
                                                {"-" + digits, Type::kNumber},
                                                {"[1, " + digits + "]", Type::kAny},
                                                {"[1, " + digits + "]", Type::kArray},
                                                {R"({"a": )" + digits + "}", Type::kRecord},
                                                {R"({"errno": )" + digits + "}", Type::kError},
                                                {"float64:[" + digits + "]", Type::kTypedArray}};
  for (const auto& [text, type] : wrong) {
    EXPECT_THAT(Text(text, type), StatusIs(kUsage, AllOf(HasSubstr("does not fit 64 bits"),
                                                         HasSubstr("a string keeps its digits"))))
        << text;
  }
  EXPECT_THAT(Text("{\"a\": 1e400}", Type::kAny),
              StatusIs(kUsage, HasSubstr("beyond the range of numbers")));
  EXPECT_THAT(Text("\"" + digits + "\"", Type::kAny), IsOkAndHolds(Value(digits)));
  EXPECT_THAT(Text(digits, Type::kString), IsOkAndHolds(Value(digits)));
  EXPECT_THAT(Text(digits + " tons", Type::kAny), IsOkAndHolds(Value(digits + " tons")));
  EXPECT_THAT(Text(digits + ".0", Type::kAny), IsOkAndHolds(Value(12345678901234567890.0)));
  EXPECT_THAT(Text(digits + "e0", Type::kNumber), IsOkAndHolds(Value(12345678901234567890.0)));
}

TEST_F(ConvertArgumentTest, BooleansAreSpelledOut) {
  EXPECT_THAT(Text("true", Type::kBoolean), IsOkAndHolds(Value(true)));
  EXPECT_THAT(Text("yes", Type::kBoolean), StatusIs(kUsage, "expected boolean, got \"yes\""));
}

TEST_F(ConvertArgumentTest, DatesAreIsoOrMillisecondsOrNow) {
  EXPECT_THAT(Text("1970-01-02", Type::kDate), IsOkAndHolds(Value(Date{86400000})));
  EXPECT_THAT(Text("1970-01-01T00:00:01.5Z", Type::kDate), IsOkAndHolds(Value(Date{1500})));
  EXPECT_THAT(Text("1970-01-01T01:00:00+01:00", Type::kDate), IsOkAndHolds(Value(Date{0})));
  EXPECT_THAT(Text("1500", Type::kDate), IsOkAndHolds(Value(Date{1500})));
  EXPECT_THAT(Text("now", Type::kDate), IsOk());
  EXPECT_THAT(Text("soon", Type::kDate), StatusIs(kUsage, "expected date, got \"soon\""));
}

TEST_F(ConvertArgumentTest, BytesAreTextOrBase64OrHexOrAFile) {
  EXPECT_THAT(Text("hi", Type::kBytes), IsOkAndHolds(Value(Bytes::Copy("hi"))));
  EXPECT_THAT(Text("base64:aGk=", Type::kBytes), IsOkAndHolds(Value(Bytes::Copy("hi"))));
  EXPECT_THAT(Text("hex:6869", Type::kBytes), IsOkAndHolds(Value(Bytes::Copy("hi"))));
  EXPECT_THAT(Text("hex:6", Type::kBytes), StatusIs(kUsage, HasSubstr("hexadecimal")));
  EXPECT_THAT(Text("base64:*", Type::kBytes), StatusIs(kUsage, HasSubstr("base64")));
  std::string path = ::testing::TempDir() + "/bytes";
  std::ofstream(path) << "from a file";
  EXPECT_THAT(Text("file:" + path, Type::kBytes), IsOkAndHolds(Value(Bytes::Copy("from a file"))));
  EXPECT_THAT(Text("file:/nowhere", Type::kBytes), StatusIs(kUsage, HasSubstr("/nowhere")));
}

TEST_F(ConvertArgumentTest, TextIsUtf8AndBytesAreAnything) {
  EXPECT_THAT(Text("h\u00e9 \u65e5 \U0001f600", Type::kString), IsOk());
  for (std::string wrong :
       {"\xff", "a\x80", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    EXPECT_THAT(Text(wrong, Type::kString), StatusIs(kUsage, HasSubstr("expected text in UTF-8")));
    EXPECT_THAT(Text(wrong, Type::kAny), StatusIs(kUsage, HasSubstr("expected text in UTF-8")));
    EXPECT_THAT(Text(wrong, Type::kBytes), IsOkAndHolds(Value(Bytes::Copy(wrong))));
  }
}

TEST_F(ConvertArgumentTest, ArraysAndRecordsAreJson) {
  EXPECT_THAT(Text("[1, \"two\"]", Type::kArray), IsOkAndHolds(Value(Array{1, "two"})));
  EXPECT_THAT(Text("{\"a\": 1}", Type::kRecord), IsOkAndHolds(Value(Record{{"a", 1}})));
  EXPECT_THAT(Text("[1]", Type::kRecord), StatusIs(kUsage, "expected record, got array"));
  EXPECT_THAT(Text("{a: 1}", Type::kRecord),
              StatusIs(kUsage, HasSubstr("expected record as JSON")));
}

TEST_F(ConvertArgumentTest, TypedArraysSayTheirTypeInJsonToo) {
  std::vector<uint8_t> bytes = {1, 255};
  Value typed(TypedArray::Of<uint8_t>(bytes));
  auto tagged = [](std::string type, Value element) {
    return Value(Record{{"$" + type, Array{1, std::move(element)}}});
  };
  EXPECT_THAT(Text(R"({"$uint8": [1, 255]})", Type::kAny), IsOkAndHolds(typed));
  EXPECT_THAT(Json(tagged("uint8", 255), Type::kTypedArray), IsOkAndHolds(typed));
  EXPECT_THAT(Json(tagged("uint8", 256), Type::kTypedArray),
              StatusIs(kUsage, HasSubstr("outside the range of uint8")));
  EXPECT_THAT(Json(tagged("float32", 1e300), Type::kTypedArray),
              StatusIs(kUsage, HasSubstr("outside the range of float32")));
  EXPECT_THAT(Json(tagged("other", 1), Type::kTypedArray), StatusIs(kUsage, HasSubstr("record")));
}

TEST_F(ConvertArgumentTest, AFolderHasNoBytes) {
  EXPECT_THAT(Text("file:/tmp", Type::kBytes),
              StatusIs(kUsage, "cannot read /tmp: Is a directory"));
}

TEST_F(ConvertArgumentTest, OnlyAStringTakesUndefinedAndNullAsText) {
  std::vector<std::string> words = {"null", "undefined"};
  Signature strings{.params = {Type::kString, Type::kString}, .required = 0};
  EXPECT_THAT(ConvertTexts(words, strings, lookup_), IsOkAndHolds(Array{"null", "undefined"}));
  Signature dates{.params = {Type::kDate, Type::kDate}, .required = 0};
  EXPECT_THAT(ConvertTexts(words, dates, lookup_), IsOkAndHolds(Array{Null(), Value()}));
}

TEST_F(ConvertArgumentTest, TypedArraysAreOfFloat64UnlessTheySayMore) {
  std::vector<double> floats = {1, 2.5};
  std::vector<uint8_t> bytes = {1, 255};
  EXPECT_THAT(Text("[1, 2.5]", Type::kTypedArray),
              IsOkAndHolds(Value(TypedArray::Of<double>(floats))));
  EXPECT_THAT(Text("uint8:[1, 255]", Type::kTypedArray),
              IsOkAndHolds(Value(TypedArray::Of<uint8_t>(bytes))));
  std::vector<uint64_t> large = {std::numeric_limits<uint64_t>::max(), 7};
  Value whole(TypedArray::Of<uint64_t>(large));
  EXPECT_THAT(Text("uint64:[18446744073709551615, 7]", Type::kTypedArray), IsOkAndHolds(whole));
  EXPECT_THAT(Text(R"({"$uint64": [18446744073709551615, 7]})", Type::kAny), IsOkAndHolds(whole));
  EXPECT_THAT(Text("uint64:[18446744073709551616]", Type::kTypedArray), StatusIs(kUsage, _));
  EXPECT_THAT(Text("uint64:[-1]", Type::kTypedArray), StatusIs(kUsage, _));
  std::vector<float> odd = {1.5f, std::numeric_limits<float>::infinity()};
  EXPECT_THAT(Text(R"({"$float32": [1.5, "Infinity"]})", Type::kAny),
              IsOkAndHolds(Value(TypedArray::Of<float>(odd))));
  EXPECT_THAT(Text("uint8:[256]", Type::kTypedArray),
              StatusIs(kUsage, HasSubstr("outside the range of uint8")));
  EXPECT_THAT(Text("uint8:[\"a\"]", Type::kTypedArray), StatusIs(kUsage, HasSubstr("got string")));
}

TEST_F(ConvertArgumentTest, ErrorsAreAMessageOrJson) {
  EXPECT_THAT(Text("it broke", Type::kError),
              IsOkAndHolds(Value(Error(absl::StatusCode::kUnknown, "it broke"))));
  EXPECT_THAT(
      Text(R"({"name": "E", "message": "m", "code": "NOT_FOUND", "errno": 2})", Type::kError),
      IsOkAndHolds(Value(Error(absl::StatusCode::kNotFound, "m", "E").WithMember("errno", 2))));
}

TEST_F(ConvertArgumentTest, TheCodeOfAnErrorIsANameOrANumber) {
  EXPECT_THAT(Text(R"({"message": "m", "code": 5})", Type::kError),
              IsOkAndHolds(Value(Error(absl::StatusCode::kNotFound, "m"))));
  EXPECT_THAT(Json(Record{{"code", 16}}, Type::kError),
              IsOkAndHolds(Value(Error(absl::StatusCode::kUnauthenticated, ""))));
  for (const char* code : {"0", "17", "5.5", "\"OK\"", "\"not found\"", "null"}) {
    absl::Status status = Text(std::string("{\"code\": ") + code + "}", Type::kError).status();
    EXPECT_THAT(status, StatusIs(kUsage, HasSubstr("code of the error: expected a number from 1 to "
                                                   "16 or the name of a status, got ")))
        << code;
    EXPECT_EQ(ExitOf(status), Exit::kUsage);
  }
  EXPECT_THAT(HintsOf(Text(R"({"code": 17})", Type::kError).status())[0],
              HasSubstr("names, from 1 on: CANCELLED, UNKNOWN, INVALID_ARGUMENT"));
  EXPECT_EQ(HintsOf(Text(R"({"code": "NOT_FOND"})", Type::kError).status())[0],
            "did you mean 'NOT_FOUND'?");
}

TEST_F(ConvertArgumentTest, NameAndMessageOfAnErrorAreStrings) {
  EXPECT_THAT(Text(R"({"message": 7})", Type::kError),
              StatusIs(kUsage, "message of the error: expected string, got 7"));
  EXPECT_THAT(Json(Record{{"name", nullptr}}, Type::kError),
              StatusIs(kUsage, "name of the error: expected string, got null"));
}

TEST_F(ConvertArgumentTest, ObjectsAreNamedByIdOrAddress) {
  EXPECT_THAT(Text("@7", Type::kObject), IsOkAndHolds(Value(function_)));
  EXPECT_THAT(Text("math.add", Type::kFunction), IsOkAndHolds(Value(function_)));
  EXPECT_THAT(Text("@7", Type::kConstructor),
              StatusIs(kUsage, HasSubstr("expected constructor, got")));
  EXPECT_THAT(Text("answer", Type::kObject), StatusIs(kUsage, "expected object, got 42"));
  EXPECT_THAT(Text("{}", Type::kObject), StatusIs(kUsage, HasSubstr("@7 or the address of one")));
  EXPECT_EQ(ExitOf(Text("@8", Type::kObject).status()), Exit::kNotFound);
}

TEST_F(ConvertArgumentTest, AnythingIsGuessed) {
  EXPECT_THAT(Text("42", Type::kAny), IsOkAndHolds(Value(42)));
  EXPECT_THAT(Text("true", Type::kAny), IsOkAndHolds(Value(true)));
  EXPECT_THAT(Text("null", Type::kAny), IsOkAndHolds(Value(nullptr)));
  EXPECT_THAT(Text("\"42\"", Type::kAny), IsOkAndHolds(Value("42")));
  EXPECT_THAT(Text("[1]", Type::kAny), IsOkAndHolds(Value(Array{1})));
  EXPECT_THAT(Text("hello world", Type::kAny), IsOkAndHolds(Value("hello world")));
  EXPECT_THAT(Text("@7", Type::kAny), IsOkAndHolds(Value(function_)));
  EXPECT_THAT(Text("\"@7\"", Type::kAny), IsOkAndHolds(Value("@7")));
  EXPECT_THAT(Text("@home", Type::kAny), IsOkAndHolds(Value("@home")));
}

TEST_F(ConvertArgumentTest, TagsInJsonStandForWhatItDoesNotHave) {
  EXPECT_THAT(
      Text(
          R"([{"$object": 7}, {"$bytes": "aGk="}, {"$date": "1970-01-02"}, {"a": {"$object": 7}}])",
          Type::kAny),
      IsOkAndHolds(Value(Array{Value(function_), Bytes::Copy("hi"), Date{86400000},
                               Record{{"a", Value(function_)}}})));
  EXPECT_THAT(Text(R"({"$date": -1})", Type::kAny), IsOkAndHolds(Value(Date{-1})));
  EXPECT_THAT(Text(R"({"$date": "soon"})", Type::kAny),
              StatusIs(kUsage, HasSubstr("expected date")));
}

TEST_F(ConvertArgumentTest, JsonArgumentsAreReadByTheirTypesToo) {
  EXPECT_THAT(Json("aGk=", Type::kBytes), IsOkAndHolds(Value(Bytes::Copy("hi"))));
  EXPECT_THAT(Json("1970-01-02", Type::kDate), IsOkAndHolds(Value(Date{86400000})));
  EXPECT_THAT(Json("NaN", Type::kNumber), IsOkAndHolds(Value(std::nan(""))));
  EXPECT_THAT(Json("@7", Type::kObject), IsOkAndHolds(Value(function_)));
  EXPECT_THAT(Json(1.5, Type::kInteger), StatusIs(kUsage, "expected integer, got 1.5"));
  EXPECT_THAT(Json("1", Type::kInteger), StatusIs(kUsage, "expected integer, got \"1\""));
  EXPECT_THAT(Json(42, Type::kString), StatusIs(kUsage, "expected string, got 42"));
}

TEST_F(ConvertArgumentTest, WhatCannotBeSentIsAFaultOfTheCommandLine) {
  std::string deep = std::string(33, '[') + std::string(33, ']');
  EXPECT_THAT(Text(deep.substr(1, 64), Type::kAny), IsOk());
  absl::Status status = Text(deep, Type::kAny).status();
  EXPECT_THAT(status, StatusIs(kUsage, HasSubstr("nested deeper than the limit of 32 levels")));
  EXPECT_EQ(ExitOf(status), Exit::kUsage);
  EXPECT_THAT(Text(std::string((16 << 20) + 1, 'x'), Type::kString),
              StatusIs(kUsage, HasSubstr("limit")));
}

TEST_F(ConvertArgumentTest, AWrongArgumentIsNamedByItsPosition) {
  Signature add{.params = {Type::kInteger, Type::kInteger}, .required = 2};
  std::vector<std::string> texts = {"1", "abc"};
  EXPECT_THAT(ConvertTexts(texts, add, lookup_),
              StatusIs(kUsage, "argument 2: expected integer, got \"abc\""));
  EXPECT_THAT(ConvertJsonArguments({true, 1}, add, lookup_),
              StatusIs(kUsage, "argument 1: expected integer, got true"));
  texts = {"1", "2"};
  EXPECT_THAT(ConvertTexts(texts, add, lookup_), IsOkAndHolds(Array{1, 2}));
}

TEST_F(ConvertArgumentTest, TheNumberOfArgumentsMustFit) {
  std::vector<std::string> one = {"1"};
  std::vector<std::string> three = {"1", "2", "3"};
  Signature two{.params = {Type::kInteger, Type::kInteger}, .required = 2};
  EXPECT_THAT(ConvertTexts(one, two, lookup_), StatusIs(kUsage, "expected 2 arguments, got 1"));
  Signature optional{.params = {Type::kInteger, Type::kInteger}, .required = 1};
  EXPECT_THAT(ConvertTexts(three, optional, lookup_),
              StatusIs(kUsage, "expected 1 to 2 arguments, got 3"));
  Signature variadic{.params = {Type::kInteger}, .required = 1, .variadic = true};
  EXPECT_THAT(ConvertTexts({}, variadic, lookup_),
              StatusIs(kUsage, "expected at least 1 argument, got 0"));
  EXPECT_THAT(ConvertTexts(three, variadic, lookup_), IsOkAndHolds(Array{1, 2, 3}));
}

TEST_F(ConvertArgumentTest, WhatMayBeLeftOutMayBeUndefinedOrNull) {
  Signature signature{.params = {Type::kInteger, Type::kInteger, Type::kString}};
  std::vector<std::string> texts = {"undefined", "null", "null"};
  EXPECT_THAT(ConvertTexts(texts, signature, lookup_),
              IsOkAndHolds(Array{Value(), nullptr, "null"}));
}

}  // namespace
}  // namespace hawser::cli
