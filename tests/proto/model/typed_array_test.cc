#include "hawser/typed_array.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tests::IsOk;
using tests::StatusIs;
using Element = TypedArray::Element;

template <typename T>
class TypedArrayOfTest : public ::testing::Test {};

using Numbers = ::testing::Types<int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t,
                                 uint64_t, float, double>;
TYPED_TEST_SUITE(TypedArrayOfTest, Numbers);

TYPED_TEST(TypedArrayOfTest, GivesTheNumbersBack) {
  using Limits = std::numeric_limits<TypeParam>;
  std::vector<TypeParam> numbers = {0, 1, Limits::lowest(), Limits::max()};
  TypedArray array = TypedArray::Of<TypeParam>(numbers);
  EXPECT_EQ(array.To<TypeParam>(), numbers);
  EXPECT_EQ(array.size(), 4u);
  EXPECT_EQ(array.data().size(), 4 * sizeof(TypeParam));
  EXPECT_EQ(TypedArray::ElementSize(array.element()), sizeof(TypeParam));
}

TEST(TypedArrayTest, KnowsItsElementType) {
  EXPECT_EQ(TypedArray::Of<int16_t>({}).element(), Element::kInt16);
  EXPECT_EQ(TypedArray::Of<float>({}).element(), Element::kFloat32);
  EXPECT_EQ(TypedArray::Of<long long>({}).element(), Element::kInt64);
  EXPECT_EQ(TypedArray::ElementName(Element::kUint64), "uint64");
  EXPECT_EQ(TypedArray::ElementName(static_cast<Element>(0)), "unknown");
}

TEST(TypedArrayTest, OfAnotherTypeThereAreNoNumbers) {
  std::vector<int32_t> numbers = {1, 2};
  EXPECT_THAT(TypedArray::Of<int32_t>(numbers).To<uint32_t>(), IsEmpty());
  EXPECT_THAT(TypedArray::Of<int32_t>(numbers).To<float>(), IsEmpty());
}

TEST(TypedArrayTest, IsEmptyOfUint8UntilGivenSomething) {
  EXPECT_EQ(TypedArray().element(), Element::kUint8);
  EXPECT_EQ(TypedArray().size(), 0u);
  EXPECT_THAT(TypedArray().To<uint8_t>(), IsEmpty());
}

TEST(TypedArrayTest, IsMadeOfBytesWithoutCopyingThem) {
  Bytes bytes = Bytes::Copy("\x01\x00\x02\x00", 4);
  absl::StatusOr<TypedArray> array = TypedArray::Make(Element::kUint16, bytes);
  ASSERT_THAT(array, IsOk());
  EXPECT_EQ(array->data().data(), bytes.data());
  EXPECT_THAT(array->To<uint16_t>(), ElementsAre(1, 2));
}

TEST(TypedArrayTest, NumbersMayStartAnywhereInABuffer) {
  Bytes bytes = Bytes::Copy("\xff\x01\x00\x00\x00\xff", 6);
  EXPECT_THAT(TypedArray::Make(Element::kInt32, bytes.Slice(1, 4))->To<int32_t>(), ElementsAre(1));
}

TEST(TypedArrayTest, RefusesAPartOfAnElement) {
  EXPECT_THAT(TypedArray::Make(Element::kInt32, Bytes::Copy("12345")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "5 bytes are no whole number of int32 elements"));
}

TEST(TypedArrayTest, RefusesAnUnknownElementType) {
  for (int number : {0, 11, 255}) {
    EXPECT_THAT(TypedArray::Make(static_cast<Element>(number), Bytes()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(std::to_string(number))));
  }
}

TEST(TypedArrayTest, EqualityIsByElementTypeAndContent) {
  std::vector<int32_t> numbers = {1, 2};
  EXPECT_EQ(TypedArray::Of<int32_t>(numbers), TypedArray::Of<int32_t>(numbers));
  EXPECT_NE(TypedArray::Of<int32_t>(numbers),
            *TypedArray::Make(Element::kUint32, TypedArray::Of<int32_t>(numbers).data()));
}

}  // namespace
}  // namespace hawser
