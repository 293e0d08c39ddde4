#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/testing/module_harness.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::hawser::testing::ModuleHarness;
using ::hawser::testing::TestObject;
using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::HasSubstr;
using enum absl::StatusCode;

class Scratch final : public DynamicObject {};

class DynamicObjectTest : public ::testing::Test {
 protected:
  ModuleHarness harness_{[this](Module& module) {
    module.Class<Scratch>("Scratch")
        .Constructor()
        .Method("define", [](Scratch& self, std::string_view name,
                             Value value) { return self.Define(name, value); })
        .Method("hide", [](Scratch& self, std::string_view name,
                           Value value) { return self.DefineHidden(name, value); })
        .Method("remove", [](Scratch& self, std::string_view name) { return self.Remove(name); })
        .Method("peek", [](Scratch& self, std::string_view name) { return self.Get(name); });
    module.Function("plain", [] { return hawser::Make<DynamicObject>("settings"); });
    module.Function("define_badly",
                    [] { return hawser::Make<DynamicObject>("settings")->Define("caf\xe9", 1); });
    module.Function("name_badly", [] { return hawser::Make<DynamicObject>("caf\xe9"); });
    module.Function("ring", [this] {
      parent_ = hawser::Make<DynamicObject>("parent");
      child_ = hawser::Make<DynamicObject>("child");
      EXPECT_THAT(parent_->Define("self", Value(parent_)), IsOk());
      EXPECT_THAT(parent_->Define("child", Value(child_)), IsOk());
      EXPECT_THAT(child_->Define("parent", Value(parent_)), IsOk());
      return parent_;
    });
    module.Function("double", [](int64_t n) { return 2 * n; });
  }};
  TestObject scratch_ = *harness_.New("Scratch");
  Ref<DynamicObject> parent_;
  Ref<DynamicObject> child_;
};

TEST_F(DynamicObjectTest, AMemberAddedLaterIsNotSeenThroughAnOldHandle) {
  EXPECT_THAT(scratch_.Call("define", "x", 1), IsOk());
  EXPECT_THAT(scratch_.Get("x"), StatusIs(kNotFound, HasSubstr("no member 'x'")));
  EXPECT_THAT(scratch_.Refresh().Get("x"), IsOkAndHolds(Value(1)));
  EXPECT_EQ(scratch_.Refresh(), scratch_);
}

TEST_F(DynamicObjectTest, AMemberRemovedIsAnErrorThroughAnOldHandle) {
  EXPECT_THAT(scratch_.Call("define", "x", 1), IsOk());
  TestObject seen = scratch_.Refresh();
  EXPECT_THAT(scratch_.Call("remove", "x"), IsOkAndHolds(Value(true)));
  EXPECT_THAT(scratch_.Call("remove", "x"), IsOkAndHolds(Value(false)));
  EXPECT_THAT(seen.Get("x"), StatusIs(kNotFound, HasSubstr("no member 'x'")));
}

TEST_F(DynamicObjectTest, AnOldHandleReachesItsMembersByNameWhateverElseChanged) {
  EXPECT_THAT(scratch_.Call("define", "a", 1), IsOk());
  EXPECT_THAT(scratch_.Call("define", "b", 2), IsOk());
  TestObject seen = scratch_.Refresh();
  EXPECT_THAT(scratch_.Call("remove", "a"), IsOk());
  EXPECT_THAT(scratch_.Call("define", "c", 3), IsOk());
  EXPECT_THAT(seen.Get("b"), IsOkAndHolds(Value(2)));
  EXPECT_THAT(seen.Call("peek", "c"), IsOkAndHolds(Value(3)));  // members of the class, too
}

TEST_F(DynamicObjectTest, AHiddenMemberIsListedAndRefused) {
  EXPECT_THAT(scratch_.Call("hide", "x", 1), IsOk());
  TestObject seen = scratch_.Refresh();
  EXPECT_TRUE(seen.shape().FindMember("x")->hidden);
  EXPECT_THAT(seen.Get("x"), StatusIs(kNotFound, "Scratch.x is not enumerable"));
  EXPECT_THAT(scratch_.Call("peek", "x"), IsOkAndHolds(Value(1)));
}

TEST_F(DynamicObjectTest, APropertyIsWritten) {
  EXPECT_THAT(scratch_.Call("define", "x", 1), IsOk());
  TestObject seen = scratch_.Refresh();
  EXPECT_THAT(seen.Set("x", "text"), IsOk());
  EXPECT_THAT(seen.Get("x"), IsOkAndHolds(Value("text")));
  EXPECT_EQ(&seen.shape(), &seen.Refresh().shape());  // the same members, so the same shape
}

TEST_F(DynamicObjectTest, AFunctionIsAMethodAndAConstructorConstructs) {
  Value twice = *harness_.Get("double");
  EXPECT_THAT(scratch_.Call("define", "twice", twice), IsOk());
  EXPECT_THAT(scratch_.Call("define", "Type", *harness_.Get("Scratch")), IsOk());
  TestObject seen = scratch_.Refresh();
  EXPECT_THAT(seen.Call("twice", 4), IsOkAndHolds(Value(8)));
  EXPECT_THAT(seen.Call("twice", "x"), StatusIs(kInvalidArgument, HasSubstr("argument 1")));
  EXPECT_THAT(seen.Set("twice", 1), StatusIs(kInvalidArgument));
  EXPECT_THAT(seen.New("Type"), IsOk());
}

TEST_F(DynamicObjectTest, AMemberOfTheClassCannotBeReplaced) {
  EXPECT_THAT(scratch_.Call("define", "peek", 1), StatusIs(kInvalidArgument));
}

TEST_F(DynamicObjectTest, ANameThatCouldNotBeSentIsRefused) {
  EXPECT_THAT(scratch_.Call("define", "", 1), StatusIs(kInvalidArgument, "a member needs a name"));
  EXPECT_THAT(harness_.Call("define_badly"),
              StatusIs(kInvalidArgument, "name of a member \"caf\\xe9\" is not UTF-8"));
  EXPECT_THAT(harness_.Call("name_badly"),
              StatusIs(kInvalidArgument, "name of an object \"caf\\xe9\" is not UTF-8"));
  EXPECT_THAT(scratch_.Call("define", "caf\u00e9", 1), IsOk());
  EXPECT_THAT(scratch_.Refresh().Get("caf\u00e9"), IsOkAndHolds(Value(1)));
}

TEST_F(DynamicObjectTest, ObjectsThatHoldThemselvesAndEachOtherAreDescribedLikeAnyOthers) {
  TestObject parent = *harness_.exports().CallObject("ring");
  EXPECT_NE(parent.shape().FindMember("self"), nullptr);
  TestObject child = *parent.GetObject("child");
  EXPECT_NE(child.shape().FindMember("parent"), nullptr);
  EXPECT_EQ(*child.GetObject("parent"), parent);
  // Nothing else would end the ring.
  EXPECT_TRUE(parent_->Remove("self"));
  EXPECT_TRUE(parent_->Remove("child"));
}

TEST_F(DynamicObjectTest, OneWithoutAClassOfItsOwnHasTheNameItWasGiven) {
  TestObject plain = *harness_.exports().CallObject("plain");
  EXPECT_EQ(plain.shape().name(), "settings");
  EXPECT_TRUE(plain.shape().members().empty());
}

}  // namespace
}  // namespace hawser
