#include "hawser/convert.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/function.h"
#include "hawser/object.h"
#include "tests/support/model_printers.h"
#include "tests/support/sample_objects.h"
#include "tests/support/status_matchers.h"

namespace hawser {

// A type of one's own.
struct Point {
  int x = 0;
  int y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};
template <>
struct Convert<Point> {
  static constexpr Type kType = Type::kRecord;
  static absl::StatusOr<Point> From(const Value& value) {
    if (!value.is(Kind::kRecord)) return WrongKind("point", value);
    return Point{static_cast<int>(value.AsRecord()["x"].AsInt()),
                 static_cast<int>(value.AsRecord()["y"].AsInt())};
  }
  static Value To(Point point) { return Record{{"x", point.x}, {"y", point.y}}; }
};

namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using tests::IsOkAndHolds;
using tests::SampleObject;
using tests::StatusIs;
using enum absl::StatusCode;

// `content` made a value and read back.
template <typename T>
absl::StatusOr<T> ThereAndBack(T content) {
  return Convert<T>::To(std::move(content)).template As<T>();
}

TEST(ConvertTest, EveryKnownTypeGoesThereAndBack) {
  EXPECT_THAT(ThereAndBack(true), IsOkAndHolds(true));
  EXPECT_THAT(ThereAndBack(int8_t{-128}), IsOkAndHolds(-128));
  EXPECT_THAT(ThereAndBack(uint16_t{65535}), IsOkAndHolds(65535));
  EXPECT_THAT(ThereAndBack(int64_t{INT64_MIN}), IsOkAndHolds(INT64_MIN));
  EXPECT_THAT(ThereAndBack(2.5f), IsOkAndHolds(2.5f));
  EXPECT_THAT(ThereAndBack(2.5), IsOkAndHolds(2.5));
  EXPECT_THAT(ThereAndBack(std::string("text")), IsOkAndHolds("text"));
  EXPECT_THAT(ThereAndBack(Bytes::Copy("b")), IsOkAndHolds(Bytes::Copy("b")));
  EXPECT_THAT(ThereAndBack(Date{5}), IsOkAndHolds(Date{5}));
  EXPECT_THAT(ThereAndBack(absl::FromUnixMillis(5)), IsOkAndHolds(absl::FromUnixMillis(5)));
  EXPECT_THAT(ThereAndBack(Record{{"a", 1}}), IsOkAndHolds(Record{{"a", 1}}));
  EXPECT_THAT(ThereAndBack(Array{1, "x"}), IsOkAndHolds(ElementsAre(1, "x")));
  EXPECT_THAT(ThereAndBack(TypedArray()), IsOkAndHolds(TypedArray()));
  EXPECT_THAT(ThereAndBack(Error(kAborted, "m")), IsOkAndHolds(Error(kAborted, "m")));
  ObjectRef object = MakeRef<SampleObject>();
  EXPECT_THAT(ThereAndBack(object), IsOkAndHolds(object));
  EXPECT_THAT(ThereAndBack(Value(5)), IsOkAndHolds(Value(5)));
  EXPECT_THAT(ThereAndBack(std::vector<int>{1, 2}), IsOkAndHolds(ElementsAre(1, 2)));
  EXPECT_THAT(ThereAndBack(std::vector<bool>{true, false}), IsOkAndHolds(ElementsAre(true, false)));
  EXPECT_THAT(ThereAndBack(std::map<std::string, double>{{"a", 1.5}}),
              IsOkAndHolds(ElementsAre(Pair("a", 1.5))));
  EXPECT_THAT(ThereAndBack(std::optional<int>(3)), IsOkAndHolds(std::optional<int>(3)));
  EXPECT_THAT(ThereAndBack(std::optional<int>()), IsOkAndHolds(std::optional<int>()));
}

TEST(ConvertTest, AStringViewPointsIntoTheValue) {
  Value value = "a text of more than twenty-two bytes";
  absl::StatusOr<std::string_view> view = value.As<std::string_view>();
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->data(), value.AsString().data());
}

TEST(ConvertTest, AnotherKindIsRefusedByName) {
  EXPECT_THAT(Value(5).As<std::string>(),
              StatusIs(kInvalidArgument, "expected string, got integer"));
  EXPECT_THAT(Value("x").As<int>(), StatusIs(kInvalidArgument, "expected integer, got string"));
  EXPECT_THAT(Value("x").As<double>(), StatusIs(kInvalidArgument, "expected number, got string"));
  EXPECT_THAT(Value(0).As<bool>(), StatusIs(kInvalidArgument, "expected boolean, got integer"));
  EXPECT_THAT(Value(nullptr).As<Bytes>(), StatusIs(kInvalidArgument, "expected bytes, got null"));
  EXPECT_THAT(Value(0).As<Date>(), StatusIs(kInvalidArgument, "expected date, got integer"));
  EXPECT_THAT(Value(0).As<absl::Time>(), StatusIs(kInvalidArgument, "expected date, got integer"));
  EXPECT_THAT(Value().As<Record>(), StatusIs(kInvalidArgument, "expected record, got undefined"));
  EXPECT_THAT(Value(Record()).As<Array>(),
              StatusIs(kInvalidArgument, "expected array, got record"));
  EXPECT_THAT(Value(Array()).As<TypedArray>(),
              StatusIs(kInvalidArgument, "expected typed array, got array"));
  EXPECT_THAT(Value(1).As<Error>(), StatusIs(kInvalidArgument, "expected error, got integer"));
  EXPECT_THAT(Value(1).As<ObjectRef>(), StatusIs(kInvalidArgument, "expected object, got integer"));
}

