#include "broker/core/dispatcher.h"

#include "absl/synchronization/notification.h"
#include "broker/core/thread_pool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/broker/core/fakes.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

// What a link would hand over.
struct FakeCall {
  FakeCall(ObjectRef object, std::string_view member) : object(std::move(object)), member(member) {}
  Object& target() { return *object; }
  Invocation invocation() {
    Invocation call;
    call.name = member;
    return call;
  }
  Reply TakeReply() { return answer.reply(); }
  bool abandoned() const { return given_up; }
  void Hold() { ++holds; }
  void Release() { ++releases; }

  ObjectRef object;
  std::string member;
  Answer answer;
  bool given_up = false;
  int holds = 0;
  int releases = 0;
};

TEST(Dispatcher, AnObjectWithoutAHomeRunsAtOnce) {
  FakeCall call(MakeRef<FakeObject>(), "go");
  broker::Dispatcher::Start(&call);
  EXPECT_THAT(call.answer.result(), IsOkAndHolds(Value("go")));
  EXPECT_EQ(call.releases, 1);
}

TEST(Dispatcher, AnObjectWithAHomeRunsThere) {
  ManualExecutor home;
  FakeCall call(MakeRef<FakeObject>(nullptr, &home), "go");
  broker::Dispatcher::Start(&call);
  EXPECT_FALSE(call.answer.there());
  home.RunAll();
  EXPECT_THAT(call.answer.result(), IsOkAndHolds(Value("go")));
  EXPECT_EQ(call.releases, 1);
}

TEST(Dispatcher, AWrongCallIsAnsweredWithoutTheObject) {
  auto object = MakeRef<FakeObject>();
  FakeCall unknown(object, "gone");
  FakeCall hidden(object, "secret");
  FakeCall itself(object, "");
  broker::Dispatcher::Start(&unknown);
  broker::Dispatcher::Start(&hidden);
  broker::Dispatcher::Start(&itself);
  EXPECT_THAT(unknown.answer.result(), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(hidden.answer.result(), StatusIs(StatusCode::kNotFound, HasSubstr("not enumerable")));
  EXPECT_THAT(itself.answer.result(), StatusIs(StatusCode::kUnimplemented));
  EXPECT_EQ(object->calls, 0);
  EXPECT_EQ(unknown.releases, 1);
}

TEST(Dispatcher, AnObjectThatGoesWhileTheCallWaitsIsNotEntered) {
  ManualExecutor home;
  auto object = MakeRef<FakeObject>(nullptr, &home);
  FakeCall call(object, "go");
  broker::Dispatcher::Start(&call);
  object->gone_reason = GoneReason::kDestroyed;
  home.RunAll();
  EXPECT_THAT(call.answer.result(), StatusIs(StatusCode::kNotFound));
  EXPECT_EQ(object->calls, 0);
}

TEST(Dispatcher, ACallGivenUpWhileItWaitsForItsStrandIsNotRun) {
  ManualExecutor home;
  auto object = MakeRef<FakeObject>(nullptr, &home);
  FakeCall call(object, "go");
  broker::Dispatcher::Start(&call);
  call.given_up = true;
  home.RunAll();
  EXPECT_EQ(object->calls, 0);
  EXPECT_EQ(call.releases, 1);
}

TEST(Dispatcher, ACallOfABlockingMemberDoesNotUseUpAThreadOfThePool) {
  // Its one thread blocks, and it does not grow by finding that out by itself.
  broker::ThreadPool pool({.threads = 1, .grow_after = absl::Hours(1), .max_threads = 2});
  absl::Notification entered;
  absl::Notification other_ran;
  auto blocking = MakeRef<FakeObject>(nullptr, &pool);
  blocking->on_call = [&] {
    entered.Notify();
    EXPECT_TRUE(other_ran.WaitForNotificationWithTimeout(absl::Seconds(20)));
  };
  auto other = MakeRef<FakeObject>(nullptr, &pool);
  other->on_call = [&] { other_ran.Notify(); };
  FakeCall first(blocking, "wait");
  FakeCall second(other, "go");
  broker::Dispatcher::Start(&first);
  ASSERT_TRUE(entered.WaitForNotificationWithTimeout(absl::Seconds(20)));
  broker::Dispatcher::Start(&second);
  EXPECT_TRUE(pool.AwaitIdle(absl::Seconds(40)));
  EXPECT_THAT(first.answer.result(), IsOkAndHolds(Value("wait")));
  EXPECT_THAT(second.answer.result(), IsOkAndHolds(Value("go")));
}

TEST(Dispatcher, ACallWhoseStrandGoesIsStillAnswered) {
  auto home = std::make_unique<ManualExecutor>();
  FakeCall call(MakeRef<FakeObject>(nullptr, home.get()), "go");
  broker::Dispatcher::Start(&call);
  home.reset();
  EXPECT_THAT(call.answer.result(), StatusIs(StatusCode::kInternal));
  EXPECT_EQ(call.releases, 1);
}

}  // namespace
}  // namespace hawser::tests
