#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/testing/module_harness.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::hawser::testing::ModuleHarness;
using ::hawser::testing::PendingCall;
using ::hawser::testing::TestCallback;
using ::hawser::testing::TestObject;
using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using enum absl::StatusCode;

class CounterTest : public ::testing::Test {
 protected:
  ModuleHarness harness_;
};

TEST_F(CounterTest, CountsAndTells) {
  TestObject counter = *harness_.New("Counter", 5);
  TestCallback changed = *counter.Listen("changed");
  EXPECT_THAT(counter.Call("increment"), IsOkAndHolds(Value(6)));
  EXPECT_THAT(counter.Call("increment", 10), IsOkAndHolds(Value(16)));
  EXPECT_THAT(counter.Set("value", 1), IsOk());
  EXPECT_THAT(counter.Call("reset"), IsOk());
  EXPECT_THAT(counter.Get("isZero"), IsOkAndHolds(Value(true)));
  EXPECT_THAT(changed.calls(), ElementsAre(Array{6}, Array{16}, Array{1}, Array{0}));
}

TEST_F(CounterTest, HasReadOnlyHiddenAndStaticMembers) {
  TestObject counter = *harness_.exports().GetObject("Counter")->CallObject("from", "7");
  EXPECT_THAT(counter.Get("value"), IsOkAndHolds(Value(7)));
  EXPECT_THAT(counter.Set("isZero", true), StatusIs(kInvalidArgument));
  EXPECT_THAT(counter.Call("inspectInternals"), StatusIs(kNotFound, HasSubstr("not enumerable")));
  EXPECT_THAT(harness_.exports().GetObject("Counter")->Get("step"), IsOkAndHolds(Value(1)));
  EXPECT_THAT(harness_.exports().GetObject("Counter")->Call("from", "seven"),
              StatusIs(kInvalidArgument));
}

TEST_F(CounterTest, DoesNotCountBeyondAnInteger) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  TestObject counter = *harness_.New("Counter", kMost);
  TestCallback changed = *counter.Listen("changed");
  EXPECT_THAT(counter.Call("increment"),
              StatusIs(kOutOfRange, "9223372036854775807 + 1 is outside the range of int64"));
  EXPECT_THAT(counter.Get("value"), IsOkAndHolds(Value(kMost)));
  EXPECT_THAT(changed.calls(), ElementsAre());
  EXPECT_THAT(harness_.Call("add", -kMost, -2), StatusIs(kOutOfRange));
  EXPECT_THAT(harness_.Call("add", -kMost, -1), IsOkAndHolds(Value(-kMost - 1)));
}

TEST_F(CounterTest, StartsOnlyAtAWholeNumberInText) {
  TestObject constructor = *harness_.exports().GetObject("Counter");
  for (const char* text : {"12abc", " 12", "", "1.5", "9223372036854775808"}) {
    EXPECT_THAT(constructor.Call("from", text), StatusIs(kInvalidArgument)) << text;
  }
  EXPECT_THAT(constructor.CallObject("from", "-12")->Get("value"), IsOkAndHolds(Value(-12)));
}

TEST_F(CounterTest, KnowsHowManyLive) {
  {
    TestObject a = *harness_.New("Counter");
    TestObject b = *harness_.New("Counter", 1);
    EXPECT_THAT(harness_.Call("live"), IsOkAndHolds(Value(2)));
  }
  harness_.Run();
  EXPECT_THAT(harness_.Call("live"), IsOkAndHolds(Value(0)));
  EXPECT_THAT(harness_.Call("made"), IsOkAndHolds(Value(2)));
  EXPECT_EQ(harness_.Global("answer"), Value(42));
}

TEST_F(CounterTest, RaisesErrorsWithAllTheyCarry) {
  Error error = Error::FromStatus(harness_.Call("fail").status());
  EXPECT_EQ(error.code(), kOutOfRange);
  EXPECT_EQ(error.name(), "CounterError");
  EXPECT_EQ(error.members()["limit"], Value(10));
  EXPECT_EQ(error.cause().AsError().message(), "one count too many");
  EXPECT_THAT(harness_.Call("fail", "no"), StatusIs(kOutOfRange, "no"));
  EXPECT_THAT(harness_.Call("failWithException", "thrown"), StatusIs(kUnknown, "thrown"));
}