TEST(ConvertTest, AnObjectIsRefusedByWhatItIs) {
  EXPECT_THAT(Value(MakeRef<SampleObject>()).As<int>(),
              StatusIs(kInvalidArgument, "expected integer, got object"));
  EXPECT_THAT(Value(MakeFunction(nullptr, {})).As<int>(),
              StatusIs(kInvalidArgument, "expected integer, got function"));
}

TEST(ConvertTest, AnIntegerOutsideTheRangeIsRefused) {
  EXPECT_THAT(Value(127).As<int8_t>(), IsOkAndHolds(127));
  EXPECT_THAT(Value(128).As<int8_t>(),
              StatusIs(kInvalidArgument, "integer 128 is outside the range of int8"));
  EXPECT_THAT(Value(-129).As<int8_t>(), StatusIs(kInvalidArgument));
  EXPECT_THAT(Value(-1).As<uint8_t>(),
              StatusIs(kInvalidArgument, "integer -1 is outside the range of uint8"));
  EXPECT_THAT(Value(256).As<uint8_t>(), StatusIs(kInvalidArgument));
  EXPECT_THAT(Value(-1).As<uint32_t>(), StatusIs(kInvalidArgument));
  EXPECT_THAT(Value(int64_t{1} << 32).As<uint32_t>(), StatusIs(kInvalidArgument));
  EXPECT_THAT(Value(int64_t{1} << 31).As<int32_t>(),
              StatusIs(kInvalidArgument, "integer 2147483648 is outside the range of int32"));
  EXPECT_THAT(Value(-1).As<uint64_t>(),
              StatusIs(kInvalidArgument, "integer -1 is outside the range of uint64"));
  EXPECT_THAT(Value(INT64_MAX).As<uint64_t>(), IsOkAndHolds(uint64_t{INT64_MAX}));
}

TEST(ConvertTest, AWholeDoubleIsAnInteger) {
  EXPECT_THAT(Value(3.0).As<int>(), IsOkAndHolds(3));
  EXPECT_THAT(Value(-0.0).As<int>(), IsOkAndHolds(0));
  EXPECT_THAT(Value(9007199254740992.0).As<int64_t>(), IsOkAndHolds(int64_t{1} << 53));
  EXPECT_THAT(Value(300.0).As<uint8_t>(),
              StatusIs(kInvalidArgument, "integer 300 is outside the range of uint8"));
}

TEST(ConvertTest, ADoubleThatIsNoExactIntegerIsRefused) {
  for (double d : {2.5, std::nan(""), std::numeric_limits<double>::infinity(), 1e19,
                   -std::numeric_limits<double>::infinity(), 9007199254740994.0}) {
    EXPECT_THAT(Value(d).As<int64_t>(), StatusIs(kInvalidArgument, "expected integer, got number"));
  }
}

TEST(ConvertTest, AnIntegerIsANumber) { EXPECT_THAT(Value(3).As<double>(), IsOkAndHolds(3.0)); }

TEST(ConvertTest, TheFirstWrongItemFailsAList) {
  EXPECT_THAT(Value(Array{1, "x"}).As<std::vector<int>>(),
              StatusIs(kInvalidArgument, "at [1]: expected integer, got string"));
  EXPECT_THAT(Value(1).As<std::vector<int>>(),
              StatusIs(kInvalidArgument, "expected array, got integer"));
  EXPECT_THAT((Value(Record{{"a", "x"}}).As<std::map<std::string, int>>()),
              StatusIs(kInvalidArgument, "at .a: expected integer, got string"));
  EXPECT_THAT((Value(1).As<std::map<std::string, int>>()),
              StatusIs(kInvalidArgument, "expected record, got integer"));
}

TEST(ConvertTest, ListsNest) {
  using Rows = std::vector<std::vector<std::string>>;
  Rows rows = {{"a", "b"}, {}};
  EXPECT_THAT(ThereAndBack(rows), IsOkAndHolds(rows));
}

TEST(ConvertTest, UndefinedAndNullAreNoOption) {
  EXPECT_THAT(Value().As<std::optional<int>>(), IsOkAndHolds(std::optional<int>()));
  EXPECT_THAT(Value(nullptr).As<std::optional<int>>(), IsOkAndHolds(std::optional<int>()));
  EXPECT_THAT(Value("x").As<std::optional<int>>(),
              StatusIs(kInvalidArgument, "expected integer, got string"));
}

TEST(ConvertTest, TypesAreDescribedByWhatTheyTake) {
  EXPECT_EQ(Convert<uint8_t>::kType, Type::kInteger);
  EXPECT_EQ(Convert<float>::kType, Type::kNumber);
  EXPECT_EQ(Convert<Value>::kType, Type::kAny);
  EXPECT_EQ(Convert<std::vector<int>>::kType, Type::kArray);
  EXPECT_EQ(Convert<Array>::kType, Type::kArray);
  EXPECT_EQ(Convert<std::optional<bool>>::kType, Type::kBoolean);
}

TEST(ConvertTest, ATypeOfOnesOwnConverts) {
  EXPECT_THAT(ThereAndBack(Point{1, 2}), IsOkAndHolds(Point{1, 2}));
  EXPECT_THAT(ThereAndBack(std::vector<Point>{{1, 2}, {3, 4}}),
              IsOkAndHolds(ElementsAre(Point{1, 2}, Point{3, 4})));
  EXPECT_THAT(Value(1).As<Point>(), StatusIs(kInvalidArgument, "expected point, got integer"));
}

}  // namespace
}  // namespace hawser
