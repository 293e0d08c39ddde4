#ifndef CLIENT_INTERNAL_CALLBACK_QUEUE_H_
#define CLIENT_INTERNAL_CALLBACK_QUEUE_H_

// CallbackQueue: everything of one session that runs code of the program: calls of its callbacks,
// continuations, notices. One item runs at a time, in order, on a thread of its own that exists
// from the first item on, or in Poll. While an item waits in a synchronous call, callbacks that
// somebody waits for run inside that wait, in order among themselves: see NestedWork.
//
// A queue that is abandoned runs nothing of the program any more: its items are dropped, on a thread
// of its own, for what they hold may make calls.
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

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "client/internal/leader.h"
#include "hawser/base/clock.h"
#include "hawser/base/executor.h"
#include "hawser/base/mutex.h"
#include "hawser/error.h"

namespace hawser::internal {

class CallbackQueue final : public base::Executor,
                            public std::enable_shared_from_this<CallbackQueue> {
 public:
  enum class RunsOn { kThread, kPoll };

  // ConnectOptions::on_callback_error.
  using ErrorHandler = std::function<void(const Error& error, std::string_view site)>;

  // `leader` is borrowed: it outlives the session's calls.
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
  // With kPoll: runs a call made by the program itself, on this thread, if awaited calls may run in
  // its waits: a program with one thread would wait for itself. False: `task` is still to be posted.
  bool RunNow(base::Task& task) HAWSER_EXCLUDES(mu_);

  // Tells the program of an error nobody awaits. Where items run.
  void Report(const Error& error, std::string_view site) const noexcept;

  // Runs what is there, on this thread, and gives how many; waits up to `wait` for the first. What
  // is only dropped does not count. 0 at once on a thread that runs an item, while another thread
  // polls, and after Close.
  int Poll(absl::Duration wait) HAWSER_EXCLUDES(mu_);

  // Items run only when the program polls.
  bool polled() const { return runs_on_ == RunsOn::kPoll; }
  // True on the thread that runs an item of this queue now, perhaps with items of other queues
  // inside it.
  bool RunsHere() const;
  // ... and if that is a call of the peer: calls made now are nested.
  bool InCallHere() const;
  // ... and if it is nested deeper than kMaxNested: it must be refused instead of run.
  bool TooDeepHere() const;
  // The program cannot run anything any more: calls must be refused.
  bool abandoned() const { return abandoned_.load(std::memory_order_acquire); }
  // Calls inside calls on one stack, of all queues. Further ones wait for one of these to end; if
  // none does for kStuckFor, they are refused: they may be what those wait for.
  static constexpr int kMaxNested = 32;
  static constexpr absl::Duration kStuckFor = absl::Seconds(5);
  // Sees to that, and to a thread that could not be started; gives when to come again.
  base::MonoTime KeepMoving(base::MonoTime now) HAWSER_EXCLUDES(mu_);

  // The work that a thread which is about to wait on `slot` should do meanwhile: awaited calls of
  // the queues whose items it runs. With kPoll, while no thread runs an item, those of `own` too on
  // the thread that polled last, so that callbacks stay on the thread the program chose for them;
  // or on any if none ever polled, or a program with one thread would wait for itself.
  class Waiter final : public NestedWork {
   public:
    // All borrowed.
    Waiter(CallbackQueue& own, Leader& leader, Leader::Slot& slot);
    ~Waiter();
    // Null if there can be none.
    NestedWork* work() { return queues_.empty() ? nullptr : this; }
    bool HasWork() const override;
    void RunWork() override;

   private:
    Leader::Slot& slot_;
    absl::InlinedVector<CallbackQueue*, 2> queues_;
  };
  bool HasWork() const;
  void RunWork() HAWSER_EXCLUDES(mu_);

  // What is queued runs still, then the thread ends; further items start it again.
  void Close() HAWSER_EXCLUDES(mu_);
  // Nobody will poll any more: with kPoll, drops what is queued and what comes; here, if the queue
  // is closed.
  void Abandon() HAWSER_EXCLUDES(mu_);
  // Waits until the thread has ended, and who polls has run its item; or for `at_most`. Does
  // nothing inside an item, which would wait for itself.
  void AwaitEnd(absl::Duration at_most) HAWSER_EXCLUDES(mu_);

  // Those that Poll would count.
  size_t waiting() const HAWSER_EXCLUDES(mu_);

 private:
  enum class What : uint8_t { kTask, kOwnCall, kCall, kAwaitedCall, kDrop };
  struct Item {
    base::Task task;
    What what = What::kTask;
    const char* site = "";
  };

  CallbackQueue(RunsOn runs_on, Leader& leader, ErrorHandler on_error)
      : runs_on_(runs_on), leader_(leader), on_error_(std::move(on_error)) {}

  void Add(Item item) HAWSER_EXCLUDES(mu_);
  void Announce(Leader& leader, Leader::Slot& slot) HAWSER_EXCLUDES(mu_);
  void Withdraw(Leader::Slot& slot) HAWSER_EXCLUDES(mu_);
  // Without a thread, for the system gives none, the reader tries again.
  void StartThread() HAWSER_REQUIRES(mu_);
  void Run(Item item) noexcept HAWSER_EXCLUDES(mu_);
  void RunThread() HAWSER_EXCLUDES(mu_);
  Item TakeFront() HAWSER_REQUIRES(mu_);
  void BeginPolling() HAWSER_REQUIRES(mu_);
  void EndPolling() HAWSER_REQUIRES(mu_);
  // Whether `thread` may run awaited calls while no thread runs an item.
  bool MayRunOn(std::thread::id thread) const;
  // The stack holds as many calls as it may, or one less again.
  void SetFull(bool full) HAWSER_EXCLUDES(mu_);
  // Has the thread that waits deepest, of those that may run them, look for awaited calls.
  void NudgeWaiting() HAWSER_REQUIRES(mu_);

  const RunsOn runs_on_;
  Leader& leader_;
  const ErrorHandler on_error_;
  std::atomic<int> awaited_calls_{0};      // in items_; changed under mu_
  std::atomic<bool> wants_thread_{false};  // and has none; changed under mu_

  mutable base::Mutex mu_;
  base::CondVar changed_;
  std::deque<Item> items_ HAWSER_GUARDED_BY(mu_);
  bool has_thread_ HAWSER_GUARDED_BY(mu_) = false;
  std::atomic<bool> polling_{false};  // changed under mu_
  std::thread::id polling_thread_ HAWSER_GUARDED_BY(mu_);
  std::atomic<std::thread::id> last_poller_{{}};  // changed under mu_
  bool closed_ HAWSER_GUARDED_BY(mu_) = false;
  std::atomic<bool> abandoned_{false};  // changed under mu_
  bool full_ HAWSER_GUARDED_BY(mu_) = false;
  // When awaited calls began to wait because it is full.
  base::MonoTime full_since_ HAWSER_GUARDED_BY(mu_) = base::MonoTime::Max();
  std::atomic<bool> stuck_{false};  // full for too long; changed under mu_
  // Deeper ones of a thread after the others.
  struct Waiting {
    Leader* leader;
    Leader::Slot* slot;
    std::thread::id thread;
  };
  std::vector<Waiting> announced_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_CALLBACK_QUEUE_H_
