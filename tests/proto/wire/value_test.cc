// Values through the writer and the reader.

#include <bit>
#include <limits>
#include <ostream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/typed_array.h"
#include "proto/wire/tags.h"
#include "proto/wire/varint.h"
#include "tests/proto/wire/oracle.h"
#include "tests/support/status_matchers.h"

namespace hawser {

// For the names of test cases; by default their bytes would do, even those that mean nothing.
void PrintTo(const Value& value, std::ostream* out) { *out << value.ToString().substr(0, 60); }

}  // namespace hawser

namespace hawser::wire {
namespace {

using testing::HasSubstr;
using tests::IsOk;
using tests::IsOkAndHolds;
using tests::StatusIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// Reads `value` as the result of a call; `objects` are the table.
absl::StatusOr<Value> ReadValue(const v1::Value& value, std::vector<ObjectRef> objects = {}) {
  v1::Return result;
  *result.mutable_value() = value;
  uint64_t call;
  Outcome outcome;
  absl::Status status =
      BodyReader(objects, nullptr).ReadReturn(result.SerializeAsString(), &call, &outcome);
  if (!status.ok()) return status;
  return outcome.value();
}

// There and back.
absl::StatusOr<Value> Cross(const Value& value) {
  std::vector<Object*> objects;
  if (absl::Status status = CollectObjects({&value, 1}, &objects); !status.ok()) return status;
  std::vector<Reference> references(objects.size());
  FrameWriter writer;
  std::string entry;
  writer.WriteReturn(1, value, references, &entry);
  PacketView packet;
  if (absl::Status status = ReadPacket(entry, &packet); !status.ok()) return status;
  FrameView frame;
  if (absl::Status status = ReadFrame(packet.frames.front(), nullptr, &frame); !status.ok())
    return status;
  std::vector<ObjectRef> registered;
  for (Object* object : objects) registered.push_back(ObjectRef(object));
  uint64_t call;
  Outcome outcome;
  absl::Status status = BodyReader(registered, nullptr).ReadReturn(frame.body, &call, &outcome);
  if (!status.ok()) return status;
  return outcome.value();
}

class ValueOfEveryKind : public testing::TestWithParam<Value> {};

TEST_P(ValueOfEveryKind, Crosses) {
  absl::StatusOr<Value> crossed = Cross(GetParam());
  ASSERT_THAT(crossed, IsOkAndHolds(GetParam()));
  EXPECT_EQ(crossed->kind(), GetParam().kind());
}

std::vector<Value> Samples() {
  std::vector<Value> samples = {
      Value(),
      Null{},
      true,
      false,
      0,
      1,
      -1,
      INT64_MAX,
      INT64_MIN,
      0.0,
      -0.5,
      1e308,
      std::numeric_limits<double>::infinity(),
      -std::numeric_limits<double>::infinity(),
      std::numeric_limits<double>::quiet_NaN(),
      "",
      "short",
      std::string(22, 'i'),
      std::string(23, 'h'),
      std::string(100000, 'l'),
      "中文 🚢",
      std::string("nul\0inside", 10),
      Bytes(),
      Bytes(std::string("\0\xff\x80", 3)),
      Bytes(std::string(100000, '\xfe')),
      Date{0},
      Date{-1},
      Date{1767225600000},
      Array{},
      Array{1, "two", Array{3.0, Null{}}, Value()},
      Record{},
      Record{{"width", 800},
             {"", "empty name"},
             {"nested", Record{{"deep", Array{1, 2}}}},
             {"none", Value()}},
      TypedArray(),
      TypedArray::Of<float>(std::vector<float>{1.5f, -2.5f}),
      TypedArray::Of<int64_t>(std::vector<int64_t>{INT64_MIN, 0, 7}),
      Error(),
      Error(absl::StatusCode::kNotFound, "no such table", "SqliteError")
          .WithCause(Error(absl::StatusCode::kInternal, "disk"))
          .WithMember("code", 1)
          .WithMember("table", "t"),
      Error(absl::StatusCode::kUnknown, "", "").WithCause("not an error"),
      MakeRef<TestObject>(),
      Array{MakeRef<TestObject>(), Record{{"object", MakeRef<TestObject>()}}},
  };
  Record large;
  for (int i = 0; i < 1000; ++i) large.Set("field " + std::to_string(i), i);
  samples.push_back(large);
  return samples;
}

INSTANTIATE_TEST_SUITE_P(Values, ValueOfEveryKind, testing::ValuesIn(Samples()));

TEST(ValueTest, NaNKeepsItsBits) {
  double nan = std::bit_cast<double>(uint64_t{0x7ff8dead00000001});
  EXPECT_EQ(std::bit_cast<uint64_t>(Cross(nan)->AsDouble()), 0x7ff8dead00000001u);
  EXPECT_EQ(std::bit_cast<uint64_t>(Cross(-0.0)->AsDouble()), std::bit_cast<uint64_t>(-0.0));
}

TEST(ValueTest, TheSameObjectTwiceIsTwoEntriesAndStaysTheSame) {
  auto object = MakeRef<TestObject>();
  absl::StatusOr<Value> crossed = Cross(Array{object, object});
  ASSERT_THAT(crossed, IsOk());
  EXPECT_EQ(crossed->AsArray()[0].AsObject(), object.get());
  EXPECT_EQ(crossed->AsArray()[1].AsObject(), object.get());
}

TEST(ValueTest, AValueWithNothingSetIsUndefined) {
  EXPECT_THAT(ReadValue(v1::Value()), IsOkAndHolds(Value()));
  v1::Value record;
  record.mutable_record()->add_fields()->set_name("nothing");
  EXPECT_THAT(ReadValue(record), IsOkAndHolds(Value(Record{{"nothing", Value()}})));
}

TEST(ValueTest, TextThatIsNotUtf8IsRefusedWithItsPlace) {
  v1::Value value;
  v1::Record* record = value.mutable_array()->add_items()->mutable_record();
  record->add_fields()->mutable_value()->set_string("fine");
  record->add_fields()->set_name("bad");
  record->mutable_fields(1)->mutable_value()->set_string("bad \xc3(");
  EXPECT_EQ(ReadValue(value).status(),
            absl::InvalidArgumentError(
                "result.value.array.items[0].record.fields[1].value.string: not UTF-8 at byte 4"));

  record->mutable_fields(1)->set_name("\xff");
  EXPECT_EQ(ReadValue(value).status(),
            absl::InvalidArgumentError(
                "result.value.array.items[0].record.fields[1].name: not UTF-8 at byte 0"));

  value.mutable_error()->set_message("\xed\xa0\x80");
  EXPECT_THAT(ReadValue(value), StatusIs(kInvalid, HasSubstr("error.message: not UTF-8")));
  value.mutable_error()->set_name("\xed\xa0\x80");
  EXPECT_THAT(ReadValue(value), StatusIs(kInvalid, HasSubstr("error.name: not UTF-8")));
}

TEST(ValueTest, ARepeatedRecordFieldIsRefused) {
  for (int fields : {2, 12, 13, 17, 5000}) {
    v1::Value value;
    for (int i = 0; i < fields; ++i)
      value.mutable_record()->add_fields()->set_name("n" + std::to_string(i));
    EXPECT_THAT(ReadValue(value), IsOk());
    value.mutable_record()->mutable_fields(fields - 1)->set_name("n0");
    EXPECT_THAT(ReadValue(value),
                StatusIs(kInvalid, HasSubstr("record.fields[" + std::to_string(fields - 1) +
                                             "]: repeats the name of an earlier field")));
  }
}

TEST(ValueTest, TypedArraysAreCheckedBeforeTheyAreMade) {
  v1::Value value;
  value.mutable_typed_array()->set_data("12345678");
  EXPECT_THAT(ReadValue(value),
              StatusIs(kInvalid, HasSubstr("typed_array: no element type has the number 0")));
  value.mutable_typed_array()->set_element(static_cast<v1::TypedArray_Element>(11));
  EXPECT_THAT(ReadValue(value), StatusIs(kInvalid, HasSubstr("number 11")));
  value.mutable_typed_array()->set_element(
      static_cast<v1::TypedArray_Element>(257));  // is 1 in a byte
  EXPECT_THAT(ReadValue(value), StatusIs(kInvalid, HasSubstr("number 257")));
  value.mutable_typed_array()->set_element(v1::TypedArray_Element_INT64);
  EXPECT_THAT(ReadValue(value), IsOk());
  value.mutable_typed_array()->set_data("1234567");
  EXPECT_THAT(ReadValue(value), StatusIs(kInvalid, HasSubstr("no whole number")));
}

TEST(ValueTest, AnErrorCodeThatIsNoneReadsAsUnknown) {
  for (int32_t code : {0, 17, -1, INT32_MAX, INT32_MIN}) {
    v1::Value value;
    value.mutable_error()->set_code(code);
    EXPECT_EQ(ReadValue(value)->AsError().code(), absl::StatusCode::kUnknown) << code;
  }
}

TEST(ValueTest, AReferenceOutsideTheTableIsRefused) {
  v1::Value value;
  value.set_reference(2);
  auto object = MakeRef<TestObject>();
  EXPECT_THAT(ReadValue(value, {object, object, object}), IsOkAndHolds(Value(object)));
  EXPECT_EQ(
      ReadValue(value, {object, object}).status(),
      absl::InvalidArgumentError("result.value.reference: 2 is past the table of 2 references"));
  value.set_reference(UINT32_MAX);
  EXPECT_THAT(ReadValue(value, {object}), StatusIs(kInvalid, HasSubstr("past the table")));
}

TEST(ValueTest, AReferenceThatWasRefusedIsNotFound) {
  v1::Value value;
  value.set_reference(0);
  EXPECT_EQ(ReadValue(value, {nullptr}).status(),
            absl::NotFoundError("result.value.reference: 0 is unknown or was refused"));
}

TEST(ValueTest, AnAnswerIsNoValueOfAResult) {
  v1::Value value;
  value.set_answer(1);
  EXPECT_EQ(
      ReadValue(value).status(),
      absl::InvalidArgumentError("result.value.answer: allowed only as an argument of a call"));
}

// Bytes of a Value in which arrays are nested `levels` deep.
std::string Nested(size_t levels, uint32_t container, uint32_t item) {
  // Built from the inside out, so that it is linear: the reverse of what is wanted, turned at the
  // end.
  std::string reversed;
  auto wrap = [&](uint32_t tag) {
    char size[kMaxVarintBytes];
    std::string header(1, static_cast<char>(tag));
    header.append(size, PutVarint(size, reversed.size()));
    reversed.append(header.rbegin(), header.rend());
  };
  for (size_t i = 0; i < levels; ++i) {
    if (i > 0) wrap(item);
    wrap(container);
  }
  return std::string(reversed.rbegin(), reversed.rend());
}

std::string InResult(const std::string& value) {
  char size[kMaxVarintBytes];
  return std::string(1, static_cast<char>(ReturnTag::kValue)) +
         std::string(size, PutVarint(size, value.size())) + value;
}

TEST(NestingTest, ThirtyTwoLevelsCrossAndOneMoreIsRefused) {
  uint64_t call;
  Outcome outcome;
  BodyReader reader({}, nullptr);
  for (uint32_t container : {uint32_t{ValueTag::kArray}, uint32_t{ValueTag::kError}}) {
    uint32_t item =
        container == ValueTag::kArray ? uint32_t{ArrayTag::kItems} : uint32_t{ErrorTag::kCause};
    EXPECT_THAT(reader.ReadReturn(InResult(Nested(32, container, item)), &call, &outcome), IsOk());
    for (size_t levels : {33, 1000, 100000}) {
      EXPECT_THAT(reader.ReadReturn(InResult(Nested(levels, container, item)), &call, &outcome),
                  StatusIs(kInvalid, HasSubstr("nested deeper than the limit of 32 levels")));
    }
  }
}

TEST(NestingTest, WhatNobodyKnowsMayNestAsDeepAsItLikes) {
  uint64_t call;
  Outcome outcome;
  std::string deep = InResult(Nested(100000, ValueTag::kArray, ArrayTag::kItems));
  deep[0] = 0x7a;  // field 15
  deep += InResult("");
  EXPECT_THAT(BodyReader({}, nullptr).ReadReturn(deep, &call, &outcome), IsOk());
}

TEST(NestingTest, RecordsErrorsAndTheMembersOfErrorsCount) {
  Value value = Record{{"r", 1}};
  for (int i = 0; i < 15; ++i)
    value = Error(absl::StatusCode::kInternal, "").WithMember("m", value);
  value = Array{value};
  EXPECT_THAT(Cross(value), IsOkAndHolds(value));
  Value deeper = Array{value};
  EXPECT_THAT(Cross(deeper),
              StatusIs(kInvalid, HasSubstr("nested deeper than the limit of 32 levels")));
  // Past the check, as a careless caller would: written flat where it goes too deep, and still
  // readable.
  FrameWriter writer;
  std::string entry;
  writer.WriteReturn(1, deeper, {}, &entry);
  v1::Packet packet;
  EXPECT_TRUE(Parse(entry, &packet));
}

TEST(NestingTest, WhatIsAllowedIsNotTooDeepForAnOrdinaryParserOfTheProtocol) {
  auto array = [](Value inner) { return Value(Array{std::move(inner)}); };
  auto record = [](Value inner) { return Value(Record{{"r", std::move(inner)}}); };
  auto error = [](Value inner) {
    return Value(Error(absl::StatusCode::kInternal, "").WithMember("m", std::move(inner)));
  };
  auto deepest = [](auto wrap, int levels) {
    Value value(1);
    for (int i = 0; i < levels; ++i) value = wrap(std::move(value));
    return value;
  };
  for (const Value& value : {deepest(array, 32), deepest(record, 32), deepest(error, 16)}) {
    EXPECT_THAT(Cross(value), IsOkAndHolds(value));
    FrameWriter writer;
    std::string entry;
    writer.WriteReturn(1, value, {}, &entry);
    v1::Packet packet;
    EXPECT_TRUE(packet.ParseFromString(entry)) << "100 messages inside each other are its limit";
  }
}

TEST(NestingTest, AValueNestedOutOfAllProportionIsRefusedBeforeItIsWritten) {
  Value value;
  for (int i = 0; i < 100000; ++i) value = Array{std::move(value)};
  EXPECT_THAT(Cross(value), StatusIs(kInvalid, HasSubstr("32 levels")));
}

TEST(BytesTest, LargePartsOfAPacketAreSlicesOfItAndSmallOnesAreNot) {
  FrameContent frame;
  frame.kind = FrameKind::kCall;
  frame.call.id = 1;
  frame.args = {Bytes(std::string(10000, 'a')), Bytes(std::string(100, 'b')),
                *TypedArray::Make(TypedArray::Element::kUint8, Bytes(std::string(9000, 'c')))};
  hawser::Bytes buffer(Serialize(ToProto(frame)));
  FrameContent read;
  std::vector<ObjectRef> objects;
  ASSERT_THAT(Read(buffer.view(), &buffer, &read, &objects), IsOk());
  EXPECT_EQ(read.args, frame.args);
  auto inside = [&](const Bytes& bytes) {
    return bytes.data() >= buffer.data() && bytes.data() < buffer.data() + buffer.size();
  };
  EXPECT_TRUE(inside(read.args[0].AsBytes()));
  EXPECT_FALSE(inside(read.args[1].AsBytes()));
  EXPECT_TRUE(inside(read.args[2].AsTypedArray().data()));

  ASSERT_THAT(Read(buffer.view(), nullptr, &read, &objects), IsOk());
  EXPECT_FALSE(inside(read.args[0].AsBytes()));

  Bytes other(std::string(20000, 'x'));  // what is said to be the buffer is not: copied, to be safe
  ASSERT_THAT(Read(buffer.view(), &other, &read, &objects), IsOk());
  EXPECT_EQ(read.args, frame.args);
}

}  // namespace
}  // namespace hawser::wire
