#include "proto/link/export_table.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/sample_objects.h"

namespace hawser::link {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using tests::SampleObject;

ObjectRef AnObject() { return MakeRef<SampleObject>(); }

std::vector<uint64_t> HandlesOf(const ExportTable& table, const ObjectRef& object) {
  std::vector<uint64_t> handles;
  table.HandlesOf(object.get(), &handles);
  return handles;
}

TEST(ExportTableTest, AHandleNamesItsObjectUntilItIsRemoved) {
  ExportTable table;
  ObjectRef object = AnObject();
  uint64_t handle = table.Add(object, 3, 1000, 7);
  ASSERT_NE(table.Find(handle), nullptr);
  EXPECT_EQ(table.Find(handle)->object, object);
  EXPECT_EQ(table.Find(handle)->shape, 3u);
  EXPECT_EQ(table.Find(handle)->since_s, 1000u);
  EXPECT_EQ(table.Find(handle)->via, 7u);
  EXPECT_EQ(table.HandleOf(object.get()), handle);
  EXPECT_EQ(table.size(), 1u);

  EXPECT_EQ(table.Remove(handle), object);
  EXPECT_EQ(table.Find(handle), nullptr);
  EXPECT_EQ(table.HandleOf(object.get()), std::nullopt);
  EXPECT_EQ(table.size(), 0u);
}

TEST(ExportTableTest, RemovingTwiceOrWhatWasNeverGivenGivesNothing) {
  ExportTable table;
  uint64_t handle = table.Add(AnObject(), 0, 0, 0);
  EXPECT_NE(table.Remove(handle), nullptr);
  EXPECT_EQ(table.Remove(handle), nullptr);
  EXPECT_EQ(table.Remove(12345), nullptr);
  EXPECT_EQ(table.Remove(UINT64_MAX), nullptr);
  EXPECT_EQ(table.size(), 0u);
}

TEST(ExportTableTest, AHandleIsNeverReusedThoughItsEntryIs) {
  ExportTable table;
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    uint64_t handle = table.Add(AnObject(), 0, 0, 0);
    EXPECT_TRUE(seen.insert(handle).second) << handle;
    EXPECT_NE(handle, 0u);
    table.Remove(handle);
  }
  for (uint64_t handle : seen) EXPECT_EQ(table.Find(handle), nullptr);
  EXPECT_EQ(static_cast<uint32_t>(*seen.begin()), static_cast<uint32_t>(*seen.rbegin()));
}

TEST(ExportTableTest, AReusedEntryStartsWithoutTheOldFrameNumber) {
  ExportTable table;
  uint64_t first = table.Add(AnObject(), 0, 0, 0);
  table.Find(first)->last_frame = 99;
  table.Remove(first);
  uint64_t second = table.Add(AnObject(), 0, 0, 0);
  EXPECT_EQ(table.Find(second)->last_frame, 0u);
}

TEST(ExportTableTest, HandlesAcrossAllSlabsAreFound) {
  ExportTable table;
  std::vector<std::pair<uint64_t, ObjectRef>> given;
  for (int i = 0; i < 10'000; ++i) {
    ObjectRef object = AnObject();
    given.emplace_back(table.Add(object, 0, 0, 0), object);
  }
  for (const auto& [handle, object] : given) {
    ASSERT_NE(table.Find(handle), nullptr) << handle;
    ASSERT_EQ(table.Find(handle)->object, object);
    ASSERT_EQ(table.HandleOf(object.get()), handle);
  }
  size_t visited = 0;
  table.ForEach([&](uint64_t, const ExportTable::Entry&) { ++visited; });
  EXPECT_EQ(visited, given.size());
}

TEST(ExportTableTest, TheRootIsHandleZeroAndStays) {
  ExportTable table;
  ObjectRef root = AnObject();
  EXPECT_EQ(table.Find(0), nullptr);
  table.SetRoot(root, 0);
  EXPECT_EQ(table.HandleOf(root.get()), 0u);
  EXPECT_EQ(table.Remove(0), nullptr);
  EXPECT_EQ(table.Find(0)->object, root);
  EXPECT_EQ(table.size(), 0u);
}

