// What a change of one Value shows through another, while references for changing are about:
// nothing.

#include <cstdlib>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/object.h"
#include "hawser/record.h"
#include "hawser/value.h"
#include "tests/support/model_printers.h"
#include "tests/support/sample_objects.h"

namespace hawser {
namespace {

using ::testing::ElementsAre;
using tests::SampleObject;

TEST(ValueSharingTest, AChangeByAReferenceFromBeforeTheCopyLeavesTheCopyAlone) {
  Value array = Array{1};
  Array& items = array.MutableArray();
  Value array_copy = array;
  Value array_assigned;
  array_assigned = array;
  items.push_back(2);
  EXPECT_THAT(array.AsArray(), ElementsAre(1, 2));
  EXPECT_THAT(array_copy.AsArray(), ElementsAre(1));
  EXPECT_THAT(array_assigned.AsArray(), ElementsAre(1));

  Value record = Record{{"a", 1}};
  Record& fields = record.MutableRecord();
  Value record_copy = record;
  fields.Set("a", 2);
  EXPECT_EQ(record, Value(Record{{"a", 2}}));
  EXPECT_EQ(record_copy, Value(Record{{"a", 1}}));
}

TEST(ValueSharingTest, AChangeOfTheInsideByAReferenceFromBeforeTheCopyLeavesTheCopyAlone) {
  Value outer = Array{Value(Array{1}), Record{{"a", 1}}};
  Array& items = outer.MutableArray();
  Array& inner = items[0].MutableArray();
  Record& fields = items[1].MutableRecord();
  Value copy = outer;
  inner.push_back(2);
  fields.Set("a", 2);
  EXPECT_EQ(copy, Value(Array{Value(Array{1}), Record{{"a", 1}}}));
  EXPECT_EQ(outer, Value(Array{Value(Array{1, 2}), Record{{"a", 2}}}));
}

TEST(ValueSharingTest, AReferenceOutlivesTheCopiesMadeMeanwhile) {
  Value array = Array{1};
  Array& items = array.MutableArray();
  { Value copy = array; }
  items.push_back(2);
  EXPECT_THAT(array.AsArray(), ElementsAre(1, 2));
  EXPECT_EQ(&array.MutableArray(), &items);
}

TEST(ValueSharingTest, AValuePutIntoItselfIsThereAsItWasBefore) {
  ASSERT_EQ(SampleObject::alive, 0);
  {
    Value record = Record{{"a", 1}, {"object", MakeRef<SampleObject>()}};
    Value before = record.AsRecord();
    record.MutableRecord().Set("self", record);
    EXPECT_EQ(record.AsRecord()["self"], before);
    EXPECT_FALSE(record.AsRecord()["self"].AsRecord().Has("self"));

    Value array = Array{record};
    array.MutableArray().push_back(array);
    EXPECT_EQ(array, Value(Array{record, Value(Array{record})}));
  }
  EXPECT_EQ(SampleObject::alive, 0);  // which what holds itself would keep
}

TEST(ValueSharingTest, ACopyOfAChangedValueIsSharedAsAnyOther) {
  Value array = Array{1};
  array.MutableArray().push_back(2);
  Value copy = array;
  Value copy_of_copy = copy;
  EXPECT_EQ(&copy_of_copy.AsArray(), &copy.AsArray());
}

TEST(ValueSharingTest, ADeepValueMadeInPlaceIsCopiedWithoutDeepRecursion) {
  Value deep = 1;
  for (int i = 0; i < 300'000; ++i) {
    Value outer;
    if (i % 2 == 0) {
      outer.MutableArray().push_back(std::move(deep));
    } else {
      outer.MutableRecord().Set("a", std::move(deep));
    }
    deep = std::move(outer);
  }
  Value copy = deep;
  int depth = 0;
  for (const Value* at = &copy; !at->is(Kind::kInt); ++depth)
    at = at->is(Kind::kArray) ? &at->AsArray()[0] : &at->AsRecord()["a"];
  EXPECT_EQ(depth, 300'000);
}

TEST(ValueSharingTest, AChangedValueMayBeCopiedOnSeveralThreadsAtOnce) {
  Value changed = Array{1};
  changed.MutableArray().push_back(Record{{"a", 1}});
  const Value expected = Array{1, Record{{"a", 1}}};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 1000; ++round) {
        Value mine = std::as_const(changed);
        mine.MutableArray()[1].MutableRecord().Set("a", round);
        if (changed != expected) std::abort();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace hawser
