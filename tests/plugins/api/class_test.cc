#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/bound_methods.h"
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
using ::testing::AllOf;
using ::testing::HasSubstr;
using enum absl::StatusCode;

class Shape2d : public ModuleObject {
 public:
  std::string Kind() const { return "shape"; }
  virtual double Area() const = 0;
};

class Square final : public Shape2d {
 public:
  explicit Square(double side) : side_(side) { ++live; }
  ~Square() override { --live; }
  double Area() const override { return side_ * side_; }
  double side() const { return side_; }
  absl::Status set_side(double side) {
    if (side < 0) return absl::OutOfRangeError("a side cannot be negative");
    side_ = side;
    return absl::OkStatus();
  }
  static int live;

 private:
  double side_;
};
int Square::live = 0;

class Plain final : public ModuleObject {
 public:
  int64_t value = 7;
};
static_assert(sizeof(Plain) == 32);

void Body(Module& module) {
  module.Class<Shape2d>("Shape").Method("kind", &Shape2d::Kind).Method("area", &Shape2d::Area);
  module.Class<Square>("Square")
      .Extends<Shape2d>()
      .Constructor<double>()
      .Property("side", &Square::side, &Square::set_side)
      .Doc("its length")
      .Property("corners", [](const Square&) { return 4; })
      .Method("secret", [](Square&) { return 1; })
      .Hidden()
      .Method("wider", [](Square& self, const Square& other) { return self.side() > other.side(); })
      .Method("same", [](Square& self, Ref<Square> other) { return &self == other.get(); })
      .Property(
          "twin", [](Square& self) { return Ref<Square>(&self); }, [](Square&, Ref<Square>) {})
      .Method("me", [](Square& self) { return Ref<Square>(&self); })
      .Method("label",
              [](Square&, std::string text, std::optional<int64_t> times, Args rest) {
                return text + std::to_string(times.value_or(1)) + "+" + std::to_string(rest.size());
              })
      .Method("small", [](Square&, int8_t n) { return n; })
      .Static("unit", [] { return Make<Square>(1.0); })
      .StaticConstant("dimensions", 2)
      .StaticProperty("live", [] { return Square::live; });
  module.Class<Plain>("Plain").Property("value", [](Plain& self) { return self.value; });
  module.Function("plain", [] { return Make<Plain>(); });
  module.Function("area_of", [](Ref<Shape2d> shape) { return shape->Area(); });
  module.Function("areas_of", [](std::vector<Ref<Shape2d>> shapes) { return shapes.size(); });
  module.Function("kind_of", [](Value value) { return KindName(value.kind()); });
}

class ClassTest : public ::testing::Test {
 protected:
  ModuleHarness harness_{Body};
};

TEST_F(ClassTest, AConstructorMakesAnObjectInTheModule) {
  ASSERT_THAT(harness_.New("Square", 3.0), IsOk());
  harness_.Run();
  EXPECT_EQ(Square::live, 0);  // nobody kept it
  TestObject square = *harness_.New("Square", 3.0);
  EXPECT_EQ(Square::live, 1);
  EXPECT_THAT(square.Get("side"), IsOkAndHolds(Value(3.0)));
  EXPECT_EQ(square.shape().name(), "Square");
}

TEST_F(ClassTest, APropertyIsWrittenThroughItsSetterWhoseFailureIsTheAnswer) {
  TestObject square = *harness_.New("Square", 3.0);
  EXPECT_THAT(square.Set("side", 4), IsOk());
  EXPECT_THAT(square.Call("area"), IsOkAndHolds(Value(16.0)));
  EXPECT_THAT(square.Set("side", -1), StatusIs(kOutOfRange, "a side cannot be negative"));
  EXPECT_THAT(square.Set("side", "wide"),
              StatusIs(kInvalidArgument, "Square.side: expected number, got string"));
}

