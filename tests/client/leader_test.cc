#include "client/internal/leader.h"

#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/client/scripted_broker.h"

namespace hawser::internal {
namespace {

// Keeps house for a reader that ends when told.
class House final : public Housekeeping {
 public:
  base::MonoTime KeepHouse() override {
    ++kept;
    return base::MonoTime::Max();
  }
  bool finished() override { return finish; }

  std::atomic<int> kept = 0;
  std::atomic<bool> finish = false;
};

class LeaderTest : public ::testing::Test {
 protected:
  void StartReader() {
    reader_ = std::thread([this] { leader_.RunReader(house_); });
  }
  void TearDown() override {
    if (!reader_.joinable()) return;
    house_.finish = true;
    leader_.PokeReader();
    reader_.join();
  }

  tests::MemoryEvents events_;
  House house_;
  Leader leader_{events_, base::SystemClock()};
  std::thread reader_;
};

TEST_F(LeaderTest, WhoWaitsLeadsAndHandlesItsEventItself) {
  Leader::Slot slot;
  std::thread::id handled_on;
  events_.Post([&] {
    handled_on = std::this_thread::get_id();
    EXPECT_TRUE(Leader::LeadsHere());
    leader_.Fill(slot);
  });
  EXPECT_TRUE(leader_.Wait(slot));
  EXPECT_EQ(handled_on, std::this_thread::get_id());
  EXPECT_FALSE(Leader::LeadsHere());
}

TEST_F(LeaderTest, AWaitEndsAtItsTime) {
  Leader::Slot slot;
  EXPECT_FALSE(leader_.Wait(slot, base::SystemClock().Now() + absl::Milliseconds(5)));
  leader_.Fill(slot);
  EXPECT_TRUE(leader_.Wait(slot, base::MonoTime::Min()));
}

TEST_F(LeaderTest, ALeaderServesOthersAndPassesTheLeadOn) {
  constexpr int kThreads = 4;
  std::vector<Leader::Slot> slots(kThreads);
  std::vector<std::thread> threads;
  for (Leader::Slot& slot : slots) {
    threads.emplace_back([&] { EXPECT_TRUE(leader_.Wait(slot)); });
  }
  // Whoever leads, each slot is filled by some leader, and the last waiter finds the lead free.
  for (Leader::Slot& slot : slots) {
    events_.AwaitIdle();
    events_.Post([&] { leader_.Fill(slot); });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(LeaderTest, TheReaderLeadsWhenNobodyDoes) {
  StartReader();
  std::atomic<std::thread::id> handled_on;
  events_.Post([&] { handled_on = std::this_thread::get_id(); });
  while (handled_on.load() == std::thread::id()) std::this_thread::yield();
  EXPECT_NE(handled_on.load(), std::this_thread::get_id());
}

TEST_F(LeaderTest, ACallAfterAPauseIsServedByTheReaderAndTheNextOneIsNot) {
  StartReader();
  events_.AwaitIdle();
  auto served_on = [&] {
    Leader::Slot slot;
    std::thread::id thread;
    std::thread poster([&] {
      events_.AwaitIdle();
      events_.Post([&] {
        thread = std::this_thread::get_id();
        leader_.Fill(slot);
      });
    });
    EXPECT_TRUE(leader_.Wait(slot));
    poster.join();
    return thread;
  };
  EXPECT_NE(served_on(), std::this_thread::get_id());
  // It stepped down for who is likely to call again. A slow machine may take longer than it waits.
  int served_here = 0;
  for (int i = 0; i < 50; ++i) served_here += served_on() == std::this_thread::get_id();
  EXPECT_GT(served_here, 0);
}

TEST_F(LeaderTest, APokedReaderKeepsHouse) {
  StartReader();
  events_.AwaitIdle();
  int before = house_.kept;
  leader_.PokeReader();
  while (house_.kept == before) std::this_thread::yield();
}

TEST_F(LeaderTest, AnIdleReaderSleeps) {
  StartReader();
  EXPECT_EQ(events_.AwaitIdle(), absl::InfiniteDuration());
}

TEST_F(LeaderTest, AReaderDoesNotTickDuringALongLead) {
  Leader::Slot slot;
  // One that leads for long: it has begun before the reader could.
  std::thread caller([&] { leader_.Wait(slot); });
  events_.AwaitIdle();
  StartReader();
  while (!leader_.reader_sleeps()) std::this_thread::yield();
  events_.Post([&] { leader_.Fill(slot); });
  caller.join();
}

TEST_F(LeaderTest, ASlotOfTheLeaderFilledByAnotherThreadWakesIt) {
  Leader::Slot slot;
  std::thread filler([&] {
    events_.AwaitIdle();
    leader_.Fill(slot);
  });
  EXPECT_TRUE(leader_.Wait(slot));
  filler.join();
}

// Work that waits until somebody does it.
class OnePiece final : public NestedWork {
 public:
  bool HasWork() const override { return there; }
  void RunWork() override {
    there = false;
    ++done;
  }
  std::atomic<bool> there = false;
  int done = 0;
};

TEST_F(LeaderTest, AWaitingThreadDoesItsNestedWork) {
  Leader::Slot slot;
  OnePiece work;
  std::thread other([&] {
    events_.AwaitIdle();
    work.there = true;
    leader_.Nudge(slot);
    while (work.there) std::this_thread::yield();
    leader_.Fill(slot);
  });
  EXPECT_TRUE(leader_.Wait(slot, base::MonoTime::Max(), &work));
  other.join();
  EXPECT_EQ(work.done, 1);
}

}  // namespace
}  // namespace hawser::internal
