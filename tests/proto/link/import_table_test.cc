#include "proto/link/import_table.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/proto/link/link_ends.h"

namespace hawser::link {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// An endpoint whose dropped proxies the test collects itself.
class Collecting final : public Endpoint {
 public:
  Collecting() : Endpoint({}, base::SystemClock()) {}
  void OnDropped(Proxy* proxy) override { dropped.Push(proxy); }
  void StartCall(IncomingCall*) override {}
  void WantFlush() override {}
  void OnEnded(EndReason, const absl::Status&, std::vector<ObjectRef>) override {}
  DroppedProxies dropped;
};

class ImportTableTest : public ::testing::Test {
 protected:
  Ref<Proxy> Import(uint64_t handle) {
    auto proxy = Ref<Proxy>::Adopt(
        new Proxy(endpoint_, handle, handle, Shape::Build(ObjectKind::kObject, "X"), "", Value()));
    table_.Set(proxy.get());
    return proxy;
  }
  // The handles to release for what was dropped.
  std::vector<uint64_t> Collect() {
    std::vector<uint64_t> released;
    DeadProxies dead;
    table_.Collect(endpoint_->dropped.TakeAll(), &released, &dead);
    collected_ += dead.size();
    return released;
  }

  Ref<Collecting> endpoint_ = MakeRef<Collecting>();
  ImportTable table_;
  size_t collected_ = 0;
};

TEST_F(ImportTableTest, OneProxyStandsForAHandle) {
  Ref<Proxy> proxy = Import(5);
  EXPECT_EQ(table_.Find(5), proxy);
  EXPECT_EQ(table_.Find(6), nullptr);
  EXPECT_EQ(table_.size(), 1u);
  proxy.reset();
  EXPECT_THAT(Collect(), ElementsAre(5));
}

TEST_F(ImportTableTest, ADroppedProxyIsNotFoundThoughItIsStillInTheTable) {
  Import(5).reset();
  EXPECT_EQ(table_.size(), 1u);
  EXPECT_EQ(table_.Find(5), nullptr);
  EXPECT_THAT(Collect(), ElementsAre(5));
  EXPECT_EQ(table_.size(), 0u);
  EXPECT_EQ(collected_, 1u);
}

TEST_F(ImportTableTest, AHandleMetAgainSinceIsNotReleased) {
  Import(5).reset();
  Ref<Proxy> newer = Import(5);
  EXPECT_THAT(Collect(), IsEmpty());
  EXPECT_EQ(collected_, 1u);
  EXPECT_EQ(table_.Find(5), newer);
  newer.reset();
  EXPECT_THAT(Collect(), ElementsAre(5));
}

TEST_F(ImportTableTest, AHandleDroppedTwiceIsReleasedOnce) {
  Import(5).reset();
  Import(5).reset();
  EXPECT_THAT(Collect(), ElementsAre(5));
  EXPECT_EQ(collected_, 2u);
}

TEST_F(ImportTableTest, AllThatWasDroppedIsReleasedTogether) {
  for (uint64_t handle = 1; handle <= 3; ++handle) Import(handle).reset();
  EXPECT_THAT(Collect(), UnorderedElementsAre(1, 2, 3));
  EXPECT_THAT(Collect(), IsEmpty());
}

TEST_F(ImportTableTest, GoneMarksTheProxyOfItsHandleOnly) {
  Ref<Proxy> one = Import(1), two = Import(2);
  table_.MarkGone(1, GoneReason::kRevoked);
  table_.MarkGone(99, GoneReason::kRevoked);
  EXPECT_EQ(one->gone(), GoneReason::kRevoked);
  EXPECT_EQ(two->gone(), GoneReason::kAlive);
  table_.MarkAllGone(GoneReason::kSessionEnded);
  EXPECT_EQ(one->gone(), GoneReason::kRevoked) << "only the first reason stays";
  EXPECT_EQ(two->gone(), GoneReason::kSessionEnded);
  one.reset();
  two.reset();
  Collect();
}

}  // namespace
}  // namespace hawser::link
