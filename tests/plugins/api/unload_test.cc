// How modules and what they made go: in any order, however deep.

#include <memory>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/testing/module_harness.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::hawser::testing::ManualHost;
using ::hawser::testing::TestObject;
using ::hawser::testing::TestSession;
using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using enum absl::StatusCode;

class Node final : public ModuleObject {
 public:
  ~Node() override { ++gone; }
  Ref<Node> next() const { return next_; }
  void set_next(Ref<Node> next) { next_ = std::move(next); }

  static inline int gone = 0;

 private:
  Ref<Node> next_;
};

constexpr int kLong = 300'000;

TEST(ModuleDeletion, AChainOfObjectsMayBeLong) {
  ManualHost host;
  std::unique_ptr<Module> module = *Module::Make(host, "m", [](Module& module) {
    module.Class<Node>("Node").Property("next", &Node::next, &Node::set_next);
  });
  Node::gone = 0;
  auto make_chain = [&module] {
    Ref<Node> first = module->Make<Node>();
    for (int i = 1; i < kLong; ++i) {
      Ref<Node> before = module->Make<Node>();
      before->set_next(std::move(first));
      first = std::move(before);
    }
    return first;
  };
  Ref<Node> kept = make_chain();
  kept.reset();
  host.Run();
  EXPECT_EQ(Node::gone, kLong);
  module->strand().Post([&] { make_chain(); });
  host.Run();
  EXPECT_EQ(Node::gone, 2 * kLong);
  EXPECT_EQ(module->Live<Node>(), 0);
}

TEST(ModuleDeletion, WhatAnObjectHoldsIsGoneWhenItsOwnDestructorIs) {
  ManualHost host;
  std::unique_ptr<Module> module =
      *Module::Make(host, "m", [](Module& module) { module.Class<Node>("Node"); });
  Node::gone = 0;
  module->strand().Post([&] {
    Ref<Node> outer = module->Make<Node>();
    outer->set_next(module->Make<Node>());
    outer.reset();
    EXPECT_EQ(Node::gone, 2);
  });
  host.Run();
}

TEST(ModuleDeletion, AChainOfFunctionsMayBeLong) {
  ManualHost host;
  std::unique_ptr<Module> module = *Module::Make(host, "m", [](Module& module) {
    module.Function("chain", [](int64_t length) {
      Function last([] { return 1; });
      for (int64_t i = 1; i < length; ++i) last = Function([last] { return 2; });
      return Value(last);
    });
  });
  {
    TestSession session(host, *module, {});
    TestObject exports = session.module_exports();
    EXPECT_THAT(exports.Call("chain", kLong), IsOk());
    EXPECT_THAT(exports.Call("chain", kLong), IsOk());
  }
  host.Run();
  EXPECT_EQ(module->pins(), 0);
}

class UnloadTest : public ::testing::TestWithParam<Concurrency> {};

TEST_P(UnloadTest, FunctionsThatHoldObjectsOfTheModuleDoNotPinIt) {
  ManualHost host;
  Node::gone = 0;
  std::unique_ptr<Module> module = *Module::Make(host, "m", [](Module& module) {
    module.Concurrency(GetParam());
    module.Class<Node>("Node");
    module.Function("get", [node = Make<Node>()] { return node; });
  });
  module->strand().Post([&] { module->OnUnload(); });
  host.Run();
  module->OnUnload();  // again: nothing of it runs
  EXPECT_EQ(module->pins(), 0);
  EXPECT_EQ(Node::gone, 1);
}

TEST_P(UnloadTest, WhatIsHeldAfterwardsIsDeletedWhereItIsDropped) {
  ManualHost host;
  Node::gone = 0;
  Ref<Node> held;
  std::unique_ptr<Module> module = *Module::Make(host, "m", [&](Module& module) {
    module.Concurrency(GetParam());
    module.Class<Node>("Node");
    held = Make<Node>();
  });
  module->OnUnload();
  module->OnUnload();
  EXPECT_EQ(module->pins(), 1);
  held.reset();  // where there is no strand any more
  EXPECT_EQ(Node::gone, 1);
  EXPECT_EQ(module->pins(), 0);
}

TEST_P(UnloadTest, WhatAFailingBodyLeftSomewhereFindsItsModuleWhenItGoes) {
  Ref<Node> left;
  Node::gone = 0;
  {
    ManualHost host;
    EXPECT_THAT(Module::Make(host, "m",
                             [&](Module& module) {
                               module.Concurrency(GetParam());
                               module.Class<Node>("Node");
                               left = Make<Node>();
                               throw std::runtime_error("config missing");
                             }),
                StatusIs(kUnknown, "config missing"));
  }
  EXPECT_EQ(Node::gone, 0);
  left.reset();
  EXPECT_EQ(Node::gone, 1);
}

INSTANTIATE_TEST_SUITE_P(Modules, UnloadTest,
                         ::testing::Values(Concurrency::kSerial, Concurrency::kPerObject,
                                           Concurrency::kFree),
                         [](const auto& info) {
                           return std::string(info.param == Concurrency::kSerial      ? "Serial"
                                              : info.param == Concurrency::kPerObject ? "PerObject"
                                                                                      : "Free");
                         });

TEST(HangOnEnd, OnNoSessionHangsNothing) {
  ManualHost host;
  std::unique_ptr<Module> module = *Module::Make(host, "m", [](Module&) {});
  EXPECT_EQ(module->HangOnEnd(nullptr, [](EndReason) { FAIL(); }), 0);
  EXPECT_EQ(module->hung_on_ends(), 0);
}

}  // namespace
}  // namespace hawser