TEST_F(ClassTest, APropertyWithoutSetterIsReadOnly) {
  TestObject square = *harness_.New("Square", 3.0);
  EXPECT_THAT(square.Get("corners"), IsOkAndHolds(Value(4)));
  EXPECT_THAT(square.Set("corners", 5), StatusIs(kInvalidArgument, "Square.corners is read-only"));
}

TEST_F(ClassTest, AHiddenMemberIsListedAndRefused) {
  TestObject square = *harness_.New("Square", 3.0);
  ASSERT_NE(square.shape().FindMember("secret"), nullptr);
  EXPECT_TRUE(square.shape().FindMember("secret")->hidden);
  EXPECT_THAT(square.Call("secret"), StatusIs(kNotFound, "Square.secret is not enumerable"));
}

TEST_F(ClassTest, AnInheritedMemberWorksAndIsMarkedAsSuch) {
  TestObject square = *harness_.New("Square", 3.0);
  EXPECT_THAT(square.Call("kind"), IsOkAndHolds(Value("shape")));
  EXPECT_TRUE(square.shape().FindMember("kind")->inherited);
  EXPECT_FALSE(square.shape().FindMember("side")->inherited);
}

TEST_F(ClassTest, AnObjectIsAcceptedWhereItsBaseIsWanted) {
  TestObject square = *harness_.New("Square", 3.0);
  EXPECT_THAT(harness_.Call("area_of", square), IsOkAndHolds(Value(9.0)));
}

TEST_F(ClassTest, AnObjectOfAnotherClassIsRefusedByName) {
  TestObject square = *harness_.New("Square", 3.0);
  TestObject plain = *harness_.exports().CallObject("plain");
  EXPECT_THAT(square.Call("wider", plain),
              StatusIs(kInvalidArgument, "Square.wider: argument 1: expected Square, got Plain"));
  EXPECT_THAT(square.Call("wider", 5), StatusIs(kInvalidArgument, HasSubstr("argument 1")));
  EXPECT_THAT(harness_.Call("area_of", plain),
              StatusIs(kInvalidArgument, "test.area_of: argument 1: expected Shape, got Plain"));
}

TEST_F(ClassTest, AnObjectThatOnlyHasTheNameOfTheClassIsToldApart) {
  TestObject square = *harness_.New("Square", 3.0);
  ObjectRef other = MakeFunction([](Args) { return Value(); }, {.name = "Square"});
  EXPECT_THAT(
      square.Call("wider", other),
      StatusIs(kInvalidArgument, HasSubstr("expected Square of this module, got another Square")));
}

TEST_F(ClassTest, AConstructorIsNotTakenForAnObjectOfItsClass) {
  TestObject square = *harness_.New("Square", 3.0);
  TestObject constructor = *harness_.exports().GetObject("Square");
  EXPECT_THAT(square.Call("wider", constructor),
              StatusIs(kInvalidArgument,
                       "Square.wider: argument 1: expected Square, got the constructor Square"));
  EXPECT_THAT(harness_.Call("area_of", constructor),
              StatusIs(kInvalidArgument,
                       "test.area_of: argument 1: expected Shape, got the constructor Square"));
}

TEST_F(ClassTest, AnObjectSentBackHomeIsTheOriginal) {
  TestObject square = *harness_.New("Square", 3.0);
  EXPECT_THAT(square.Call("same", square), IsOkAndHolds(Value(true)));
  EXPECT_EQ(*square.CallObject("me"), square);
}

TEST_F(ClassTest, OptionalAndFurtherArgumentsMayBeLeftOut) {
  TestObject square = *harness_.New("Square", 3.0);
  EXPECT_THAT(square.Call("label", "a"), IsOkAndHolds(Value("a1+0")));
  EXPECT_THAT(square.Call("label", "a", 2), IsOkAndHolds(Value("a2+0")));
  EXPECT_THAT(square.Call("label", "a", Undefined(), 3, 4), IsOkAndHolds(Value("a1+2")));
  EXPECT_THAT(square.Call("label"),
              StatusIs(kInvalidArgument, "Square.label: expected at least 1 argument, got 0"));
  EXPECT_THAT(square.Call("label", "a", "b"),
              StatusIs(kInvalidArgument, "Square.label: argument 2: expected integer, got string"));
}

