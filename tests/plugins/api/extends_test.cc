#include <functional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/testing/module_harness.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::hawser::testing::ManualHost;
using ::hawser::testing::ModuleHarness;
using ::hawser::testing::TestObject;
using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::HasSubstr;
using enum absl::StatusCode;

class Animal : public EventEmitter {};
class Dog : public Animal {};
class Basset final : public Dog {};

// Why a module with this body is not made; OK if it is.
absl::Status StatusOf(const std::function<void(Module&)>& body) {
  ManualHost host;
  return Module::Make(host, "m", body).status();
}

TEST(Extends, AClassThatExtendsItselfRefusesTheModule) {
  EXPECT_THAT(StatusOf([](Module& m) { m.Class<Animal>("Animal").Extends<Animal>(); }),
              StatusIs(kInvalidArgument, "Animal: a class cannot extend itself"));
  EXPECT_THAT(StatusOf([](Module& m) {
                m.Class<Animal>("Animal");
                m.Class<Dog>("Dog").Extends<Animal>().Extends<Dog>();
              }),
              StatusIs(kInvalidArgument, "Dog: a class cannot extend itself"));
}

TEST(Extends, ASecondBaseRefusesTheModuleSayingTheFirst) {
  EXPECT_THAT(StatusOf([](Module& m) {
                m.Class<Animal>("Animal");
                m.Class<Dog>("Dog").Extends<Animal>();
                m.Class<Basset>("Basset").Extends<Dog>().Extends<Animal>();
              }),
              StatusIs(kInvalidArgument, "Basset: it extends Dog already"));
}

TEST(Extends, AClassTakesItsBaseOnlyWhileTheModuleIsMade) {
  ModuleHarness harness([](Module& module) {
    module.Class<Animal>("Animal");
    auto dog = module.Class<Dog>("Dog");
    module.Function("late", [dog]() mutable { dog.Extends<Animal>(); });
  });
  EXPECT_THAT(harness.Call("late"),
              StatusIs(kInvalidArgument, "Dog: a class is extended only while the module is made"));
}

TEST(Extends, TheMembersOfAllBasesAreThereInWhateverOrderTheClassesAreDeclared) {
  ModuleHarness harness([](Module& module) {
    auto basset = module.Class<Basset>("Basset");
    basset.Constructor<>().Method("howl", [](Basset&) { return "long"; });
    auto dog = module.Class<Dog>("Dog");
    basset.Extends<Dog>();
    auto animal = module.Class<Animal>("Animal");
    dog.Extends<Animal>().Method("noise", [](Dog&) { return "woof"; });
    animal.Event<>("born")
        .Method("noise", [](Animal&) { return "?"; })
        .Method("legs", [](Animal&) { return 4; })
        .Static("kingdom", [] { return "animalia"; });
    dog.Static("kingdom", [] { return "dogs"; }).Static("says", [] { return "woof"; });
    animal.Static("count", [] { return 1; });
    module.Function("is_animal", [](const Animal&) { return true; });
  });
  TestObject basset = *harness.New("Basset");
  EXPECT_THAT(basset.Call("howl"), IsOkAndHolds(Value("long")));
  EXPECT_THAT(basset.Call("noise"), IsOkAndHolds(Value("woof")));
  EXPECT_THAT(basset.Call("legs"), IsOkAndHolds(Value(4)));
  EXPECT_THAT(harness.Call("is_animal", basset), IsOkAndHolds(Value(true)));
  EXPECT_THAT(basset.Listen("born"), IsOk());
  EXPECT_THAT(basset.Listen("died"), StatusIs(kInvalidArgument, HasSubstr("died")));
  int members = 0;
  for (const Member& member : basset.shape().members()) members += member.name == "noise" ? 1 : 0;
  EXPECT_EQ(members, 1);
  EXPECT_TRUE(basset.shape().FindMember("legs")->inherited);
  TestObject type = *harness.exports().GetObject("Basset");
  EXPECT_THAT(type.Call("kingdom"), IsOkAndHolds(Value("dogs")));
  EXPECT_THAT(type.Call("says"), IsOkAndHolds(Value("woof")));
  EXPECT_THAT(type.Call("count"), IsOkAndHolds(Value(1)));
}

}  // namespace
}  // namespace hawser
