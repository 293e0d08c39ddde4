#include "hawser/collect_objects.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/error.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"
#include "tests/support/sample_objects.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::IsOk;
using tests::StatusIs;

std::vector<Object*> Collect(std::vector<Value> values) {
  std::vector<Object*> objects;
  EXPECT_THAT(CollectObjects(values, &objects), IsOk());
  return objects;
}

absl::Status StatusOf(std::vector<Value> values) {
  std::vector<Object*> objects;
  return CollectObjects(values, &objects);
}

TEST(CollectObjectsTest, ObjectsComeInTheOrderTheyAreWritten) {
  std::vector<ObjectRef> o;
  for (int i = 0; i < 6; ++i) o.push_back(MakeRef<tests::SampleObject>());
  Error error = Error(absl::StatusCode::kInternal, "").WithCause(o[3]).WithMember("m", o[4]);
  EXPECT_THAT(Collect({o[0], 7, Array{Record{{"a", o[1]}, {"b", Array{o[2]}}}, error}, o[5], o[0]}),
              ElementsAre(o[0].get(), o[1].get(), o[2].get(), o[3].get(), o[4].get(), o[5].get(),
                          o[0].get()));
}

TEST(CollectObjectsTest, TheyAreAppended) {
  auto object = MakeRef<tests::SampleObject>();
  std::vector<Object*> objects = {nullptr};
  Value value = object;
  EXPECT_THAT(CollectObjects({&value, 1}, &objects), IsOk());
  EXPECT_THAT(objects, ElementsAre(nullptr, object.get()));
}

TEST(CollectObjectsTest, WhatAPeerWouldRefuseIsRefusedHereWithItsPlace) {
  EXPECT_EQ(StatusOf({1, "\x80"}), absl::InvalidArgumentError("argument 2: not UTF-8 at byte 0"));
  EXPECT_EQ(StatusOf({1, Array{"fine", Record{{"name", "bad\xff"}}}}),
            absl::InvalidArgumentError("argument 2, at [1].name: not UTF-8 at byte 3"));
  EXPECT_EQ(StatusOf({Record{{"a", 1}, {"\xc0\xaf", 1}}}),
            absl::InvalidArgumentError("argument 1: the name of field 2: not UTF-8 at byte 0"));
  EXPECT_EQ(StatusOf({Record{{std::string(41, 'x'), "\x80"}}}),
            absl::InvalidArgumentError("argument 1, at .<field 1>: not UTF-8 at byte 0"));
  EXPECT_EQ(StatusOf({Error(absl::StatusCode::kInternal, "").WithCause("\x80")}),
            absl::InvalidArgumentError("argument 1, at .cause: not UTF-8 at byte 0"));
  EXPECT_EQ(StatusOf({Error(absl::StatusCode::kInternal, "").WithMember("a", "\x80")}),
            absl::InvalidArgumentError("argument 1, at .a: not UTF-8 at byte 0"));
}

TEST(CollectObjectsTest, ALongWayToAPlaceIsToldByItsLength) {
  Value value = "\x80";
  for (int i = 0; i < 4; ++i) value = Array{value};
  EXPECT_EQ(StatusOf({value}),
            absl::InvalidArgumentError("argument 1, at [0][0][0][0]: not UTF-8 at byte 0"));
  value = Array{value};
  EXPECT_EQ(StatusOf({value}),
            absl::InvalidArgumentError("argument 1, 5 levels deep: not UTF-8 at byte 0"));
  for (int i = 0; i < 28; ++i) value = Array{value};
  EXPECT_EQ(StatusOf({value}),
            absl::InvalidArgumentError("argument 1: nested deeper than the limit of 32 levels"));
}

TEST(CollectObjectsTest, WhatIsNoArgumentIsNotCalledOne) {
  std::vector<Object*> objects;
  EXPECT_EQ(CollectObjectsOf("\x80", &objects), absl::InvalidArgumentError("not UTF-8 at byte 0"));
  EXPECT_EQ(CollectObjectsOf(Array{"\x80"}, &objects),
            absl::InvalidArgumentError("at [0]: not UTF-8 at byte 0"));
  auto object = MakeRef<tests::SampleObject>();
  EXPECT_THAT(CollectObjectsOf(Array{object}, &objects), IsOk());
  EXPECT_THAT(objects, ElementsAre(object.get()));
}

TEST(CollectObjectsTest, ThereIsALimitOfObjectsInAFrame) {
  Array items(ValueLimits::kMaxObjects, MakeRef<tests::SampleObject>());
  EXPECT_THAT(StatusOf({items}), IsOk());
  EXPECT_THAT(StatusOf({items, items[0]}),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("65536")));
}

}  // namespace
}  // namespace hawser
