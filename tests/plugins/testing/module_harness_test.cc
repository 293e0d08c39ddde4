#include "hawser/testing/module_harness.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser::testing {
namespace {

using ::hawser::tests::IsOk;
using ::hawser::tests::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using enum absl::StatusCode;

class Bell final : public EventEmitter {
 public:
  void Ring(Value with) { Emit("ring", std::move(with)); }
  void Bad() { Emit("ring", "\xff"); }
};

Value Deep(int levels) {
  Value value;
  for (int i = 0; i < levels; ++i) value = Value(Array{value});
  return value;
}

void Body(Module& module) {
  module.Class<Bell>("Bell").Constructor().Method("ring", &Bell::Ring).Method("bad", &Bell::Bad);
  module.Function("bytes_as_text", [] { return std::string("caf\xe9"); });
  module.Function("deep", [](int levels) { return Deep(levels); });
  module.Function("large", [] { return std::string(17 << 20, 'x'); });
  module.Function("take", [](Value) {});
  module.Function("bad_promise", [] {
    Ref<Promise> promise = MakeRef<Promise>();
    promise->Resolve("\xff");
    return promise;
  });
}

class ModuleHarnessTest : public ::testing::Test {
 protected:
  ModuleHarness harness_{Body};
};

TEST_F(ModuleHarnessTest, AnAnswerThatCouldNotBeSentFailsAsItDoesWithTheBroker) {
  EXPECT_THAT(harness_.Call("bytes_as_text"),
              StatusIs(kInternal,
                       "the answer of test.bytes_as_text cannot be sent: not UTF-8 at "
                       "byte 3"));
  EXPECT_THAT(harness_.Call("deep", 32), IsOk());
  EXPECT_THAT(harness_.Call("deep", 33),
              StatusIs(kInternal, HasSubstr("nested deeper than the limit of 32 levels")));
  EXPECT_THAT(harness_.Call("large"),
              StatusIs(kResourceExhausted, HasSubstr("the answer of test.large cannot be sent")));
  EXPECT_THAT(harness_.Await(*harness_.Call("bad_promise")), StatusIs(kInternal));
}

TEST_F(ModuleHarnessTest, AnArgumentThatCouldNotBeSentIsRefusedWithItsPlace) {
  EXPECT_THAT(harness_.Call("take", "caf\u00e9"), IsOk());
  EXPECT_THAT(harness_.Call("take", Record{{"name", "\xff"}}),
              StatusIs(kInvalidArgument, "test.take: argument 1, at .name: not UTF-8 at byte 0"));
  EXPECT_THAT(harness_.Call("take", Deep(33)), StatusIs(kInvalidArgument));
}

TEST_F(ModuleHarnessTest, AnEventThatCouldNotBeSentIsLost) {
  TestObject bell = *harness_.New("Bell");
  TestCallback heard = *bell.Listen("ring");
  EXPECT_THAT(bell.Call("ring", "fine"), IsOk());
  EXPECT_THAT(bell.Call("bad"), IsOk());
  EXPECT_THAT(heard.calls(), ElementsAre(Array{"fine"}));
  EXPECT_EQ(harness_.module().listeners().lost, 1);
  EXPECT_THAT(harness_.log(), ElementsAre(HasSubstr("was lost: argument 1: not UTF-8")));
}

TEST_F(ModuleHarnessTest, AwaitingWhatIsNoPromiseIsAnError) {
  EXPECT_THAT(harness_.Await(5), StatusIs(kInvalidArgument, "expected promise, got integer"));
  EXPECT_THAT(harness_.Await(Value()), StatusIs(kInvalidArgument));
  EXPECT_THAT(harness_.Await(Value(harness_.exports())), StatusIs(kUnimplemented));
}

}  // namespace
}  // namespace hawser::testing
