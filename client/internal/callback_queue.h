#ifndef CLIENT_INTERNAL_CALLBACK_QUEUE_H_
#define CLIENT_INTERNAL_CALLBACK_QUEUE_H_

// CallbackQueue: everything of one session that runs code of the program: calls of its callbacks,
// continuations, notices. One item runs at a time, in order, on a thread of its own that exists
// from the first item on, or in Poll. While an item waits in a synchronous call, callbacks that
// somebody waits for run inside that wait, in order among themselves: see NestedWork.
//
// What an item throws ends at the queue, which reports it: the thread it would go through is not the
// program's.
//
// Thread-safe. Shared: its thread holds it. Its lock is a leaf but for Leader's.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "client/internal/leader.h"
#include "hawser/base/clock.h"
#include "hawser/base/executor.h"
#include "hawser/base/mutex.h"
#include "hawser/error.h"

namespace hawser::internal {

class CallbackQueue final : public base::Executor,
                            public NestedWork,
                            public std::enable_shared_from_this<CallbackQueue> {
 public:
  enum class RunsOn { kThread, kPoll };

  // ConnectOptions::on_callback_error.
  using ErrorHandler = std::function<void(const Error& error, std::string_view site)>;

  // `leader` is borrowed: it is used only while a thread that waits there is announced.
  static std::shared_ptr<CallbackQueue> Make(RunsOn runs_on, Leader& leader,
                                             ErrorHandler on_error) {
    return std::shared_ptr<CallbackQueue>(new CallbackQueue(runs_on, leader, std::move(on_error)));
  }
  ~CallbackQueue() override;

  // A piece of work that is no call of the peer.
  void Post(base::Task task) override { Add({std::move(task), What::kTask}); }
  // The same, for work that enters the program. `site`, a literal, says which if it throws.
  void Post(base::Task task, const char* site) { Add({std::move(task), What::kTask, site}); }
  // A call of the peer. `awaited`: the peer waits for its answer, so it may run nested.
  void PostCall(base::Task task, bool awaited) {
    Add({std::move(task), awaited ? What::kAwaitedCall : What::kCall});
  }

  // Destroys what the task holds where items run; at once if the session is over and nothing runs
  // there any more.
  void PostDrop(base::Task holder) { Add({std::move(holder), What::kDrop}); }

  // Tells the program of an error nobody awaits. Where items run.
  void Report(const Error& error, std::string_view site) const noexcept;

  // Runs what is there, on this thread, and gives how many; waits up to `wait` for the first. What
  // is only dropped does not count. 0 at once on a thread that runs an item, while another thread
  // polls, and after Close.
  int Poll(absl::Duration wait) HAWSER_EXCLUDES(mu_);

  // Items run only when the program polls.
  bool polled() const { return runs_on_ == RunsOn::kPoll; }
  // True on the thread that runs an item of this queue now.
  bool RunsHere() const;
  // ... and if that is a call of the peer: calls made now are nested.
  bool InCallHere() const;
  // ... and if it is nested deeper than kMaxNested: it must be refused instead of run.
  bool TooDeepHere() const;
  // Calls inside calls on one stack. Further ones wait for one of these to end; if none does for
  // kStuckFor, they are refused: they may be what those wait for.
  static constexpr int kMaxNested = 32;
  static constexpr absl::Duration kStuckFor = absl::Seconds(5);
  // Sees to that; gives when to come again.
  base::MonoTime KeepMoving(base::MonoTime now) HAWSER_EXCLUDES(mu_);

  // NestedWork, for the thread that runs an item. With kPoll, while none does, for the thread that
  // polled last, so that callbacks stay on the thread the program chose for them; or for any if
  // none ever polled, or a program with one thread would wait for itself.
  bool HasWork() const override;
  void RunWork() override HAWSER_EXCLUDES(mu_);
  // The work that a thread which is about to wait on `slot` should do meanwhile; null if it is none
  // of its business. Unless null, Withdraw(slot) must follow.
  NestedWork* Announce(Leader::Slot& slot) HAWSER_EXCLUDES(mu_);
  void Withdraw(Leader::Slot& slot) HAWSER_EXCLUDES(mu_);

  // What is queued runs still, then the thread ends; further items start it again.
  void Close() HAWSER_EXCLUDES(mu_);
  // Nobody will poll any more: with kPoll, drops what is queued and what comes.
  void Abandon() HAWSER_EXCLUDES(mu_);
  // Waits until the thread has ended, and who polls has run its item; or for `at_most`. Does
  // nothing inside an item, which would wait for itself.
  void AwaitEnd(absl::Duration at_most) HAWSER_EXCLUDES(mu_);

  // Those that Poll would count.
  size_t waiting() const HAWSER_EXCLUDES(mu_);

 private:
  enum class What : uint8_t { kTask, kCall, kAwaitedCall, kDrop };
  struct Item {
    base::Task task;
    What what = What::kTask;
    const char* site = "";
  };

  CallbackQueue(RunsOn runs_on, Leader& leader, ErrorHandler on_error)
      : runs_on_(runs_on), leader_(leader), on_error_(std::move(on_error)) {}

  void Add(Item item) HAWSER_EXCLUDES(mu_);
  void Run(Item item) noexcept HAWSER_EXCLUDES(mu_);
  void RunThread() HAWSER_EXCLUDES(mu_);
  Item TakeFront() HAWSER_REQUIRES(mu_);
  void BeginPolling() HAWSER_REQUIRES(mu_);
  void EndPolling() HAWSER_REQUIRES(mu_);
  // Whether `thread` may run awaited calls while no thread runs an item.
  bool MayRunOn(std::thread::id thread) const;
  // The stack holds as many calls as it may, or one less again.
  void SetFull(bool full) HAWSER_REQUIRES(mu_);
  // Has the thread that waits deepest, of those that may run them, look for awaited calls.
  void NudgeWaiting() HAWSER_REQUIRES(mu_);

  const RunsOn runs_on_;
  Leader& leader_;
  const ErrorHandler on_error_;
  std::atomic<int> awaited_calls_{0};  // in items_; changed under mu_

  mutable base::Mutex mu_;
  base::CondVar changed_;
  std::deque<Item> items_ HAWSER_GUARDED_BY(mu_);
  bool has_thread_ HAWSER_GUARDED_BY(mu_) = false;
  std::atomic<bool> polling_{false};  // changed under mu_
  std::thread::id polling_thread_ HAWSER_GUARDED_BY(mu_);
  std::atomic<std::thread::id> last_poller_{{}};  // changed under mu_
  bool closed_ HAWSER_GUARDED_BY(mu_) = false;
  bool abandoned_ HAWSER_GUARDED_BY(mu_) = false;
  bool full_ HAWSER_GUARDED_BY(mu_) = false;
  // When awaited calls began to wait because it is full.
  base::MonoTime full_since_ HAWSER_GUARDED_BY(mu_) = base::MonoTime::Max();
  std::atomic<bool> stuck_{false};  // full for too long; changed under mu_
  // Deeper ones of a thread after the others.
  struct Waiting {
    Leader::Slot* slot;
    std::thread::id thread;
  };
  std::vector<Waiting> announced_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_CALLBACK_QUEUE_H_
