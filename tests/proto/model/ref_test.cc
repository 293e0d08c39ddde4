#include "hawser/ref.h"

#include <utility>

#include "gtest/gtest.h"

namespace hawser {
namespace {

struct Counted {
  void AddRef() const { ++refs; }
  void Unref() const { --refs; }
  mutable int refs = 0;
};
struct Derived : Counted {};

TEST(RefTest, CountsItsCopies) {
  Counted target;
  {
    Ref<Counted> first(&target);
    Ref<Counted> second = first;
    EXPECT_EQ(target.refs, 2);
    EXPECT_EQ(first, second);
    first.reset();
    EXPECT_EQ(first, nullptr);
    EXPECT_EQ(target.refs, 1);
  }
  EXPECT_EQ(target.refs, 0);
}

TEST(RefTest, AMoveTakesTheReferenceAlong) {
  Counted target;
  Ref<Counted> first(&target);
  Ref<Counted> second = std::move(first);
  EXPECT_EQ(target.refs, 1);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move)
}

TEST(RefTest, ConvertsToABase) {
  Derived target;
  Ref<Derived> derived(&target);
  Ref<Counted> base = derived;
  EXPECT_EQ(target.refs, 2);
  base = std::move(derived);
  EXPECT_EQ(target.refs, 1);
}

TEST(RefTest, AssigningItToItselfKeepsTheTarget) {
  Counted target;
  Ref<Counted> ref(&target);
  Ref<Counted>& same = ref;
  ref = same;
  EXPECT_EQ(target.refs, 1);
}

TEST(RefTest, AdoptAndLeakHandAReferenceOver) {
  Counted target;
  target.AddRef();
  Ref<Counted> ref = Ref<Counted>::Adopt(&target);
  EXPECT_EQ(target.refs, 1);
  EXPECT_EQ(ref.Leak(), &target);
  EXPECT_EQ(ref, nullptr);
  EXPECT_EQ(target.refs, 1);
}

}  // namespace
}  // namespace hawser
