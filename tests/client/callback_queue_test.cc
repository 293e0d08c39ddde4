#include "client/internal/callback_queue.h"

#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "tests/client/scripted_broker.h"
#include "tests/support/thread_limit.h"

namespace hawser::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

class CallbackQueueTest : public ::testing::Test {
 protected:
  std::shared_ptr<CallbackQueue> Make(CallbackQueue::RunsOn runs_on) {
    return CallbackQueue::Make(runs_on, leader_, [this](const Error& error, std::string_view site) {
      errors_.push_back(std::string(site) + ": " + std::string(error.message()));
    });
  }

  tests::MemoryEvents events_;
  Leader leader_{events_, base::SystemClock()};
  std::vector<std::string> errors_;  // where items run
};

TEST_F(CallbackQueueTest, RunsInOrderOnOneThreadOfItsOwn) {
  auto queue = Make(CallbackQueue::RunsOn::kThread);
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  for (int i = 0; i < 100; ++i) {
    queue->Post([&, i] {
      order.push_back(i);
      threads.push_back(std::this_thread::get_id());
      EXPECT_TRUE(queue->RunsHere());
      EXPECT_EQ(base::CurrentExecutor(), queue.get());
    });
  }
  EXPECT_FALSE(queue->RunsHere());
  queue->Close();
  queue->AwaitEnd(absl::Seconds(10));
  ASSERT_EQ(order.size(), 100u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(std::count(threads.begin(), threads.end(), threads[0]), 100);
  EXPECT_NE(threads[0], std::this_thread::get_id());
}

TEST_F(CallbackQueueTest, AClosedQueueRunsWhatStillComes) {
  auto queue = Make(CallbackQueue::RunsOn::kThread);
  queue->Close();
  std::atomic<int> ran = 0;
  queue->Post([&] { ++ran; });
  queue->AwaitEnd(absl::Seconds(10));
  queue->Post([&] { ++ran; });
  queue->AwaitEnd(absl::Seconds(10));
  EXPECT_EQ(ran, 2);
}

TEST_F(CallbackQueueTest, PollRunsWhatIsThereAndNoMore) {
  auto queue = Make(CallbackQueue::RunsOn::kPoll);
  std::vector<int> order;
  queue->Post([&] {
    order.push_back(1);
    queue->Post([&] { order.push_back(3); });
    EXPECT_EQ(queue->Poll(absl::Seconds(5)), 0);
  });
  queue->Post([&] { order.push_back(2); });
  EXPECT_EQ(queue->waiting(), 2u);
  EXPECT_EQ(queue->Poll(absl::ZeroDuration()), 2);
  EXPECT_THAT(order, ElementsAre(1, 2));
  EXPECT_EQ(queue->Poll(absl::ZeroDuration()), 1);
  EXPECT_EQ(queue->Poll(absl::Milliseconds(1)), 0);
  std::thread poster([&] { queue->Post([] {}); });
  EXPECT_EQ(queue->Poll(absl::Seconds(10)), 1);
  poster.join();
}

TEST_F(CallbackQueueTest, WhatIsOnlyDroppedDoesNotEndAPoll) {
  auto queue = Make(CallbackQueue::RunsOn::kPoll);
  auto token = std::make_shared<int>();
  queue->PostDrop([token] {});
  EXPECT_EQ(queue->waiting(), 0u);
  EXPECT_EQ(queue->Poll(absl::ZeroDuration()), 0);
  EXPECT_EQ(token.use_count(), 1) << "it went all the same";
  std::atomic<bool> called = false;
  queue->PostDrop([token] {});
  std::thread poster([&] {
    // The poll has found what is dropped, and waits on.
    while (token.use_count() > 1) std::this_thread::yield();
    called = true;
    queue->Post([] {});
  });
  EXPECT_EQ(queue->Poll(absl::Seconds(10)), 1);
  EXPECT_TRUE(called);
  poster.join();
}

TEST_F(CallbackQueueTest, WhatAnItemThrowsIsReportedAndTheNextOneRuns) {
  auto queue = Make(CallbackQueue::RunsOn::kThread);
  std::atomic<int> ran = 0;
  queue->Post([] { throw std::runtime_error("ouch"); }, "here");
  queue->PostCall([] { throw 7; }, false);
  queue->Post([&] { ++ran; });
  queue->Close();
  queue->AwaitEnd(absl::Seconds(10));
  EXPECT_EQ(ran, 1);
  EXPECT_THAT(errors_, ElementsAre("here: ouch", StartsWith(": ")));
}

TEST_F(CallbackQueueTest, WhatAPolledItemThrowsDoesNotLeavePoll) {
  auto queue = Make(CallbackQueue::RunsOn::kPoll);
  for (int round = 0; round < 2; ++round) {
    queue->Post([] { throw std::runtime_error("ouch"); }, "here");
    EXPECT_EQ(queue->Poll(absl::ZeroDuration()), 1);
    EXPECT_FALSE(queue->RunsHere());
  }
  EXPECT_THAT(errors_, ElementsAre("here: ouch", "here: ouch"));
}

TEST_F(CallbackQueueTest, AnErrorHandlerThatThrowsIsNoMoreThanThat) {
  auto queue = CallbackQueue::Make(CallbackQueue::RunsOn::kPoll, leader_,
                                   [](const Error&, std::string_view) { throw 7; });
  queue->Post([] { throw std::runtime_error("ouch"); }, "here");
  EXPECT_EQ(queue->Poll(absl::ZeroDuration()), 1);
}

TEST_F(CallbackQueueTest, WhatIsDroppedAfterTheEndGoesAtOnce) {
  for (auto runs_on : {CallbackQueue::RunsOn::kThread, CallbackQueue::RunsOn::kPoll}) {
    auto queue = Make(runs_on);
    std::thread::id gone_on;
    auto token = [&] {
      return std::shared_ptr<int>(new int, [&](int* token) {
        gone_on = std::this_thread::get_id();
        delete token;
      });
    };
    queue->PostDrop([token = token()] {});
    queue->Poll(absl::ZeroDuration());
    queue->Close();
    queue->AwaitEnd(absl::Seconds(10));
    EXPECT_EQ(gone_on == std::this_thread::get_id(), runs_on == CallbackQueue::RunsOn::kPoll);
    gone_on = {};
    queue->PostDrop([token = token()] {});
    EXPECT_EQ(gone_on, std::this_thread::get_id());
  }
}

TEST_F(CallbackQueueTest, AnAbandonedQueueDropsWhatItHasAndWhatComes) {
  auto queue = Make(CallbackQueue::RunsOn::kPoll);
  auto token = std::make_shared<int>();
  queue->Post([token] { FAIL(); });
  queue->Close();
  queue->Abandon();
  EXPECT_EQ(token.use_count(), 1);
  queue->Post([token] { FAIL(); });
  EXPECT_EQ(token.use_count(), 1);
}

TEST_F(CallbackQueueTest, AnAbandonedQueueDropsOnAThreadOfItsOwnWhileItsSessionLasts) {
  auto queue = Make(CallbackQueue::RunsOn::kPoll);
  std::vector<std::thread::id> gone_on;
  auto token = [&] {
    return std::shared_ptr<int>(new int, [&](int* token) {
      EXPECT_TRUE(queue->RunsHere());
      gone_on.push_back(std::this_thread::get_id());
      delete token;
    });
  };
  queue->Post([token = token()] { FAIL(); });
  queue->Abandon();
  queue->PostDrop([token = token()] {});
  // A call is run all the same, so that it can refuse itself.
  bool called = false;
  queue->PostCall([&] { called = queue->abandoned(); }, true);
  EXPECT_EQ(queue->Poll(absl::ZeroDuration()), 0);
  queue->Close();
  queue->AwaitEnd(absl::Seconds(10));
  EXPECT_TRUE(called);
  ASSERT_EQ(gone_on.size(), 2u);
  EXPECT_NE(gone_on[0], std::this_thread::get_id());
  EXPECT_EQ(gone_on[0], gone_on[1]);
}

TEST_F(CallbackQueueTest, WhatIsAbandonedInsideAPollWaitsForItsItem) {
  auto queue = Make(CallbackQueue::RunsOn::kPoll);
  std::atomic<bool> gone = false;
  queue->Post([&] {
    queue->Post([token = std::shared_ptr<int>(new int, [&](int* token) {
                   gone = true;
                   delete token;
                 })] { FAIL(); });
    queue->Abandon();
    EXPECT_FALSE(gone);
  });
  EXPECT_EQ(queue->Poll(absl::ZeroDuration()), 1);
  queue->Close();
  queue->AwaitEnd(absl::Seconds(10));
  EXPECT_TRUE(gone);
}

TEST_F(CallbackQueueTest, ACallOfTheProgramItselfRunsWhereItPolls) {
  auto queue = Make(CallbackQueue::RunsOn::kPoll);
  std::thread::id ran_on;
  auto run_now = [&] {
    ran_on = {};
    base::Task task = [&] {
      ran_on = std::this_thread::get_id();
      EXPECT_TRUE(queue->RunsHere());
    };
    return queue->RunNow(task);
  };
  EXPECT_TRUE(run_now()) << "the only thread, as far as is known";
  EXPECT_EQ(ran_on, std::this_thread::get_id());
  std::thread([&] { queue->Poll(absl::ZeroDuration()); }).join();
  EXPECT_FALSE(run_now()) << "another thread polls";
  EXPECT_EQ(ran_on, std::thread::id());
  queue->Poll(absl::ZeroDuration());
  EXPECT_TRUE(run_now());
}

TEST_F(CallbackQueueTest, AnAwaitedCallRunsInsideAWaitOfAnotherQueuesItem) {
  auto outer = Make(CallbackQueue::RunsOn::kThread);
  auto inner = Make(CallbackQueue::RunsOn::kPoll);
  Leader::Slot slot;
  std::atomic<bool> waiting = false;
  std::vector<std::string> order;
  inner->PostCall(
      [&] {
        EXPECT_TRUE(outer->RunsHere());
        EXPECT_TRUE(inner->RunsHere());
        order.push_back("inner");
        CallbackQueue::Waiter waiter(*inner, leader_, slot);
        waiting = true;
        leader_.Wait(slot, base::MonoTime::Max(), waiter.work());
      },
      true);
  outer->PostCall([&] { inner->RunWork(); }, false);
  while (!waiting) std::this_thread::yield();
  outer->PostCall(
      [&] {
        order.push_back("outer again");
        leader_.Fill(slot);
      },
      true);
  outer->Close();
  outer->AwaitEnd(absl::Seconds(10));
  EXPECT_THAT(order, ElementsAre("inner", "outer again"));
}

TEST_F(CallbackQueueTest, AThreadThatCannotBeStartedIsTriedAgain) {
  auto queue = Make(CallbackQueue::RunsOn::kThread);
  std::atomic<bool> ran = false;
  base::MonoTime now = base::SystemClock().Now();
  {
    tests::ThreadLimit limit;
    queue->Post([&] { ran = true; });
    EXPECT_EQ(queue->KeepMoving(now), now + absl::Milliseconds(100));
  }
  EXPECT_EQ(queue->KeepMoving(now), base::MonoTime::Max());
  queue->Close();
  queue->AwaitEnd(absl::Seconds(10));
  EXPECT_TRUE(ran);
}

TEST_F(CallbackQueueTest, TheEndOfAPolledQueueIsWhenItsItemHasRun) {
  auto queue = Make(CallbackQueue::RunsOn::kPoll);
  std::atomic<bool> inside = false, go_on = false, ended = false;
  queue->Post([&] {
    queue->AwaitEnd(absl::InfiniteDuration());  // of itself: not waited for
    inside = true;
    while (!go_on) std::this_thread::yield();
    EXPECT_FALSE(ended);
  });
  queue->Post([] { FAIL(); });
  std::thread poller([&] { EXPECT_EQ(queue->Poll(absl::ZeroDuration()), 1); });
  while (!inside) std::this_thread::yield();
  queue->Close();
  queue->Abandon();
  queue->AwaitEnd(absl::ZeroDuration());
  std::thread ender([&] {
    queue->AwaitEnd(absl::InfiniteDuration());
    ended = true;
  });
  go_on = true;
  ender.join();
  poller.join();
  EXPECT_EQ(queue->Poll(absl::Seconds(10)), 0);
}

TEST_F(CallbackQueueTest, AwaitedCallsRunInAWaitOfTheThreadThatPolledLast) {
  auto queue = Make(CallbackQueue::RunsOn::kPoll);
  // Until one has polled any thread may be the only one of its program.
  queue->PostCall([] {}, true);
  std::thread([&] {
    EXPECT_TRUE(queue->HasWork());
    queue->RunWork();
  }).join();
  EXPECT_EQ(queue->waiting(), 0u);

  EXPECT_EQ(queue->Poll(absl::ZeroDuration()), 0);
  std::thread::id ran_on;
  queue->PostCall([&] { ran_on = std::this_thread::get_id(); }, true);
  std::thread([&] {
    EXPECT_FALSE(queue->HasWork());
    queue->RunWork();
  }).join();
  EXPECT_EQ(queue->waiting(), 1u);
  EXPECT_TRUE(queue->HasWork());
  queue->RunWork();
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST_F(CallbackQueueTest, AnAwaitedCallWakesTheThreadThatMayRunIt) {
  auto queue = Make(CallbackQueue::RunsOn::kPoll);
  Leader::Slot mine, other;
  std::atomic<bool> announced = false;
  std::thread poller([&] {
    queue->Poll(absl::ZeroDuration());
    CallbackQueue::Waiter waiter(*queue, leader_, mine);
    announced = true;
    leader_.Wait(mine, base::MonoTime::Max(), waiter.work());
  });
  while (!announced) std::this_thread::yield();
  // A later wait, of a thread that does not poll, is not the one that is told.
  std::atomic<bool> announced_too = false;
  std::thread worker([&] {
    CallbackQueue::Waiter waiter(*queue, leader_, other);
    announced_too = true;
    leader_.Wait(other, base::MonoTime::Max(), waiter.work());
  });
  while (!announced_too) std::this_thread::yield();
  queue->PostCall([&] { leader_.Fill(mine); }, true);
  poller.join();
  leader_.Fill(other);
  worker.join();
}

TEST_F(CallbackQueueTest, OnlyAwaitedCallsRunInsideAWait) {
  auto queue = Make(CallbackQueue::RunsOn::kThread);
  std::vector<std::string> order;
  std::atomic<bool> waiting = false;
  Leader::Slot slot;
  queue->PostCall(
      [&] {
        order.push_back("begin");
        EXPECT_TRUE(queue->InCallHere());
        {
          CallbackQueue::Waiter waiter(*queue, leader_, slot);
          ASSERT_NE(waiter.work(), nullptr);
          waiting = true;
          leader_.Wait(slot, base::MonoTime::Max(), waiter.work());
        }
        order.push_back("end");
      },
      false);
  while (!waiting) std::this_thread::yield();
  EXPECT_FALSE(queue->HasWork());
  queue->PostCall([&] { order.push_back("notify"); }, false);
  queue->Post([&] {
    order.push_back("task");
    EXPECT_FALSE(queue->InCallHere());
  });
  queue->PostCall(
      [&] {
        order.push_back("nested");
        EXPECT_TRUE(queue->RunsHere());
        leader_.Fill(slot);
      },
      true);
  queue->Close();
  queue->AwaitEnd(absl::Seconds(10));
  EXPECT_THAT(order, ElementsAre("begin", "nested", "end", "notify", "task"));
}

}  // namespace
}  // namespace hawser::internal
