// What a callable holds: kept from call to call, and never copied.

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
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

class Ticket final : public ModuleObject {
 public:
  explicit Ticket(int64_t number) : number_(number) {}
  int64_t number() const { return number_; }

 private:
  int64_t number_;
};

TEST(CallableState, IsKeptFromCallToCall) {
  ModuleHarness harness([](Module& module) {
    module.Class<Ticket>("Ticket")
        .Constructor([n = 0]() mutable { return Make<Ticket>(++n); })
        .Property("number", &Ticket::number)
        .Method("method", [n = 0](Ticket&) mutable { return ++n; })
        .Static("method", [n = 0]() mutable { return ++n; })
        .StaticProperty("property", [n = 0]() mutable { return ++n; });
    module.Function("function", [n = 0]() mutable { return ++n; });
    module.Property("property", [n = 0]() mutable { return ++n; });
    module.Function("counter", [] { return [n = 0]() mutable { return ++n; }; });
  });
  TestObject type = *harness.exports().GetObject("Ticket");
  TestObject ticket = *harness.New("Ticket");
  EXPECT_THAT(ticket.Get("number"), IsOkAndHolds(Value(1)));
  TestObject counter = *harness.exports().CallObject("counter");
  for (int64_t n = 1; n <= 3; ++n) {
    EXPECT_THAT(harness.Call("function"), IsOkAndHolds(Value(n)));
    EXPECT_THAT(harness.Get("property"), IsOkAndHolds(Value(n)));
    EXPECT_THAT(ticket.Call("method"), IsOkAndHolds(Value(n)));
    EXPECT_THAT(type.Call("method"), IsOkAndHolds(Value(n)));
    EXPECT_THAT(type.Get("property"), IsOkAndHolds(Value(n)));
    EXPECT_THAT(counter.Call(""), IsOkAndHolds(Value(n)));
    EXPECT_THAT(harness.New("Ticket")->Get("number"), IsOkAndHolds(Value(n + 1)));
  }
  // Each function that is given has its own.
  EXPECT_THAT(harness.exports().CallObject("counter")->Call(""), IsOkAndHolds(Value(1)));
}

TEST(CallableState, IsNotCopiedByCalls) {
  auto held = std::make_shared<int>(7);
  ModuleHarness harness([&held](Module& module) {
    module.Function("users", [held] { return held.use_count(); });
    module.Property("users_now", [held] { return held.use_count(); });
  });
  const int64_t users = held.use_count();
  EXPECT_THAT(harness.Call("users"), IsOkAndHolds(Value(users)));
  EXPECT_THAT(harness.Get("users_now"), IsOkAndHolds(Value(users)));
}

TEST(CallableState, NeedNotBeCopyable) {
  int64_t level = 0;
  auto held = [](int64_t value) { return std::make_unique<int64_t>(value); };
  ModuleHarness harness([&](Module& module) {
    module.Class<Ticket>("Ticket")
        .Constructor([n = held(1)] { return Make<Ticket>(*n); })
        .Property(
            "number", [n = held(1)](Ticket& self) { return *n * self.number(); },
            [n = held(1), &level](Ticket&, int64_t to) { level = *n * to; })
        .Method("method", [n = held(2)](Ticket&) { return *n; })
        .Static("method", [n = held(3)] { return *n; })
        .StaticProperty("property", [n = held(4)] { return *n; });
    module.Function("function", [n = held(5)](int64_t times) { return *n * times; });
    module.Property(
        "property", [n = held(6)] { return *n; },
        [n = held(7), &level](int64_t to) { level = *n * to; });
    module.Function("multiplier", [](int64_t by) {
      return [n = std::make_unique<int64_t>(by)](int64_t what) { return *n * what; };
    });
    module.Function("value", []() -> Value {
      return Function([n = std::make_unique<int64_t>(8)] { return *n; });
    });
    module.Function("maybe", [] {
      auto function = [n = std::make_unique<int64_t>(9)] { return *n; };
      return absl::StatusOr<decltype(function)>(std::move(function));
    });
    absl::AnyInvocable<int64_t(int64_t)> any = [n = held(10)](int64_t what) { return *n + what; };
    module.Function("any", std::move(any));
  });
  TestObject type = *harness.exports().GetObject("Ticket");
  TestObject ticket = *harness.New("Ticket");
  EXPECT_THAT(ticket.Get("number"), IsOkAndHolds(Value(1)));
  EXPECT_THAT(ticket.Set("number", 5), IsOk());
  EXPECT_EQ(level, 5);
  EXPECT_THAT(ticket.Call("method"), IsOkAndHolds(Value(2)));
  EXPECT_THAT(type.Call("method"), IsOkAndHolds(Value(3)));
  EXPECT_THAT(type.Get("property"), IsOkAndHolds(Value(4)));
  EXPECT_THAT(harness.Call("function", 3), IsOkAndHolds(Value(15)));
  EXPECT_THAT(harness.Get("property"), IsOkAndHolds(Value(6)));
  EXPECT_THAT(harness.Set("property", 3), IsOk());
  EXPECT_EQ(level, 21);
  EXPECT_THAT(harness.exports().CallObject("multiplier", 4)->Call("", 5), IsOkAndHolds(Value(20)));
  EXPECT_THAT(harness.exports().CallObject("value")->Call(""), IsOkAndHolds(Value(8)));
  EXPECT_THAT(harness.exports().CallObject("maybe")->Call(""), IsOkAndHolds(Value(9)));
  EXPECT_THAT(harness.Call("any", 1), IsOkAndHolds(Value(11)));
}

}  // namespace
}  // namespace hawser
