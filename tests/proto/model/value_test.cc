#include "hawser/value.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/error.h"
#include "hawser/object.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"
#include "tests/support/model_printers.h"
#include "tests/support/sample_objects.h"

namespace hawser {
namespace {

using ::testing::ElementsAre;
using tests::SampleObject;

constexpr std::string_view kLongText = "a text of more than twenty-two bytes";

// One value of every kind, and a second one for those that keep their content elsewhere.
std::vector<Value> OneOfEach() {
  TypedArray numbers = TypedArray::Of<int32_t>(std::vector<int32_t>{1, 2});
  return {Value(),
          nullptr,
          true,
          42,
          2.5,
          "short",
          kLongText,
          Bytes::Copy("bytes"),
          Date{1000},
          Array{1, "two"},
          Record{{"a", 1}},
          numbers,
          Error(absl::StatusCode::kNotFound, "no"),
          MakeRef<SampleObject>()};
}

TEST(ValueTest, IsTwentyFourBytes) {
  EXPECT_EQ(sizeof(Value), 24u);
  EXPECT_TRUE(std::is_nothrow_move_constructible_v<Value>);
  EXPECT_TRUE(std::is_nothrow_copy_constructible_v<Value>);
}

TEST(ValueTest, IsUndefinedUntilGivenSomething) {
  EXPECT_TRUE(Value().is_undefined());
  EXPECT_TRUE(Value(Undefined{}).is_undefined());
}

TEST(ValueTest, TakesEveryKind) {
  std::vector<Kind> kinds;
  for (const Value& value : OneOfEach()) kinds.push_back(value.kind());
  using enum Kind;
  EXPECT_THAT(kinds, ElementsAre(kUndefined, kNull, kBool, kInt, kDouble, kString, kString, kBytes,
                                 kDate, kArray, kRecord, kTypedArray, kError, kObject));
}

TEST(ValueTest, GivesBackWhatItWasGiven) {
  EXPECT_TRUE(Value(true).AsBool());
  EXPECT_EQ(Value(int8_t{-5}).AsInt(), -5);
  EXPECT_EQ(Value(std::numeric_limits<int64_t>::min()).AsInt(),
            std::numeric_limits<int64_t>::min());
  EXPECT_EQ(Value(2.5f).AsDouble(), 2.5);
  EXPECT_EQ(Value(Date{-7}).AsDate(), Date{-7});
  EXPECT_EQ(Value("text").AsString(), "text");
  EXPECT_EQ(Value(Bytes::Copy("abc")).AsBytes().view(), "abc");
  EXPECT_THAT(Value(Array{1, 2}).AsArray(), ElementsAre(1, 2));
  EXPECT_EQ(Value(Record{{"a", 1}}).AsRecord()["a"], 1);
  EXPECT_EQ(Value(Error(absl::StatusCode::kAborted, "m")).AsError().message(), "m");
}

TEST(ValueTest, KeepsStringsOfAnyLength) {
  for (size_t size : {0u, 1u, 21u, 22u, 23u, 24u, 1000u, 100'000u}) {
    std::string text(size, 'x');
    if (size > 2) text[size / 2] = '\0';
    EXPECT_EQ(Value(text).AsString(), text);
    EXPECT_EQ(Value(Value(text)).AsString(), text);
  }
}

TEST(ValueTest, ReadsOfAShortStringItsOwnBytesOnlyAndAllOfThem) {
  for (size_t size = 0; size <= 30; ++size) {
    std::vector<char> exact;  // on the heap, so that a sanitizer sees a byte too many
    for (size_t i = 0; i < size; ++i) exact.push_back(static_cast<char>(0x80 + i));
    std::string_view text(exact.data(), size);
    Value value = text;
    EXPECT_EQ(value.AsString(), text) << size;
    EXPECT_EQ(value.kind(), Kind::kString);
  }
}

TEST(ValueTest, AnUnsignedNumberBeyondInt64IsADouble) {
  EXPECT_TRUE(Value(uint64_t{INT64_MAX}).is(Kind::kInt));
  Value large(uint64_t{1} << 63);
  EXPECT_TRUE(large.is(Kind::kDouble));
  EXPECT_EQ(large.AsDouble(), 9223372036854775808.0);
}

TEST(ValueTest, NanAndInfinitiesSurvive) {
  EXPECT_TRUE(std::isnan(Value(std::nan("")).AsDouble()));
  EXPECT_EQ(Value(-std::numeric_limits<double>::infinity()).AsDouble(),
            -std::numeric_limits<double>::infinity());
}

TEST(ValueTest, ANullReferenceIsNull) {
  EXPECT_TRUE(Value(ObjectRef()).is(Kind::kNull));
  EXPECT_TRUE(Value(Ref<SampleObject>()).is(Kind::kNull));
}

TEST(ValueTest, AnotherKindReadsAsZero) {
  using enum Kind;
  for (const Value& value : OneOfEach()) {
    SCOPED_TRACE(value.ToString());
    EXPECT_TRUE(value.is(kBool) || !value.AsBool());
    EXPECT_TRUE(value.is(kInt) || value.AsInt() == 0);
    EXPECT_TRUE(value.is(kInt) || value.is(kDouble) || value.AsDouble() == 0);
    EXPECT_TRUE(value.is(kString) || value.AsString().empty());
    EXPECT_TRUE(value.is(kBytes) || value.AsBytes().empty());
    EXPECT_TRUE(value.is(kDate) || value.AsDate() == Date{});
    EXPECT_TRUE(value.is(kArray) || value.AsArray().empty());
    EXPECT_TRUE(value.is(kRecord) || value.AsRecord().empty());
    EXPECT_TRUE(value.is(kTypedArray) || value.AsTypedArray().size() == 0);
    EXPECT_TRUE(value.is(kError) || value.AsError() == Error());
    EXPECT_TRUE(value.is(kObject) || value.AsObject() == nullptr);
    EXPECT_TRUE(value.is(kObject) || value.TakeObject() == nullptr);
  }
}

TEST(ValueTest, AnIntegerReadsAsADoubleToo) { EXPECT_EQ(Value(7).AsDouble(), 7.0); }

TEST(ValueTest, EmptyContentHasItsKind) {
  EXPECT_TRUE(Value("").is(Kind::kString));
  EXPECT_TRUE(Value(Bytes()).is(Kind::kBytes));
  EXPECT_TRUE(Value(Array()).is(Kind::kArray));
  EXPECT_TRUE(Value(Record()).is(Kind::kRecord));
  EXPECT_TRUE(Value(TypedArray()).is(Kind::kTypedArray));
  EXPECT_TRUE(Value(Error()).is(Kind::kError));
}

TEST(ValueTest, ACopyEqualsItsOriginal) {
  for (const Value& value : OneOfEach()) {
    Value copy = value;
    EXPECT_EQ(copy, value);
    Value assigned = "something else, too long to lie inside";
    assigned = value;
    EXPECT_EQ(assigned, value);
  }
  Value nan = std::nan("");
  EXPECT_EQ(nan, Value(nan));
}

TEST(ValueTest, AMovedFromValueIsUndefined) {
  for (Value& value : OneOfEach()) {
    Value copy = value;
    Value moved = std::move(value);
    EXPECT_EQ(moved, copy);
    EXPECT_TRUE(value.is_undefined());  // NOLINT(bugprone-use-after-move)
  }
}

TEST(ValueTest, AssigningAValueToItselfKeepsIt) {
  Value value = kLongText;
  Value& same = value;
  value = same;
  EXPECT_EQ(value, kLongText);
  value = std::move(same);
  EXPECT_EQ(value, kLongText);
}

TEST(ValueTest, AssigningAPartOfItselfKeepsThePart) {
  Value value = Array{Value(Array{kLongText})};
  value = value.AsArray()[0];
  EXPECT_EQ(value, Value(Array{kLongText}));
  value = std::move(value.MutableArray()[0]);
  EXPECT_EQ(value, kLongText);
}

TEST(ValueTest, DifferentContentOrKindIsNotEqual) {
  std::vector<Value> values = OneOfEach();
  for (size_t i = 0; i < values.size(); ++i) {
    for (size_t j = 0; j < values.size(); ++j) {
      EXPECT_EQ(values[i] == values[j], i == j) << values[i].ToString() << values[j].ToString();
    }
  }
  EXPECT_NE(Value(1), Value(1.0));
  EXPECT_NE(Value(1), Value(2));
  EXPECT_NE(Value(Array{1, 2}), Value(Array{1, 3}));
  EXPECT_NE(Value(Record{{"a", 1}}), Value(Record{{"a", 2}}));
  EXPECT_NE(Value(Date{1}), Value(Date{2}));
}

TEST(ValueTest, EqualityIsDeep) {
  auto make = [] { return Value(Array{1, Record{{"a", Array{kLongText, 2.5}}}}); };
  EXPECT_EQ(make(), make());
}

TEST(ValueTest, ObjectsAreEqualByIdentity) {
  auto object = MakeRef<SampleObject>();
  EXPECT_EQ(Value(object), Value(object));
  EXPECT_NE(Value(object), Value(MakeRef<SampleObject>()));
}

TEST(ValueTest, CopiesShareTheirContent) {
  Value array = Array{1, 2, 3};
  Value copy = array;
  EXPECT_EQ(&array.AsArray(), &copy.AsArray());
  Value text = kLongText;
  EXPECT_EQ(text.AsString().data(), Value(text).AsString().data());
}

TEST(ValueTest, ChangingACopyLeavesTheOriginalAlone) {
  Value array = Array{1, 2};
  Value array_copy = array;
  array_copy.MutableArray().push_back(3);
  EXPECT_THAT(array.AsArray(), ElementsAre(1, 2));
  EXPECT_THAT(array_copy.AsArray(), ElementsAre(1, 2, 3));

  Value record = Record{{"a", 1}};
  Value record_copy = record;
  record_copy.MutableRecord().Set("a", 2);
  EXPECT_EQ(record.AsRecord()["a"], 1);
  EXPECT_EQ(record_copy.AsRecord()["a"], 2);
}

TEST(ValueTest, ChangingTheInsideOfACopyLeavesTheOriginalAlone) {
  Value outer = Array{Value(Array{1})};
  Value copy = outer;
  copy.MutableArray()[0].MutableArray()[0] = 2;
  EXPECT_EQ(outer, Value(Array{Value(Array{1})}));
  EXPECT_EQ(copy, Value(Array{Value(Array{2})}));
}

TEST(ValueTest, AnUnsharedValueIsChangedInPlace) {
  Value array = Array{1, 2};
  const Array* before = &array.AsArray();
  array.MutableArray()[0] = 5;
  EXPECT_EQ(&array.AsArray(), before);
  { Value copy = array; }
  EXPECT_EQ(&array.MutableArray(), before);
}

TEST(ValueTest, ChangingAnotherKindMakesItAnArrayOrRecord) {
  Value value = kLongText;
  value.MutableArray().push_back(1);
  EXPECT_EQ(value, Value(Array{1}));
  value.MutableRecord().Set("a", 2);
  EXPECT_EQ(value, Value(Record{{"a", 2}}));
  Value empty = Array();
  empty.MutableArray().push_back(1);
  EXPECT_EQ(empty, Value(Array{1}));
}

TEST(ValueTest, DropsWhatItHoldsWithItsLastCopy) {
  ASSERT_EQ(SampleObject::alive, 0);
  {
    Value object = MakeRef<SampleObject>();
    Value nested = Array{Record{{"a", object}}, Error().WithCause(object).WithMember("b", object)};
    Value copy = nested;
    object = 1;
    nested = Value();
    EXPECT_EQ(SampleObject::alive, 1);
    copy = 2;
    EXPECT_EQ(SampleObject::alive, 0);
  }
}

TEST(ValueTest, AssignmentDropsTheOldContentAtOnce) {
  Value holder = MakeRef<SampleObject>();
  Value next = 1;
  holder = std::move(next);
  EXPECT_EQ(SampleObject::alive, 0);
}

TEST(ValueTest, TakesMoreReferencesOfItsObject) {
  Value value = MakeRef<SampleObject>();
  ObjectRef taken = value.TakeObject();
  value = Value();
  EXPECT_EQ(SampleObject::alive, 1);
  taken.reset();
  EXPECT_EQ(SampleObject::alive, 0);
}

// `inmost` within arrays, records and errors, one in another.
Value DeepAround(Value inmost) {
  Value deep = std::move(inmost);
  for (int i = 0; i < 300'000; ++i) {
    switch (i % 3) {
      case 0: {
        Array array;
        array.push_back(std::move(deep));
        deep = std::move(array);
        break;
      }
      case 1: {
        Record record;
        record.Set("a", std::move(deep));
        deep = std::move(record);
        break;
      }
      default:
        deep = Error().WithCause(std::move(deep));
    }
  }
  return deep;
}

TEST(ValueTest, DeepNestingIsDroppedWithoutDeepRecursion) {
  Value deep = DeepAround(MakeRef<SampleObject>());
  deep = Value();
  EXPECT_EQ(SampleObject::alive, 0);
}

TEST(ValueTest, DeepNestingIsComparedWithoutDeepRecursion) {
  Value deep = DeepAround(1);
  Value same = DeepAround(1);
  Value other = DeepAround(2);
  EXPECT_TRUE(deep == same);
  EXPECT_FALSE(deep == other);
  // By way of its parts, too.
  EXPECT_TRUE(deep.AsError() == same.AsError());
  EXPECT_TRUE(Record({{"a", deep}}) == Record({{"a", same}}));
  // What lies beside the deep part counts as well.
  EXPECT_FALSE(Value(Array{deep, 1}) == Value(Array{same, 2}));
  EXPECT_FALSE(Value(Array{1, deep, 3}) == Value(Array{1, other, 3}));
}

TEST(ValueTest, CopiesMayBeUsedOnSeveralThreadsAtOnce) {
  Value shared = Array{kLongText, Record{{"a", 1}}, Bytes::Copy("abc")};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([copy = shared, i]() mutable {
      for (int round = 0; round < 1000; ++round) {
        Value mine = copy;
        mine.MutableArray().push_back(i);
        if (mine.AsArray().size() != 4 || mine.AsArray()[0] != Value(kLongText)) std::abort();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(shared.AsArray().size(), 3u);
}

TEST(ValueTest, KindsHaveNames) {
  EXPECT_EQ(KindName(Kind::kUndefined), "undefined");
  EXPECT_EQ(KindName(Kind::kBool), "boolean");
  EXPECT_EQ(KindName(Kind::kTypedArray), "typed array");
  EXPECT_EQ(KindName(Kind::kObject), "object");
  EXPECT_EQ(KindName(static_cast<Kind>(200)), "unknown");
}

}  // namespace
}  // namespace hawser
