#ifndef HAWSER_BROKER_SESSION_CONTROL_LOOP_H_
#define HAWSER_BROKER_SESSION_CONTROL_LOOP_H_

// ControlLoop: the control thread: accepts, watches processes and signals, keeps the timers. It
// runs no module code and takes no lock that others hold for long. As an executor it runs tasks one
// at a time, in order.
//
// It also notices that the broker stood still (stopped, swapped out, starved): then it comes late
// to its own next timer, and says by how much before it runs what is due. Thread-safe.

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <thread>

#include "absl/container/flat_hash_map.h"
#include "broker/core/timer_queue.h"
#include "broker/session/unique_fd.h"
#include "hawser/base/mutex.h"

namespace hawser::broker {

class ControlLoop final : public base::Executor {
 public:
  // What came of `events` asked for, as epoll says it.
  using OnEvent = std::function<void(uint32_t events)>;

  // `timers` outlives it. Runs from Start to Stop.
  ControlLoop(const base::Clock& clock, TimerQueue& timers);
  ~ControlLoop() override;

  // Called with how late the loop was, if more than `stall`. Set before Start.
  void OnStall(absl::Duration stall, std::function<void(absl::Duration)> on_stall);
  void Start();
  // Tasks and events that wait are dropped. Idempotent; not from the loop.
  void Stop();

  void Post(base::Task task) override HAWSER_EXCLUDES(mu_);
  // Posts `task` and waits until it ran. Not from the loop.
  void RunAndWait(base::Task task);
  // Runs what is due without waiting for the next turn, and waits for it. For tests whose clock was
  // moved.
  void RunTimers();

  // Calls `on_event` on the loop whenever `fd` has one of `events` (EPOLLIN, ...; a hang-up always
  // counts), until Unwatch. Gives a number for Unwatch, 0 if the kernel refuses. The fd stays the
  // caller's.
  uint64_t Watch(int fd, uint32_t events, OnEvent on_event) HAWSER_EXCLUDES(mu_);
  // No call begins after it returns; from another thread than the loop, one may be under way.
  void Unwatch(uint64_t watch) HAWSER_EXCLUDES(mu_);
  // Waits until no `on_event` is under way: after Unwatch, before what the calls use is destroyed.
  // Not under a lock they take, nor from the loop.
  void AwaitEvents() HAWSER_EXCLUDES(mu_);

 private:
  struct Watched {
    int fd;
    std::shared_ptr<OnEvent> on_event;  // shared with a call under way
  };

  void Run();
  void RunDue();
  void Wake();
  void RunTasks() HAWSER_EXCLUDES(mu_);
  void Deliver(uint64_t watch, uint32_t events) HAWSER_EXCLUDES(mu_);
  int WaitMs() const HAWSER_EXCLUDES(mu_);

  const base::Clock& clock_;
  TimerQueue& timers_;
  absl::Duration stall_ = absl::InfiniteDuration();
  std::function<void(absl::Duration)> on_stall_;
  const UniqueFd epoll_;
  const UniqueFd wake_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};

  mutable base::Mutex mu_;
  std::deque<base::Task> tasks_ HAWSER_GUARDED_BY(mu_);
  absl::flat_hash_map<uint64_t, Watched> watched_ HAWSER_GUARDED_BY(mu_);
  uint64_t next_watch_ HAWSER_GUARDED_BY(mu_) = 1;
  bool delivering_ HAWSER_GUARDED_BY(mu_) = false;
  base::CondVar delivered_;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_CONTROL_LOOP_H_
