#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/proto/wire/oracle.h"
#include "tests/support/status_matchers.h"

namespace hawser::wire {
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
  for (int i = 0; i < 6; ++i) o.push_back(MakeRef<TestObject>());
  Error error = Error(absl::StatusCode::kInternal, "").WithCause(o[3]).WithMember("m", o[4]);
  EXPECT_THAT(Collect({o[0], 7, Array{Record{{"a", o[1]}, {"b", Array{o[2]}}}, error}, o[5], o[0]}),
              ElementsAre(o[0].get(), o[1].get(), o[2].get(), o[3].get(), o[4].get(), o[5].get(),
                          o[0].get()));
}

TEST(CollectObjectsTest, TheyAreAppended) {
  auto object = MakeRef<TestObject>();
  std::vector<Object*> objects = {nullptr};
  Value value = object;
  EXPECT_THAT(CollectObjects({&value, 1}, &objects), IsOk());
  EXPECT_THAT(objects, ElementsAre(nullptr, object.get()));
}

TEST(CollectObjectsTest, WhatAPeerWouldRefuseIsRefusedHereWithItsPlace) {
  EXPECT_EQ(StatusOf({1, Array{"fine", Record{{"name", "bad\xff"}}}}),
            absl::InvalidArgumentError("values[1].items[1].fields[0]: not UTF-8 at byte 3"));
  EXPECT_EQ(StatusOf({Record{{"a", 1}, {"\xc0\xaf", 1}}}),
            absl::InvalidArgumentError("values[0].fields[1]: not UTF-8 at byte 0"));
  EXPECT_EQ(StatusOf({Error(absl::StatusCode::kInternal, "").WithCause("\x80")}),
            absl::InvalidArgumentError("values[0].cause: not UTF-8 at byte 0"));
  EXPECT_EQ(StatusOf({Error(absl::StatusCode::kInternal, "").WithMember("a", "\x80")}),
            absl::InvalidArgumentError("values[0].members.fields[0]: not UTF-8 at byte 0"));
}

TEST(CollectObjectsTest, ThereIsALimitOfObjectsInAFrame) {
  Array items(WireLimits::kMaxReferences, MakeRef<TestObject>());
  EXPECT_THAT(StatusOf({items}), IsOk());
  EXPECT_THAT(StatusOf({items, items[0]}),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("65536")));
}

}  // namespace
}  // namespace hawser::wire