TEST_F(ClassTest, AnIntegerOutOfRangeIsRefused) {
  TestObject square = *harness_.New("Square", 3.0);
  EXPECT_THAT(square.Call("small", 127), IsOkAndHolds(Value(127)));
  EXPECT_THAT(
      square.Call("small", 128),
      StatusIs(kInvalidArgument, AllOf(HasSubstr("Square.small: argument 1"), HasSubstr("range"))));
}

TEST_F(ClassTest, StaticMembersAreMembersOfTheConstructor) {
  TestObject type = *harness_.exports().GetObject("Square");
  EXPECT_EQ(type.shape().kind(), ObjectKind::kConstructor);
  EXPECT_EQ(type.shape().signature().ToString(), "(number) -> object");
  TestObject unit = *type.CallObject("unit");
  EXPECT_THAT(unit.Call("area"), IsOkAndHolds(Value(1.0)));
  EXPECT_THAT(type.Get("dimensions"), IsOkAndHolds(Value(2)));
  EXPECT_THAT(type.Get("live"), IsOkAndHolds(Value(1)));
  EXPECT_THAT(type.Do(Op::kNew, "", {Value(2)}), IsOk());
}

TEST_F(ClassTest, WrongUseOfAConstructorIsAnError) {
  EXPECT_THAT(harness_.New("Square"),
              StatusIs(kInvalidArgument, "new Square: expected 1 argument, got 0"));
  EXPECT_THAT(harness_.New("Square", "x"),
              StatusIs(kInvalidArgument, "new Square: argument 1: expected number, got string"));
  EXPECT_THAT(harness_.Call("Square", 2), StatusIs(kUnimplemented));
  EXPECT_THAT(harness_.Set("Square", 1), StatusIs(kInvalidArgument));
}

TEST_F(ClassTest, AClassWithoutConstructorOrStaticMembersIsNotExported) {
  EXPECT_EQ(harness_.exports().shape().FindMember("Plain"), nullptr);
  EXPECT_EQ(harness_.exports().shape().FindMember("Shape"), nullptr);
}

TEST_F(ClassTest, AllObjectsOfAClassShareOneShape) {
  TestObject a = *harness_.New("Square", 1);
  TestObject b = *harness_.New("Square", 2);
  EXPECT_EQ(&a.shape(), &b.shape());
}

TEST_F(ClassTest, AMethodReadLikeAPropertyIsAFunctionThatCallsIt) {
  TestObject square = *harness_.New("Square", 3.0);
  TestObject area = *square.GetObject("area");
  EXPECT_EQ(area.shape().kind(), ObjectKind::kFunction);
  EXPECT_EQ(area, *square.GetObject("area"));
  EXPECT_THAT(square.Set("side", 5), IsOk());
  EXPECT_THAT(area.Do(Op::kCall, "", {}), IsOkAndHolds(Value(25.0)));
}

TEST_F(ClassTest, TheSameMethodReadTwiceIsOneFunctionThatNobodyKeeps) {
  TestObject square = *harness_.New("Square", 3.0);
  auto& methods = static_cast<Module&>(harness_.module()).bound_methods();
  {
    TestObject area = *square.GetObject("area");
    EXPECT_EQ(area.object().get(), square.GetObject("area")->object().get());
    TestObject kind = *square.GetObject("kind");
    EXPECT_NE(kind.object().get(), area.object().get());
    EXPECT_NE(harness_.New("Square", 3.0)->GetObject("area")->object().get(), area.object().get());
    EXPECT_EQ(methods.size(), 2);
  }
  EXPECT_EQ(methods.size(), 0);
  EXPECT_THAT(square.GetObject("area")->Do(Op::kCall, "", {}), IsOkAndHolds(Value(9.0)));
}

