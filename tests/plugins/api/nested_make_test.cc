// Objects made while the constructor of another has yet to begin.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>

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
using enum absl::StatusCode;

class Child final : public ModuleObject {
 public:
  explicit Child(int64_t value) : value_(value) {
    if (value < 0) throw std::out_of_range("a child cannot be negative");
  }
  int64_t value() const { return value_; }

 private:
  int64_t value_;
};

class Parent : public EventEmitter {
 public:
  explicit Parent(Ref<Child> child) : child_(std::move(child)) {}
  Ref<Child> child() const { return child_; }

 private:
  Ref<Child> child_;
};

class Delegates final : public Parent {
 public:
  Delegates() : Delegates(Make<Child>(1)) {}
  explicit Delegates(Ref<Child> child) : Parent(std::move(child)) {}
};

class HasDefault final : public Parent {
 public:
  explicit HasDefault(Ref<Child> child = Make<Child>(2)) : Parent(std::move(child)) {}
};

class Derives final : public Parent {
 public:
  Derives() : Parent(Make<Child>(3)) {}
};

// What it makes first fails, and it makes do with another.
class Recovers final : public Parent {
 public:
  Recovers() : Parent(MakeOne()) {}

 private:
  static Ref<Child> MakeOne() {
    try {
      return Make<Child>(-1);
    } catch (const std::out_of_range&) {
      return Make<Child>(4);
    }
  }
};

// Objects that are not made by Make, before its own constructor and as a member.
class HoldsPlain final : public Parent {
 public:
  HoldsPlain() : HoldsPlain(Child(5).value()) {}
  explicit HoldsPlain(int64_t value) : Parent(Make<Child>(value)) {}
  bool plain() const { return inside_.class_info() == nullptr; }

 private:
  Child inside_{6};
};

class Fails final : public Parent {
 public:
  Fails() : Parent(Make<Child>(7)) { throw std::runtime_error("no luck"); }
};

struct alignas(64) Aligned final : Parent {
  Aligned() : Parent(Make<Child>(8)) {}
};

// Has storage of its own.
class Pooled final : public Parent {
 public:
  Pooled() : Parent(Make<Child>(9)) { ++made; }
  static void* operator new(size_t size) { return ::operator new(size); }
  static void operator delete(void* storage) { ::operator delete(storage); }
  static int made;
};
int Pooled::made = 0;

template <typename T>
void Register(Module& module, const char* name) {
  module.Class<T>(name).template Extends<Parent>().template Constructor<>();
}

void Body(Module& module) {
  module.Class<Child>("Child").Property("value", &Child::value);
  module.Class<Parent>("Parent").Property("child", &Parent::child);
  Register<Delegates>(module, "Delegates");
  Register<HasDefault>(module, "HasDefault");
  Register<Derives>(module, "Derives");
  Register<Recovers>(module, "Recovers");
  Register<Fails>(module, "Fails");
  Register<Aligned>(module, "Aligned");
  Register<Pooled>(module, "Pooled");
  module.Class<HoldsPlain>("HoldsPlain")
      .Extends<Parent>()
      .Constructor<>()
      .Property("plain", &HoldsPlain::plain);
  module.Function("takes", [](const Parent& parent) { return parent.child()->value(); });
}

class NestedMakeTest : public ::testing::Test {
 protected:
  // That a new object of this class and what it has made first are what they should be.
  void Expect(const char* class_name, int64_t value) {
    SCOPED_TRACE(class_name);
    absl::StatusOr<TestObject> parent = harness_.New(class_name);
    ASSERT_THAT(parent, IsOk());
    EXPECT_EQ(parent->shape().name(), class_name);
    EXPECT_THAT(harness_.Call("takes", *parent), IsOkAndHolds(Value(value)));
    EXPECT_THAT(parent->Listen("anything"), IsOk());
    absl::StatusOr<TestObject> child = parent->GetObject("child");
    ASSERT_THAT(child, IsOk());
    EXPECT_EQ(child->shape().name(), "Child");
    EXPECT_THAT(child->Get("value"), IsOkAndHolds(Value(value)));
  }

  uint64_t LiveChildren() {
    harness_.Run();  // those nobody refers to any more go
    return static_cast<Module&>(harness_.module()).Live<Child>();
  }

  ModuleHarness harness_{Body};
};

TEST_F(NestedMakeTest, AnArgumentOfADelegatedConstructorMayBeMade) { Expect("Delegates", 1); }

TEST_F(NestedMakeTest, ADefaultArgumentMayBeMade) { Expect("HasDefault", 2); }

TEST_F(NestedMakeTest, AnArgumentOfTheBaseMayBeMade) { Expect("Derives", 3); }

TEST_F(NestedMakeTest, OneThatCouldNotBeMadeLeavesNothingBehind) {
  Expect("Recovers", 4);
  EXPECT_EQ(LiveChildren(), 0);
}

TEST_F(NestedMakeTest, AnObjectNotMadeByMakeTakesNobodysClass) {
  Expect("HoldsPlain", 5);
  EXPECT_THAT(harness_.New("HoldsPlain")->Get("plain"), IsOkAndHolds(Value(true)));
}

TEST_F(NestedMakeTest, AConstructorThatThrowsLeavesTheNextObjectAlone) {
  EXPECT_THAT(harness_.New("Fails"), StatusIs(kUnknown, "no luck"));
  Child plain(5);
  EXPECT_EQ(plain.class_info(), nullptr);
  EXPECT_EQ(LiveChildren(), 0);
  Expect("Derives", 3);
}

TEST_F(NestedMakeTest, ClassesWithAlignmentOrStorageOfTheirOwnAreMadeTheSameWay) {
  Expect("Aligned", 8);
  const int made = Pooled::made;
  ASSERT_THAT(harness_.New("Pooled"), IsOk());
  EXPECT_EQ(Pooled::made, made + 1);
  Expect("Pooled", 9);
}

TEST(NestedMake, AnObjectOfAnotherModuleMayBeMadeFirst) {
  struct Guest final : Parent {
    explicit Guest(Module& other) : Parent(other.Make<Child>(1)) {}
  };
  ManualHost host;
  auto other = *Module::Make(host, "other", [](Module& module) { module.Class<Child>("Child"); });
  auto module = *Module::Make(host, "m", [](Module& m) { m.Class<Guest>("Guest"); });
  Ref<Guest> guest = module->Make<Guest>(*other);
  ASSERT_NE(guest->class_info(), nullptr);
  EXPECT_EQ(&guest->module(), module.get());
  EXPECT_EQ(&guest->child()->module(), other.get());
  guest.reset();
  host.Run();
}

}  // namespace
}  // namespace hawser