TEST(ExportTableTest, AForgottenObjectGetsANewHandleAndKeepsTheOldOne) {
  ExportTable table;
  ObjectRef object = AnObject();
  uint64_t old = table.Add(object, 1, 0, 0);
  table.ForgetIdentity(object.get());
  EXPECT_EQ(table.HandleOf(object.get()), std::nullopt);
  uint64_t fresh = table.Add(object, 2, 0, 0);
  EXPECT_NE(fresh, old);
  EXPECT_EQ(table.HandleOf(object.get()), fresh);
  EXPECT_EQ(table.Find(old)->shape, 1u);
  EXPECT_THAT(HandlesOf(table, object), UnorderedElementsAre(old, fresh));
}

TEST(ExportTableTest, AnObjectHeldByAnOlderHandleAloneIsStillKnownToBeHeld) {
  ExportTable table;
  ObjectRef object = AnObject();
  uint64_t old = table.Add(object, 1, 0, 0);
  table.ForgetIdentity(object.get());
  uint64_t fresh = table.Add(object, 2, 0, 0);
  table.Remove(fresh);
  EXPECT_THAT(HandlesOf(table, object), UnorderedElementsAre(old));
  table.Remove(old);
  EXPECT_THAT(HandlesOf(table, object), IsEmpty());
}

TEST(ExportTableTest, AllHandlesOfAnObjectSinceItHadNoneShareItsFirst) {
  ExportTable table;
  ObjectRef object = AnObject();
  uint64_t first = table.Add(object, 1, 0, 0);
  EXPECT_EQ(table.FirstHandleOf(object.get()), first);
  table.ForgetIdentity(object.get());
  uint64_t second = table.Add(object, 2, 0, 0);
  EXPECT_EQ(table.FirstHandleOf(object.get()), first);
  table.Remove(first);
  EXPECT_EQ(table.FirstHandleOf(object.get()), first);
  table.ForgetIdentity(object.get());
  uint64_t third = table.Add(object, 3, 0, 0);
  table.Remove(third);
  table.Remove(second);
  uint64_t anew = table.Add(object, 1, 0, 0);
  EXPECT_EQ(table.FirstHandleOf(object.get()), anew);
}

TEST(ExportTableTest, RemovingAnOlderHandleLeavesTheNewestFound) {
  ExportTable table;
  ObjectRef object = AnObject();
  uint64_t old = table.Add(object, 1, 0, 0);
  table.ForgetIdentity(object.get());
  uint64_t fresh = table.Add(object, 2, 0, 0);
  EXPECT_EQ(table.Remove(old), object);
  EXPECT_EQ(table.HandleOf(object.get()), fresh);
  EXPECT_THAT(HandlesOf(table, object), UnorderedElementsAre(fresh));
}

TEST(ExportTableTest, ADescribedRootHasAHandleOfItsOwnUntilThatIsRemoved) {
  ExportTable table;
  ObjectRef root = AnObject();
  table.SetRoot(root, 0);
  table.ForgetIdentity(root.get());
  EXPECT_EQ(table.HandleOf(root.get()), std::nullopt);
  uint64_t described = table.Add(root, 1, 0, 0);
  EXPECT_EQ(table.HandleOf(root.get()), described);
  table.Remove(described);
  EXPECT_EQ(table.HandleOf(root.get()), 0u);
}

TEST(ExportTableTest, ClearGivesBackEveryObjectTheRootApart) {
  ExportTable table;
  ObjectRef root = AnObject();
  table.SetRoot(root, 0);
  ObjectRef object = AnObject();
  uint64_t handle = table.Add(object, 0, 0, 0);
  table.Remove(table.Add(AnObject(), 0, 0, 0));
  EXPECT_EQ(table.TakeRoot(), root);
  EXPECT_THAT(table.Clear(), UnorderedElementsAre(object));
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.Find(handle), nullptr);
  EXPECT_EQ(table.HandleOf(object.get()), std::nullopt);
  EXPECT_THAT(HandlesOf(table, object), IsEmpty());
}

}  // namespace
}  // namespace hawser::link