TEST_F(ClassTest, AnObjectLivesAsLongAsAFunctionOfIts) {
  std::optional<TestObject> area = *harness_.New("Square", 3.0)->GetObject("area");
  EXPECT_EQ(Square::live, 1);
  area.reset();
  harness_.Run();
  EXPECT_EQ(Square::live, 0);
}

TEST_F(ClassTest, AMemberThatIsNotThereIsAnErrorWithAHint) {
  TestObject square = *harness_.New("Square", 3.0);
  EXPECT_THAT(square.Get("sid"),
              StatusIs(kNotFound, "Square has no member 'sid'; did you mean 'side'?"));
}

TEST_F(ClassTest, DocumentationTravelsWithTheShape) {
  EXPECT_EQ(harness_.New("Square", 1)->shape().FindMember("side")->doc, "its length");
}

TEST_F(ClassTest, ADestroyedObjectFailsEveryCallAndItsHoldersAreTold) {
  TestObject square = *harness_.New("Square", 3.0);
  Destroy(*ModuleObject::From(square.object().get()));
  EXPECT_THAT(square.Call("area"), StatusIs(kNotFound, "Square is gone: destroyed"));
  ASSERT_EQ(harness_.host().gone().size(), 1);
  EXPECT_EQ(harness_.host().gone()[0].first, square.object().get());
  Destroy(*ModuleObject::From(square.object().get()));
  EXPECT_EQ(harness_.host().gone().size(), 1);
  EXPECT_EQ(Square::live, 1);  // as long as it is referred to
}

TEST_F(ClassTest, ADestroyedObjectIsRefusedAsAnArgumentToo) {
  TestObject square = *harness_.New("Square", 3.0);
  TestObject destroyed = *harness_.New("Square", 2.0);
  Destroy(*ModuleObject::From(destroyed.object().get()));
  for (const char* method : {"wider", "same"}) {
    EXPECT_THAT(square.Call(method, destroyed),
                StatusIs(kNotFound, std::string("Square.") + method +
                                        ": argument 1: Square is gone: destroyed"));
  }
  EXPECT_THAT(harness_.Call("area_of", destroyed),
              StatusIs(kNotFound, "test.area_of: argument 1: Square is gone: destroyed"));
  EXPECT_THAT(square.Set("twin", destroyed),
              StatusIs(kNotFound, "Square.twin: Square is gone: destroyed"));
  EXPECT_THAT(square.Set("twin", square), IsOk());
  EXPECT_THAT(harness_.Call("areas_of", Array{square, destroyed}),
              StatusIs(kNotFound, HasSubstr("Square is gone: destroyed")));
  // What takes anything takes that too.
  EXPECT_THAT(harness_.Call("kind_of", destroyed), IsOkAndHolds(Value("object")));
}

