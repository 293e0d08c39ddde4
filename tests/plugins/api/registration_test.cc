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
using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using enum absl::StatusCode;

class Thing final : public EventEmitter {};

// Why a module with this body is not made; OK if it is.
absl::Status StatusOf(const std::function<void(Module&)>& body) {
  ManualHost host;
  return Module::Make(host, "m", body).status();
}

TEST(Registration, ANameThatCouldNotBeSentRefusesTheModule) {
  const std::string bad = "caf\xe9";
  EXPECT_THAT(StatusOf([&](Module& m) { m.Function(bad, [] {}); }),
              StatusIs(kInvalidArgument, "m.caf\\xe9: the name is not UTF-8"));
  EXPECT_THAT(StatusOf([&](Module& m) { m.Constant(bad, 1); }),
              StatusIs(kInvalidArgument, "m.caf\\xe9: the name is not UTF-8"));
  EXPECT_THAT(StatusOf([&](Module& m) { m.Property(bad, [] { return 1; }); }),
              StatusIs(kInvalidArgument, "m.caf\\xe9: the name is not UTF-8"));
  EXPECT_THAT(StatusOf([&](Module& m) { m.Class<Thing>("Thing").Event(bad); }),
              StatusIs(kInvalidArgument, "Thing.caf\\xe9: the name is not UTF-8"));
  EXPECT_THAT(StatusOf([&](Module& m) { m.Class<Thing>("Thing").Static(bad, [] {}); }),
              StatusIs(kInvalidArgument, "Thing.caf\\xe9: the name is not UTF-8"));
  EXPECT_THAT(StatusOf([&](Module& m) { m.Class<Thing>(bad); }),
              StatusIs(kInvalidArgument, "m: class \"caf\\xe9\" is not UTF-8"));
  EXPECT_THAT(StatusOf([&](Module& m) { m.Global(bad, 1); }),
              StatusIs(kInvalidArgument, "m: global \"caf\\xe9\" is not UTF-8"));
  EXPECT_THAT(StatusOf([&](Module& m) { m.Version("1.0\xff"); }),
              StatusIs(kInvalidArgument, "m: version \"1.0\\xff\" is not UTF-8"));
}

TEST(Registration, AnEmptyNameRefusesTheModule) {
  EXPECT_THAT(StatusOf([](Module& m) { m.Function("", [] {}); }),
              StatusIs(kInvalidArgument, "m.: a member needs a name"));
  EXPECT_THAT(StatusOf([](Module& m) { m.Class<Thing>(""); }),
              StatusIs(kInvalidArgument, "m: a class needs a name"));
  EXPECT_THAT(StatusOf([](Module& m) { m.Global("", 1); }),
              StatusIs(kInvalidArgument, "m: a global needs a name"));
}

TEST(Registration, NamesInAnyLanguageAreFine) {
  EXPECT_THAT(StatusOf([](Module& m) {
                m.Version("1.0 \u00e9t\u00e9");
                m.Function("\u4e2d\u6587", [] {});
                m.Class<Thing>("Caf\u00e9").Constructor().Event("\U0001f514");
                m.Global("\u03c0", 3.14);
              }),
              IsOk());
}

TEST(Registration, AGlobalThatIsNamedBadlyLaterFailsTheCallAlone) {
  ModuleHarness harness([](Module& module) {
    module.Function("publish", [&module] { module.Global("caf\xe9", 1); });
  });
  EXPECT_THAT(harness.Call("publish"),
              StatusIs(kInvalidArgument, "test: global \"caf\\xe9\" is not UTF-8"));
  EXPECT_TRUE(harness.module().GlobalNames().empty());
}

TEST(Registration, OneClassUnderTwoNamesRefusesTheModuleSayingTheFirst) {
  EXPECT_THAT(
      StatusOf([](Module& m) {
        m.Class<Thing>("A");
        m.Class<Thing>("B");
      }),
      StatusIs(kInvalidArgument, "m: class B is the C++ class that is registered as A already"));
  EXPECT_THAT(StatusOf([](Module& m) {
                m.Class<Thing>("A");
                m.Class<Thing>("A");
              }),
              StatusIs(kInvalidArgument, "m: class A is registered twice"));
}

TEST(Registration, ASecondConstructorRefusesTheModule) {
  EXPECT_THAT(
      StatusOf([](Module& m) {
        m.Class<Thing>("Thing").Constructor<>().Constructor([](int) { return Make<Thing>(); });
      }),
      StatusIs(kInvalidArgument, "Thing: it has a constructor already"));
  ModuleHarness harness([](Module& module) {
    auto thing = module.Class<Thing>("Thing");
    module.Function("late", [thing]() mutable { thing.Constructor<>(); });
  });
  EXPECT_THAT(
      harness.Call("late"),
      StatusIs(kInvalidArgument, "Thing: a constructor is given only while the module is made"));
}

TEST(Registration, WhatIsSaidOfAMemberWhereThereIsNoneRefusesTheModule) {
  const std::string why = " goes directly after the member it is about; a constructor is no member";
  auto method = [](Thing&) {};
  EXPECT_THAT(StatusOf([&](Module& m) {
                m.Class<Thing>("Thing").Method("a", method).Constructor<>().Doc("makes one");
              }),
              StatusIs(kInvalidArgument, "Thing: Doc" + why));
  EXPECT_THAT(StatusOf([](Module& m) { m.Class<Thing>("Thing").Constructor<>().Hidden(); }),
              StatusIs(kInvalidArgument, "Thing: Hidden" + why));
  EXPECT_THAT(StatusOf([](Module& m) { m.Class<Thing>("Thing").Blocking(); }),
              StatusIs(kInvalidArgument, "Thing: Blocking" + why));
  ModuleHarness harness([&](Module& module) {
    auto thing = module.Class<Thing>("Thing");
    thing.Constructor<>().Method("a", method).Doc("does it").Static("b", [] {}).Hidden();
    module.Function("late", [thing]() mutable { thing.Doc("later"); });
  });
  EXPECT_EQ(harness.New("Thing")->shape().FindMember("a")->doc, "does it");
  EXPECT_TRUE(harness.exports().GetObject("Thing")->shape().FindMember("b")->hidden);
  EXPECT_THAT(harness.Call("late"),
              StatusIs(kInvalidArgument, "Thing: Doc is said only while the module is made"));
}

TEST(Registration, MembersBesideExportsRefuseTheModuleSinceNobodyCouldReachThem) {
  const std::string why =
      ": nobody could reach it, because the module has Exports, which gives another value in place "
      "of all members; leave one of them out";
  EXPECT_THAT(StatusOf([](Module& m) {
                m.Function("f", [] {});
                m.Exports(3);
              }),
              StatusIs(kInvalidArgument, "m.f" + why));
  EXPECT_THAT(StatusOf([](Module& m) {
                m.Exports(Value());
                m.Class<Thing>("Thing").Constructor();
              }),
              StatusIs(kInvalidArgument, "m.Thing" + why));
  // A class that only the module makes objects of is no member.
  ModuleHarness harness([](Module& m) {
    m.Class<Thing>("Thing");
    m.Exports(Make<Thing>());
  });
  EXPECT_THAT(harness.Call("listenerCount"), IsOkAndHolds(Value(0)));
}

}  // namespace
}  // namespace hawser
