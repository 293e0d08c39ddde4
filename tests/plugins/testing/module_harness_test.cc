#include "hawser/testing/module_harness.h"

#include <functional>
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
  module.Function("no_bell", [] { return Ref<Bell>(); });
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

TEST_F(ModuleHarnessTest, EveryCallOfAHandleThatIsNullIsAnError) {
  TestObject none = harness_.session().Handle(harness_.Call("no_bell")->TakeObject());
  EXPECT_THAT(none.Call("ring", 1),
              StatusIs(kInvalidArgument, "there is no object to call ring of: the handle is null"));
  EXPECT_THAT(none.Get("ring"), StatusIs(kInvalidArgument));
  EXPECT_THAT(none.New("Bell"), StatusIs(kInvalidArgument));
  EXPECT_THAT(none.Listen("ring"), StatusIs(kInvalidArgument));
  EXPECT_THAT(none.Do(Op::kCall, "", {}),
              StatusIs(kInvalidArgument, "there is no object to call: the handle is null"));
  EXPECT_TRUE(none.shape().members().empty());
  EXPECT_EQ(Value(none), Value(Null()));
  EXPECT_EQ(none, none.Refresh());
  EXPECT_FALSE(none == harness_.exports());
  EXPECT_THAT(harness_.Call("take", none), IsOk());
}

TEST_F(ModuleHarnessTest, ACallbackMadeOfAnotherObjectAbortsSayingSo) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  TestCallback callback = harness_.Callback();
  EXPECT_TRUE(TestCallback(callback.object()).calls().empty());
  EXPECT_DEATH(TestCallback(harness_.exports().object()), "what TestSession::Callback gave");
  EXPECT_DEATH(TestCallback{ObjectRef()}, "what TestSession::Callback gave");
}

TEST(ManualTime, ATimerThatStartsItselfWithoutLettingTimePassAborts) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  std::function<void()> again;
  ModuleHarness harness([&again](Module& module) {
    again = [&again, &module] { module.Timer(absl::ZeroDuration(), [&again] { again(); }); };
    module.Function("start", again);
  });
  EXPECT_THAT(harness.Call("start"), IsOk());
  EXPECT_DEATH(harness.Advance(absl::Seconds(1)), "without time passing");
}

TEST(ManualTime, AnyNumberOfTimersMayBeDueAtOneTimeAndStartFurtherOnes) {
  constexpr int kTimers = 150'000;
  int ran = 0;
  int ticks = 0;
  std::function<void()> tick;
  ModuleHarness harness([&](Module& module) {
    tick = [&] {
      ++ticks;
      module.Timer(absl::Microseconds(5), [&tick] { tick(); });
    };
    module.Function("start", [&] {
      for (int i = 0; i < kTimers; ++i) {
        module.Timer(absl::Seconds(1), [&] { ++ran; });
      }
      module.Timer(absl::Seconds(1), [&] { module.Timer(absl::ZeroDuration(), [&] { ++ran; }); });
      tick();
    });
  });
  EXPECT_THAT(harness.Call("start"), IsOk());
  harness.Advance(absl::Seconds(1));
  EXPECT_EQ(ran, kTimers + 1);
  EXPECT_EQ(ticks, 200'001);
}

}  // namespace
}  // namespace hawser::testing