TEST(ClassRegistration, StaticMembersAreInheritedAsByAPrototype) {
  class Animal : public ModuleObject {};
  class Dog final : public Animal {};
  class Hound : public Animal {};
  class Basset final : public Hound {};
  ModuleHarness harness([](Module& module) {
    module.Class<Animal>("Animal")
        .Static("legs", [] { return 4; })
        .Static("noise", [] { return "?"; })
        .StaticConstant("kingdom", "animalia")
        .StaticProperty("count", [] { return 1; });
    module.Class<Dog>("Dog").Extends<Animal>().Constructor<>().Static("noise",
                                                                      [] { return "woof"; });
    // Nothing of its own to export, and so its name is free.
    module.Class<Hound>("Hound").Extends<Animal>();
    module.Function("Hound", [] { return "a function"; });
    module.Class<Basset>("Basset").Extends<Hound>().Constructor<>();
  });
  TestObject animal = *harness.exports().GetObject("Animal");
  EXPECT_THAT(animal.Call("noise"), IsOkAndHolds(Value("?")));
  EXPECT_FALSE(animal.shape().FindMember("legs")->inherited);
  TestObject dog = *harness.exports().GetObject("Dog");
  EXPECT_THAT(dog.Call("noise"), IsOkAndHolds(Value("woof")));
  EXPECT_FALSE(dog.shape().FindMember("noise")->inherited);
  TestObject basset = *harness.exports().GetObject("Basset");
  EXPECT_THAT(basset.Call("noise"), IsOkAndHolds(Value("?")));
  for (const TestObject& derived : {dog, basset}) {
    EXPECT_THAT(derived.Call("legs"), IsOkAndHolds(Value(4)));
    EXPECT_THAT(derived.Get("kingdom"), IsOkAndHolds(Value("animalia")));
    EXPECT_THAT(derived.Get("count"), IsOkAndHolds(Value(1)));
    EXPECT_TRUE(derived.shape().FindMember("legs")->inherited);
    EXPECT_THAT(derived.GetObject("legs")->Do(Op::kCall, "", {}), IsOkAndHolds(Value(4)));
  }
  EXPECT_THAT(harness.Call("Hound"), IsOkAndHolds(Value("a function")));
}

TEST(ClassRegistration, ANameGivenTwiceRefusesTheModule) {
  testing::ManualHost host;
  auto module = Module::Make(host, "twice", [](Module& module) {
    module.Function("f", [] {});
    module.Function("f", [] {});
  });
  EXPECT_THAT(module, StatusIs(kInvalidArgument, "twice.f: the name is taken"));
}

TEST(ClassRegistration, APropertyWhoseSetterTakesAnotherTypeRefusesTheModule) {
  testing::ManualHost host;
  auto module = Module::Make(host, "m", [](Module& module) {
    module.Property(
        "size", [] { return 1; }, [](const std::string&) {});
  });
  EXPECT_THAT(module, StatusIs(kInvalidArgument,
                               "m.size: its getter gives integer, its setter takes string; a "
                               "property has one type"));
}

TEST(ClassRegistration, APropertyWhoseSetterTakesAnOptionalCanBeSetToNothing) {
  std::optional<std::string> title = "old";
  ModuleHarness harness([&title](Module& module) {
    module.Property(
        "title", [&title] { return title.value_or("none"); },
        [&title](std::optional<std::string> value) { title = value; });
  });
  EXPECT_THAT(harness.Set("title", "new"), IsOk());
  EXPECT_THAT(harness.Get("title"), IsOkAndHolds(Value("new")));
  EXPECT_THAT(harness.Set("title", Null()), IsOk());
  EXPECT_THAT(harness.Get("title"), IsOkAndHolds(Value("none")));
  EXPECT_THAT(harness.Set("title", Undefined()), IsOk());
  EXPECT_THAT(harness.Set("title", 5),
              StatusIs(kInvalidArgument, HasSubstr("expected string, got integer")));
}

// One in the middle could never be left out.
static_assert(internal::OptionalsAreLast<int, Caller&, std::optional<int>, std::optional<int>>());
static_assert(internal::OptionalsAreLast<std::optional<int>, Caller&, Args>());
static_assert(!internal::OptionalsAreLast<std::optional<int>, Caller&, int>());

TEST(ClassRegistration, AnUnregisteredBaseRefusesTheModule) {
  testing::ManualHost host;
  auto module = Module::Make(
      host, "m", [](Module& module) { module.Class<Square>("Square").Extends<Shape2d>(); });
  EXPECT_THAT(module, StatusIs(kInvalidArgument, HasSubstr("must be registered first")));
}

TEST(ClassRegistration, MakingAnObjectOfAnUnregisteredClassIsAnErrorOfTheCall) {
  ModuleHarness harness(
      [](Module& module) { module.Function("make", [] { return Make<Plain>(); }); });
  EXPECT_THAT(harness.Call("make"), StatusIs(kInternal, HasSubstr("not registered")));
}

}  // namespace
}  // namespace hawser
