#include "hawser/object.h"

#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/sample_objects.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using tests::SampleObject;
using tests::StatusIs;

// Reports its disposal instead of dying at once.
class Lingering final : public Object {
 public:
  ShapeRef shape() const override { return nullptr; }
  void Invoke(Invocation, Reply) override {}

  bool disposed = false;
  ~Lingering() override = default;

 private:
  void Dispose() override { disposed = true; }
};

TEST(ObjectTest, DiesWithItsLastReference) {
  ObjectRef object = MakeRef<SampleObject>();
  Value value = object;
  object.reset();
  EXPECT_EQ(SampleObject::alive, 1);
  value = Value();
  EXPECT_EQ(SampleObject::alive, 0);
}

TEST(ObjectTest, DisposeDecidesWhatBecomesOfIt) {
  auto* object = new Lingering;
  object->Unref();
  EXPECT_TRUE(object->disposed);
  delete object;
}

TEST(ObjectTest, AReferenceCanBeTriedWhileItLivesOnly) {
  auto* object = new Lingering;
  EXPECT_TRUE(object->TryAddRef());
  object->Unref();
  EXPECT_FALSE(object->disposed);
  object->Unref();
  EXPECT_TRUE(object->disposed);
  EXPECT_FALSE(object->TryAddRef());
  delete object;
}

TEST(ObjectTest, TryingRacesWithTheLastReferenceAndOneOfThemWins) {
  for (int round = 0; round < 200; ++round) {
    auto* object = new Lingering;
    bool taken = false;
    std::thread trying([&] { taken = object->TryAddRef(); });
    object->Unref();
    trying.join();
    EXPECT_EQ(object->disposed, !taken);
    if (taken) object->Unref();
    EXPECT_TRUE(object->disposed);
    delete object;
  }
}

TEST(ObjectTest, IsTheSameAsItselfOnly) {
  auto a = MakeRef<SampleObject>();
  auto b = MakeRef<SampleObject>();
  EXPECT_TRUE(a->Same(*a));
  EXPECT_FALSE(a->Same(*b));
}

// As a callback whose client left: its number is of the client's own counting.
class LostCallback final : public Object {
 public:
  ShapeRef shape() const override { return Shape::Build(ObjectKind::kFunction, "onClose"); }
  void Invoke(Invocation /*call*/, Reply reply) override { reply.Fail(GoneStatus(*this)); }
  GoneReason gone() const override { return GoneReason::kSessionEnded; }
  ObjectId oid() const override { return ObjectId(1); }
  std::string_view site() const override { return "shop/cart.cc:42"; }
};

TEST(ObjectTest, AGoneFunctionSaysWhereItWasMade) {
  EXPECT_THAT(GoneStatus(*MakeRef<LostCallback>()),
              StatusIs(absl::StatusCode::kNotFound,
                       "onClose made at shop/cart.cc:42 is gone: session ended"));
}

TEST(ObjectTest, AGoneOneSaysWhatItWasAndWhy) {
  auto object = MakeRef<SampleObject>("BrowserWindow");
  object->reason = GoneReason::kModuleUnloaded;
  EXPECT_THAT(GoneStatus(*object),
              StatusIs(absl::StatusCode::kNotFound, "BrowserWindow is gone: module unloaded"));
  object->id = ObjectId(7);
  object->reason = GoneReason::kDestroyed;
  EXPECT_THAT(GoneStatus(*object),
              StatusIs(absl::StatusCode::kNotFound, "BrowserWindow @7 is gone: destroyed"));
  auto nameless = MakeRef<SampleObject>("", std::vector<Member>(), ObjectKind::kFunction);
  nameless->reason = GoneReason::kSessionEnded;
  EXPECT_THAT(GoneStatus(*nameless),
              StatusIs(absl::StatusCode::kNotFound, "function is gone: session ended"));
}

TEST(InvocationTest, NamesItsMemberHoweverItWasGiven) {
  ShapeRef shape = Shape::Build(ObjectKind::kObject, "", {{.name = "a"}, {.name = "b"}});
  EXPECT_EQ((Invocation{.member = 1, .shape = shape.get()}).member_name(), "b");
  EXPECT_EQ((Invocation{.shape = shape.get()}).member_name(), "");
  EXPECT_EQ((Invocation{.name = "c"}).member_name(), "c");
  EXPECT_EQ(Invocation{}.member_name(), "");
}

TEST(ObjectTest, OperationsAndReasonsHaveNames) {
  EXPECT_EQ(OpName(Op::kCall), "call");
  EXPECT_EQ(OpName(Op::kAwait), "await");
  EXPECT_EQ(GoneReasonName(GoneReason::kAlive), "alive");
  EXPECT_EQ(GoneReasonName(GoneReason::kCrashed), "crashed");
}

}  // namespace
}  // namespace hawser