TEST_F(CounterTest, ItsArraysAndBytesAreCopies) {
  Array list = (*harness_.Call("list")).AsArray();
  list.push_back(4);
  EXPECT_THAT(harness_.Call("listLength"), IsOkAndHolds(Value(3)));
  EXPECT_THAT(harness_.Call("pushList", 5), IsOk());
  EXPECT_EQ(list.size(), 4);
  Bytes bytes = (*harness_.Call("bytes")).AsBytes();
  EXPECT_THAT(harness_.Call("pokeBytes", 0, 'H'), IsOk());
  EXPECT_EQ(bytes.view(), "hawser");
  EXPECT_EQ((*harness_.Call("bytes")).AsBytes().view(), "Hawser");
  EXPECT_THAT(harness_.Call("pokeBytes", 6, 0), StatusIs(kOutOfRange));
  EXPECT_THAT(harness_.Call("pushTo", Array{1}), IsOkAndHolds(Value(2)));
}

TEST_F(CounterTest, KeepsWhatItIsGivenUntilItDropsIt) {
  TestCallback callback = harness_.Callback();
  EXPECT_THAT(harness_.Call("keep", callback), IsOk());
  EXPECT_TRUE(callback.held());
  EXPECT_THAT(harness_.Call("callKept", 1, 2), IsOkAndHolds(Value(Array{Value()})));
  EXPECT_THAT(callback.calls(), ElementsAre(Array{1, 2}));
  EXPECT_THAT(harness_.Call("kept", 0), IsOkAndHolds(Value(callback)));
  EXPECT_THAT(harness_.Call("kept", 1), StatusIs(kNotFound));
  EXPECT_THAT(harness_.Call("drop"), IsOk());
  EXPECT_FALSE(callback.held());
}

TEST_F(CounterTest, SeesAWitnessDieThroughAWeakPointer) {
  {
    TestObject witness = *harness_.exports().CallObject("witness");
    EXPECT_THAT(harness_.Call("witnessLives"), IsOkAndHolds(Value(true)));
  }
  EXPECT_THAT(harness_.Call("witnessLives"), IsOkAndHolds(Value(false)));
}

TEST_F(CounterTest, AnswersLater) {
  PendingCall settled = harness_.Start("later");
  EXPECT_THAT(harness_.Call("waiting"), IsOkAndHolds(Value(1)));
  EXPECT_THAT(harness_.Call("settle", "now"), IsOkAndHolds(Value(1)));
  EXPECT_THAT(settled.result(), IsOkAndHolds(Value("now")));
  PendingCall dropped = harness_.Start("later");
  EXPECT_THAT(harness_.Call("dropReplies"), IsOk());
  EXPECT_THAT(dropped.result(), StatusIs(kInternal));
  PendingCall timed = harness_.Start("after", 20);
  harness_.Advance(absl::Milliseconds(19));
  EXPECT_FALSE(timed.answered());
  harness_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(timed.result(), IsOkAndHolds(Value("done")));
}

TEST_F(CounterTest, GivesPromises) {
  Value promise = *harness_.Call("promise", 5, 10);
  harness_.Advance(absl::Milliseconds(10));
  EXPECT_THAT(harness_.Await(promise), IsOkAndHolds(Value(5)));
  EXPECT_THAT(harness_.Await(*harness_.Call("rejection", "no")), StatusIs(kUnknown, "no"));
}

TEST_F(CounterTest, GivesAndCallsFunctions) {
  TestObject add3 = *harness_.exports().CallObject("adder", 3);
  EXPECT_THAT(add3.Do(Op::kCall, "", {4}), IsOkAndHolds(Value(7)));
  EXPECT_THAT(harness_.Call("callBack", add3, 5), IsOkAndHolds(Value(8)));
  EXPECT_THAT(harness_.Call("callBack", harness_.Callback(), 5), IsOkAndHolds(Value()));
}

TEST_F(CounterTest, HasAnObjectWhoseMembersChange) {
  TestObject scratch = *harness_.exports().GetObject("scratch");
  EXPECT_THAT(scratch.Get("first"), IsOkAndHolds(Value(1)));
  EXPECT_THAT(scratch.Get("secret"), StatusIs(kNotFound, HasSubstr("not enumerable")));
  EXPECT_THAT(harness_.Call("define", "second", 2), IsOk());
  EXPECT_THAT(scratch.Get("second"), StatusIs(kNotFound));
  EXPECT_THAT(scratch.Refresh().Get("second"), IsOkAndHolds(Value(2)));
  EXPECT_THAT(harness_.Call("undefine", "first"), IsOkAndHolds(Value(true)));
  EXPECT_THAT(scratch.Get("first"), StatusIs(kNotFound));
}

TEST_F(CounterTest, LeavesNothingBehindWhenUnloaded) {
  EXPECT_THAT(harness_.Call("keep", *harness_.Get("Counter")), IsOk());
  harness_.session().End();
  harness_.module().OnUnload();
  harness_.Run();
  EXPECT_EQ(harness_.pins(), 0);
}

}  // namespace
}  // namespace hawser
