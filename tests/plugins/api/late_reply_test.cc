#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/testing/module_harness.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::hawser::testing::ModuleHarness;
using ::hawser::testing::PendingCall;
using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using enum absl::StatusCode;

class LateReplyTest : public ::testing::Test {
 protected:
  ModuleHarness harness_{[this](Module& module) {
    module.Function("keep", [this](LateReply reply, std::string name) {
      kept_.emplace(std::move(name), std::move(reply));
    });
    module.Function("drop", [](LateReply) {});
    module.Function("now", [](int64_t n, LateReply reply) { reply.Return(n); });
    module.Function("throw", [](LateReply) { throw std::out_of_range("not here"); });
    module.Function("throw_after", [this](LateReply reply) {
      kept_.emplace("thrown", std::move(reply));
      throw std::out_of_range("too late");
    });
    module.Function("typed", [this](Deferred<std::string> reply) { typed_ = std::move(reply); });
    module.Function("promise", [this] { return promise_ = MakeRef<Promise>(); });
    module.Function("settled", [] {
      Ref<Promise> promise = MakeRef<Promise>();
      promise->Resolve(5);
      return Value(promise);
    });
  }};
  std::map<std::string, LateReply> kept_;
  Deferred<std::string> typed_;
  Ref<Promise> promise_;
};

TEST_F(LateReplyTest, AnswersWhenItLikes) {
  PendingCall call = harness_.Start("keep", "a");
  EXPECT_FALSE(call.answered());
  EXPECT_TRUE(kept_["a"].pending());
  kept_["a"].Return(7);
  EXPECT_THAT(call.result(), IsOkAndHolds(Value(7)));
  EXPECT_FALSE(kept_["a"].pending());
  kept_["a"].Return(8);  // does nothing
  EXPECT_THAT(call.result(), IsOkAndHolds(Value(7)));
}

TEST_F(LateReplyTest, MayAnswerAtOnce) {
  EXPECT_THAT(harness_.Call("now", 3), IsOkAndHolds(Value(3)));
}

TEST_F(LateReplyTest, OneThatIsDroppedAnswersInternal) {
  EXPECT_THAT(harness_.Call("drop"),
              StatusIs(kInternal, "test.drop: the module dropped the call without an answer"));
  PendingCall call = harness_.Start("keep", "a");
  kept_.clear();
  EXPECT_THAT(call.result(), StatusIs(kInternal));
}

TEST_F(LateReplyTest, WhatTheMethodThrowsIsTheAnswer) {
  EXPECT_THAT(harness_.Call("throw"), StatusIs(kNotFound, "not here"));
  EXPECT_THAT(harness_.Call("throw_after"), StatusIs(kNotFound, "too late"));
  EXPECT_FALSE(kept_["thrown"].pending());
}

TEST_F(LateReplyTest, FailsWithAnError) {
  PendingCall call = harness_.Start("keep", "a");
  kept_["a"].Fail(absl::UnavailableError("later"));
  EXPECT_THAT(call.result(), StatusIs(kUnavailable, "later"));
}

TEST_F(LateReplyTest, ATypedOneSaysWhatItGives) {
  EXPECT_EQ(harness_.exports().shape().FindMember("typed")->signature.ToString(), "() -> string");
  PendingCall call = harness_.Start("typed");
  typed_.Return("done");
  EXPECT_THAT(call.result(), IsOkAndHolds(Value("done")));
}

TEST_F(LateReplyTest, TheCallersEndSetsTheStopToken) {
  testing::TestSession& other = harness_.StartSession();
  PendingCall call = other.module_exports().Start("keep", "a");
  std::stop_token stop = kept_["a"].stop_token();
  EXPECT_EQ(kept_["a"].session(), other.view());
  EXPECT_FALSE(stop.stop_requested());
  other.End();
  EXPECT_TRUE(stop.stop_requested());
  EXPECT_THAT(call.result(), StatusIs(kUnavailable));
  kept_["a"].Return(1);  // nobody listens, nothing happens
}

TEST_F(LateReplyTest, ACancelledCallSetsTheStopToken) {
  PendingCall call = harness_.Start("keep", "a");
  std::stop_token stop = kept_["a"].stop_token();
  call.Cancel();
  EXPECT_TRUE(stop.stop_requested());
  EXPECT_THAT(call.result(), StatusIs(kCancelled));
  kept_.clear();
}

TEST_F(LateReplyTest, MayBeAnsweredOnAnotherThread) {
  PendingCall call = harness_.Start("keep", "a");
  std::thread([this] { kept_["a"].Return("from afar"); }).join();
  EXPECT_THAT(call.result(), IsOkAndHolds(Value("from afar")));
}

TEST_F(LateReplyTest, APromiseIsAValueThatSettlesLater) {
  absl::StatusOr<Value> value = harness_.Call("promise");
  ASSERT_THAT(value, IsOk());
  EXPECT_EQ(value->AsObject()->shape()->kind(), ObjectKind::kPromise);
  EXPECT_THAT(harness_.Await(*value), StatusIs(kDeadlineExceeded));
  promise_->Resolve(1);
  EXPECT_THAT(harness_.Await(*value), IsOkAndHolds(Value(1)));
  EXPECT_EQ(harness_.exports().shape().FindMember("promise")->signature.result, Type::kPromise);
  EXPECT_THAT(harness_.Await(*harness_.Call("settled")), IsOkAndHolds(Value(5)));
}

}  // namespace
}  // namespace hawser
