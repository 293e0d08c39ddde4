#include "proto/wire/fields.h"

#include <random>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_seed.h"

namespace hawser::wire {
namespace {

using testing::HasSubstr;
using tests::IsOk;
using tests::StatusIs;

// Walks all fields and gives how that ended.
absl::Status Walk(std::string_view message, int* count = nullptr) {
  Refusal refusal;
  Fields fields(message);
  int steps = 0;
  while (fields.Next()) ++steps;
  if (count != nullptr) *count = steps;
  fields.Finish(&refusal);
  return refusal.ToStatus();
}

absl::Status Refused(std::string_view what) {
  return absl::InvalidArgumentError(std::string("the field at byte 0 ") + std::string(what));
}

std::string Bytes(std::initializer_list<int> bytes) {
  return std::string(bytes.begin(), bytes.end());
}

TEST(VarintTest, EveryMagnitudeSurvives) {
  std::mt19937_64 random(tests::TestSeed());
  for (int i = 0; i < 100000; ++i) {
    uint64_t number = random() >> (random() % 64);
    char buffer[kMaxVarintBytes];
    const char* end = PutVarint(buffer, number);
    ASSERT_EQ(VarintSize(number), static_cast<size_t>(end - buffer)) << number;
    ReadNumber read = GetVarint(buffer, end);
    ASSERT_EQ(read.end, end) << number;
    ASSERT_EQ(read.number, number);
    ASSERT_EQ(UnZigZag(ZigZag(static_cast<int64_t>(number))), static_cast<int64_t>(number));
  }
  EXPECT_EQ(UnZigZag(ZigZag(INT64_MIN)), INT64_MIN);
  EXPECT_EQ(ZigZag(-1), 1u);
}

TEST(VarintTest, OverlongFormsAreTakenUpToTenBytes) {
  for (size_t extra = 0; extra < 9; ++extra) {
    std::string bytes = "\x85" + std::string(extra, '\x80') + std::string(1, '\0');
    ReadNumber read = GetVarint(bytes.data(), bytes.data() + bytes.size());
    EXPECT_EQ(read.end, bytes.data() + bytes.size()) << extra;
    EXPECT_EQ(read.number, 5u);
  }
  std::string endless(11, '\x80');
  EXPECT_EQ(GetVarint(endless.data(), endless.data() + endless.size()).end, nullptr);
}

TEST(VarintTest, BitsAboveSixtyFourAreDropped) {
  std::string bytes = std::string(9, '\xff') + "\x7f";
  EXPECT_EQ(GetVarint(bytes.data(), bytes.data() + bytes.size()).number, UINT64_MAX);
}

TEST(FieldsInOrderTest, AFieldIsTakenOnlyWhenItIsNextAndWhole) {
  std::string message = Bytes({0x08, 0x96, 0x01, 0x22, 2}) + "ab" + Bytes({0x28, 0x80});
  FieldsInOrder fields(message);
  uint64_t number = 0;
  std::string_view bytes;
  EXPECT_FALSE(fields.Number(0x10, &number)) << "another is next";
  EXPECT_TRUE(fields.Number(0x08, &number));
  EXPECT_EQ(number, 150u);
  EXPECT_FALSE(fields.Number(0x08, &number)) << "it is taken";
  EXPECT_TRUE(fields.Bytes(0x22, &bytes));
  EXPECT_EQ(bytes, "ab");
  EXPECT_FALSE(fields.Number(0x28, &number)) << "it is cut off";
  EXPECT_FALSE(fields.AtEnd());
}

TEST(FieldsInOrderTest, AContentPastTheEndIsNotTaken) {
  std::string_view bytes;
  for (const std::string& message : {Bytes({0x22, 3, 'a', 'b'}), Bytes({0x22}),
                                     Bytes({0x22, 0x82, 0x80, 0x80, 0x80, 0x80, 0x00, 'a', 'b'})}) {
    FieldsInOrder fields(message);
    EXPECT_FALSE(fields.Bytes(0x22, &bytes));
  }
  FieldsInOrder fields("");
  EXPECT_TRUE(fields.AtEnd());
  EXPECT_FALSE(fields.Bytes(0x22, &bytes));
}

TEST(FieldsTest, FieldsOfEveryWireTypeAreSteppedThrough) {
  std::string message = Bytes({0x08, 0x96, 0x01}) +                // 1: 150
                        Bytes({0x11, 1, 2, 3, 4, 5, 6, 7, 8}) +    // 2: fixed64
                        Bytes({0x1a, 3}) + "abc" +                 // 3: "abc"
                        Bytes({0x25, 1, 2, 3, 4}) +                // 4: fixed32
                        Bytes({0xf8, 0xff, 0xff, 0xff, 0x0f, 7});  // 536870911: 7
  Refusal refusal;
  Fields fields(message);
  ASSERT_TRUE(fields.Next());
  EXPECT_EQ(fields.tag(), 0x08u);
  EXPECT_EQ(fields.number(), 150u);
  ASSERT_TRUE(fields.Next());
  EXPECT_EQ(fields.number(), 0x0807060504030201u);
  ASSERT_TRUE(fields.Next());
  EXPECT_EQ(fields.bytes(), "abc");
  ASSERT_TRUE(fields.Next());
  ASSERT_TRUE(fields.Next());
  EXPECT_EQ(fields.tag(), 0xfffffff8u);
  EXPECT_EQ(fields.number(), 7u);
  EXPECT_FALSE(fields.Next());
  EXPECT_TRUE(fields.Finish(&refusal));
  EXPECT_THAT(refusal.ToStatus(), IsOk());
}

TEST(FieldsTest, AnEmptyMessageEndsWell) { EXPECT_THAT(Walk(std::string_view()), IsOk()); }

TEST(FieldsTest, WhatIsCutOffIsRefused) {
  for (const std::string& message :
       {Bytes({0x08}), Bytes({0x08, 0x80}), Bytes({0x80}), Bytes({0x11, 1, 2, 3, 4, 5, 6, 7}),
        Bytes({0x25, 1, 2, 3}), Bytes({0x1a}), Bytes({0x1a, 0x80})}) {
    EXPECT_EQ(Walk(message), Refused("is cut off")) << testing::PrintToString(message);
  }
  EXPECT_EQ(Walk(Bytes({0x1a, 3, 'a', 'b'})), Refused("runs past the end of its message"));
  EXPECT_EQ(Walk(Bytes({0x1a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})),
            Refused("has a size of too many bytes"));
  EXPECT_EQ(Walk(Bytes({0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f})),
            Refused("runs past the end of its message"));
  EXPECT_THAT(Walk(Bytes({0x1a, 0x80, 0x80, 0x80, 0x80, 0x00})), IsOk());
}

TEST(FieldsTest, WhatIsNoFieldIsRefused) {
  EXPECT_EQ(Walk(Bytes({0x00, 0x00})), Refused("has the number 0"));
  EXPECT_EQ(Walk(Bytes({0x80, 0x00, 0x00})), Refused("has the number 0"));
  EXPECT_EQ(Walk(Bytes({0x0b, 0x0c})), Refused("is a group, which this protocol does not have"));
  EXPECT_EQ(Walk(Bytes({0x0c})), Refused("is a group, which this protocol does not have"));
  EXPECT_EQ(Walk(Bytes({0x0e, 1})), Refused("has an unknown wire type"));
  EXPECT_EQ(Walk(Bytes({0x0f, 1})), Refused("has an unknown wire type"));
  EXPECT_EQ(Walk(Bytes({0xf8, 0xff, 0xff, 0xff, 0x1f, 7})), Refused("has too large a number"));
  EXPECT_EQ(Walk(Bytes({0x88, 0x80, 0x80, 0x80, 0x80, 0x00, 7})),
            Refused("has too large a number"));
  EXPECT_EQ(Walk(Bytes({0x08}) + std::string(11, '\xff')), Refused("has an endless number"));
}

TEST(FieldsTest, TheRefusalSaysWhereTheFieldBegins) {
  EXPECT_THAT(Walk(Bytes({0x08, 1, 0x12, 9, 'x'})),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("field at byte 2")));
}

TEST(FieldsTest, NestingInUnknownFieldsIsNotEvenLookedAt) {
  std::string nested;  // the beginnings of 100,000 groups
  for (int i = 0; i < 100000; ++i) nested += Bytes({0xa3, 0x06});
  char length[kMaxVarintBytes];
  std::string message =
      Bytes({0xa2, 0x06}) + std::string(length, PutVarint(length, nested.size())) + nested;
  int count = 0;
  EXPECT_THAT(Walk(message, &count), IsOk());
  EXPECT_EQ(count, 1);
}

TEST(PackedTest, NumbersAreGivenInOrderAndACutOffOneIsRefused) {
  std::vector<uint64_t> numbers;
  Refusal refusal;
  EXPECT_TRUE(ForEachPacked(
      Bytes({1, 0xac, 0x02, 0}), [&](uint64_t n) { numbers.push_back(n); }, &refusal));
  EXPECT_THAT(numbers, testing::ElementsAre(1, 300, 0));
  EXPECT_FALSE(ForEachPacked(
      Bytes({1, 0xac}), [](uint64_t) {}, &refusal));
  EXPECT_THAT(refusal.ToStatus(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("cut off")));
}

TEST(RefusalTest, PlacesAreNamedFromTheOutside) {
  Refusal refusal;
  EXPECT_THAT(refusal.ToStatus(), IsOk());
  refusal.Because(absl::StatusCode::kResourceExhausted, "too much");
  refusal.Because("comes too late");
  refusal.In("name");
  refusal.In("fields", 7);
  refusal.In("record");
  EXPECT_EQ(refusal.ToStatus(), absl::ResourceExhaustedError("record.fields[7].name: too much"));
}

}  // namespace
}  // namespace hawser::wire
