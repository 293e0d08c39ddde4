#include "broker/core/object_registry.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/broker/core/fakes.h"
#include "tests/support/fake_clock.h"

namespace hawser::tests {
namespace {

using broker::ObjectRegistry;

class ObjectRegistryTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  ObjectRegistry registry_{clock_};
  Ref<FakeSession> alice_ = MakeRef<FakeSession>();
  Ref<FakeSession> bob_ = MakeRef<FakeSession>();
};

TEST_F(ObjectRegistryTest, AnObjectHasAnIdExactlyWhileItHasAHolder) {
  auto object = MakeRef<FakeObject>();
  EXPECT_EQ(registry_.IdOf(object.get()), ObjectId());
  registry_.AddHolder(object.get(), *alice_);
  EXPECT_NE(registry_.IdOf(object.get()), ObjectId());
  registry_.RemoveHolder(object.get());
  EXPECT_EQ(registry_.IdOf(object.get()), ObjectId());
  EXPECT_EQ(registry_.size(), 0u);
}

TEST_F(ObjectRegistryTest, AllHoldersSeeTheSameIdAndTheLastOneEndsIt) {
  auto object = MakeRef<FakeObject>();
  registry_.AddHolder(object.get(), *alice_);
  ObjectId id = registry_.IdOf(object.get());
  registry_.AddHolder(object.get(), *alice_);
  EXPECT_EQ(registry_.IdOf(object.get()), id);
  registry_.RemoveHolder(object.get());
  EXPECT_EQ(registry_.Find(id), ObjectRef(object));
  registry_.RemoveHolder(object.get());
  EXPECT_EQ(registry_.Find(id), nullptr);
}

TEST_F(ObjectRegistryTest, AnIdIsNeverGivenTwiceThoughItsSlotIs) {
  auto first = MakeRef<FakeObject>();
  auto second = MakeRef<FakeObject>();
  registry_.AddHolder(first.get(), *alice_);
  ObjectId id = registry_.IdOf(first.get());
  registry_.RemoveHolder(first.get());
  registry_.AddHolder(second.get(), *alice_);
  EXPECT_NE(registry_.IdOf(second.get()), id);
  EXPECT_EQ(registry_.Find(id), nullptr);
  registry_.RemoveHolder(second.get());
}

TEST_F(ObjectRegistryTest, ProxiesOfOneObjectShareItsIdWhicheverGoesFirst) {
  auto old = MakeRef<FakeObject>(), fresh = MakeRef<FakeObject>(), later = MakeRef<FakeObject>();
  auto other = MakeRef<FakeObject>(), elsewhere = MakeRef<FakeObject>();
  int provider = 0, another = 0;
  const ObjectRegistry::Origin origin{&provider, 7};
  registry_.AddHolder(old.get(), *alice_, origin);
  ObjectId id = registry_.IdOf(old.get());
  registry_.AddHolder(fresh.get(), *alice_, origin);
  registry_.AddHolder(other.get(), *alice_, {&provider, 8});
  registry_.AddHolder(elsewhere.get(), *alice_, {&another, 7});
  EXPECT_EQ(registry_.IdOf(fresh.get()), id);
  EXPECT_THAT(registry_.FindAll(id), ::testing::UnorderedElementsAre(old, fresh));
  EXPECT_NE(registry_.IdOf(other.get()), id);
  EXPECT_NE(registry_.IdOf(elsewhere.get()), id);

  registry_.RemoveHolder(old.get(), origin);
  registry_.AddHolder(later.get(), *bob_, origin);
  EXPECT_EQ(registry_.IdOf(later.get()), id);
  registry_.RemoveHolder(fresh.get(), origin);
  registry_.RemoveHolder(later.get(), origin);
  registry_.AddHolder(old.get(), *alice_, origin);
  EXPECT_NE(registry_.IdOf(old.get()), id);

  registry_.RemoveHolder(old.get(), origin);
  registry_.RemoveHolder(other.get(), {&provider, 8});
  registry_.RemoveHolder(elsewhere.get(), {&another, 7});
  EXPECT_EQ(registry_.size(), 0u);
}

TEST_F(ObjectRegistryTest, FindTellsHoldersAndBirth) {
  auto object = MakeRef<FakeObject>();
  clock_.Advance(absl::Hours(2));
  registry_.AddHolder(object.get(), *alice_);
  clock_.Advance(absl::Hours(1));
  registry_.AddHolder(object.get(), *alice_);
  ObjectRegistry::Info info;
  ASSERT_NE(registry_.Find(registry_.IdOf(object.get()), &info), nullptr);
  EXPECT_EQ(info.holders, 2u);
  EXPECT_EQ(absl::FromUnixSeconds(info.born_s), clock_.WallNow() - absl::Hours(1));
  registry_.RemoveHolder(object.get());
  registry_.RemoveHolder(object.get());
}

TEST_F(ObjectRegistryTest, MadeUpIdsFindNothing) {
  EXPECT_EQ(registry_.Find(ObjectId(0)), nullptr);
  EXPECT_EQ(registry_.Find(ObjectId(1)), nullptr);
  EXPECT_EQ(registry_.Find(ObjectId(~uint64_t{0})), nullptr);
}

TEST_F(ObjectRegistryTest, PagesMeetEachObjectOnceWhateverTheHoles) {
  std::vector<Ref<FakeObject>> objects;
  for (int i = 0; i < 1000; ++i) {
    objects.push_back(MakeRef<FakeObject>());
    registry_.AddHolder(objects.back().get(), *alice_);
  }
  for (int i = 0; i < 1000; i += 3) registry_.RemoveHolder(objects[i].get());
  size_t met = 0;
  uint64_t cursor = 0;
  do {
    auto page = registry_.Page(cursor, 7, &cursor);
    EXPECT_LE(page.size(), 7u);
    met += page.size();
  } while (cursor != 0);
  EXPECT_EQ(met, registry_.size());
  for (int i = 0; i < 1000; ++i) {
    if (i % 3 != 0) registry_.RemoveHolder(objects[i].get());
  }
}

TEST_F(ObjectRegistryTest, TheOnlySessionThatHoldsAnObjectIsKnownHoweverManyHandlesItHas) {
  auto object = MakeRef<FakeObject>();
  registry_.AddHolder(object.get(), *alice_);
  registry_.AddHolder(object.get(), *alice_);
  std::optional<ObjectRegistry::Holders> holders = registry_.TakeHoldersToTell(object.get());
  ASSERT_TRUE(holders.has_value());
  EXPECT_EQ(holders->handles, 2u);
  EXPECT_EQ(holders->sole, SessionRef(alice_));
  registry_.RemoveHolder(object.get());
  registry_.RemoveHolder(object.get());
}

TEST_F(ObjectRegistryTest, AnObjectThatSeveralSessionsHeldHasNoSoleHolderAnyMore) {
  auto object = MakeRef<FakeObject>();
  registry_.AddHolder(object.get(), *alice_);
  registry_.AddHolder(object.get(), *bob_);
  registry_.RemoveHolder(object.get());
  std::optional<ObjectRegistry::Holders> holders = registry_.TakeHoldersToTell(object.get());
  ASSERT_TRUE(holders.has_value());
  EXPECT_EQ(holders->handles, 1u);
  EXPECT_EQ(holders->sole, nullptr);
  registry_.RemoveHolder(object.get());
}

TEST_F(ObjectRegistryTest, HoldersAreToldOnceThatAnObjectIsGoneAndOnlyIfThereAreAny) {
  auto object = MakeRef<FakeObject>();
  EXPECT_FALSE(registry_.TakeHoldersToTell(object.get()).has_value());
  registry_.AddHolder(object.get(), *alice_);
  EXPECT_TRUE(registry_.TakeHoldersToTell(object.get()).has_value());
  EXPECT_FALSE(registry_.TakeHoldersToTell(object.get()).has_value());
  registry_.RemoveHolder(object.get());
}

TEST_F(ObjectRegistryTest, ItHoldsNoObjectAlive) {
  bool destroyed = false;
  auto object = MakeRef<FakeObject>(&destroyed);
  registry_.AddHolder(object.get(), *alice_);
  registry_.RemoveHolder(object.get());
  object.reset();
  EXPECT_TRUE(destroyed);
}

}  // namespace
}  // namespace hawser::tests
