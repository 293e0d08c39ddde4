#include "hawser/record.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/value.h"
#include "tests/support/model_printers.h"
#include "tests/support/sample_objects.h"

namespace hawser {
namespace {

using ::testing::ElementsAre;
using tests::SampleObject;

std::vector<std::string> NamesOf(const Record& record) {
  std::vector<std::string> names;
  for (const auto& [name, value] : record) names.push_back(name);
  return names;
}

std::string NumberedName(int i) { return "field number " + std::to_string(i); }

// Fields 0 to n-1, each its own number.
Record Numbered(int n) {
  Record record;
  for (int i = 0; i < n; ++i) record.Set(NumberedName(i), i);
  return record;
}

TEST(RecordTest, KeepsFieldsInTheOrderFirstSet) {
  Record record{{"b", 1}, {"a", 2}, {"c", 3}};
  record.Set("a", 4);
  record.Set("0", 5);
  EXPECT_THAT(NamesOf(record), ElementsAre("b", "a", "c", "0"));
}

TEST(RecordTest, OfARepeatedNameTheLastValueCounts) {
  Record record{{"a", 1}, {"b", 2}, {"a", 3}};
  EXPECT_EQ(record.size(), 2u);
  EXPECT_EQ(record["a"], 3);
  EXPECT_THAT(NamesOf(record), ElementsAre("a", "b"));
}

TEST(RecordTest, AnAbsentFieldIsUndefined) {
  Record record{{"a", Undefined{}}};
  EXPECT_TRUE(record["b"].is_undefined());
  EXPECT_EQ(record.Find("b"), nullptr);
  EXPECT_FALSE(record.Has("b"));
  EXPECT_TRUE(record.Has("a"));
}

TEST(RecordTest, AFieldMayHaveAnEmptyName) {
  Record record{{"", 1}};
  EXPECT_EQ(record[""], 1);
}

TEST(RecordTest, TryAppendRefusesARepeatedName) {
  for (int size : {1, 16, 17, 100}) {
    Record record = Numbered(size);
    EXPECT_FALSE(record.TryAppend(NumberedName(size - 1), "other"));
    EXPECT_EQ(record[NumberedName(size - 1)], size - 1);
    EXPECT_TRUE(record.TryAppend(NumberedName(size), size));
    EXPECT_EQ(record[NumberedName(size)], size);
  }
}

TEST(RecordTest, FindsEveryFieldHoweverMany) {
  for (int size : {0, 1, 15, 16, 17, 33, 64, 65, 5000}) {
    Record record = Numbered(size);
    ASSERT_EQ(record.size(), static_cast<size_t>(size));
    for (int i = 0; i < size; ++i) ASSERT_EQ(record[NumberedName(i)], i) << size;
    EXPECT_FALSE(record.Has(NumberedName(size)));
    EXPECT_FALSE(record.Has(""));
  }
}

TEST(RecordTest, FindsEveryFieldAfterSomeWereRemoved) {
  for (int size : {3, 16, 17, 18, 200}) {
    Record record = Numbered(size);
    for (int i = 0; i < size; i += 2) EXPECT_TRUE(record.Remove(NumberedName(i)));
    EXPECT_FALSE(record.Remove(NumberedName(0)));
    ASSERT_EQ(record.size(), static_cast<size_t>(size / 2));
    for (int i = 0; i < size; ++i) ASSERT_EQ(record.Has(NumberedName(i)), i % 2 == 1) << i;
    record.Set(NumberedName(0), "again");
    EXPECT_EQ(record[NumberedName(0)], "again");
    EXPECT_EQ(NamesOf(record).back(), NumberedName(0));
  }
}

TEST(RecordTest, ACopyIsItsOwn) {
  for (int size : {3, 100}) {
    Record record = Numbered(size);
    Record copy = record;
    copy.Set(NumberedName(0), "changed");
    copy.Remove(NumberedName(1));
    copy.Set("new", 1);
    EXPECT_EQ(record, Numbered(size));
    EXPECT_EQ(copy.size(), record.size());
  }
}

TEST(RecordTest, AMovedFromRecordIsEmptyAndUsable) {
  Record record = Numbered(100);
  Record moved = std::move(record);
  EXPECT_EQ(moved, Numbered(100));
  record = Record();
  record.Set("a", 1);
  EXPECT_EQ(record["a"], 1);
}

TEST(RecordTest, EqualityIgnoresTheOrder) {
  EXPECT_EQ((Record{{"a", 1}, {"b", 2}}), (Record{{"b", 2}, {"a", 1}}));
  EXPECT_NE((Record{{"a", 1}, {"b", 2}}), (Record{{"a", 1}, {"b", 3}}));
  EXPECT_NE((Record{{"a", 1}, {"b", 2}}), (Record{{"a", 1}, {"c", 2}}));
  EXPECT_NE((Record{{"a", 1}, {"b", 2}}), (Record{{"a", 1}}));
  EXPECT_NE((Record{{"a", Undefined{}}}), (Record{{"b", Undefined{}}}));
}

TEST(RecordTest, AReplacedOrRemovedValueIsDropped) {
  Record record{{"a", MakeRef<SampleObject>()}, {"b", MakeRef<SampleObject>()}};
  ASSERT_EQ(SampleObject::alive, 2);
  record.Set("a", 1);
  EXPECT_EQ(SampleObject::alive, 1);
  record.Remove("b");
  EXPECT_EQ(SampleObject::alive, 0);
}

}  // namespace
}  // namespace hawser
