#include "client/internal/callback_queue.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>

#include "hawser/function.h"

// Invariants, under mu_: has_thread_ or polling_ says that one thread takes items; only that thread,
// inside an item, takes awaited calls from the middle. So two items run at once only one inside the
// other.

namespace hawser::internal {
namespace {

// The item that runs on this thread.
struct Running {
  CallbackQueue* queue = nullptr;
  bool in_call = false;
  int nested = 0;
};
thread_local Running running;

void Print(const Error& error, std::string_view site) {
  std::fprintf(stderr, "hawser: callback %s: %s\n", std::string(site).c_str(),
               error.ToString().c_str());
}

}  // namespace

CallbackQueue::~CallbackQueue() = default;

bool CallbackQueue::RunsHere() const { return running.queue == this; }

bool CallbackQueue::InCallHere() const { return running.queue == this && running.in_call; }

bool CallbackQueue::TooDeepHere() const {
  return running.queue == this && running.nested > kMaxNested;
}

bool CallbackQueue::HasWork() const {
  if (awaited_calls_.load(std::memory_order_acquire) == 0) return false;
  if (RunsHere()) return running.nested < kMaxNested || stuck_.load(std::memory_order_acquire);
  return !polling_.load(std::memory_order_acquire) && MayRunOn(std::this_thread::get_id());
}

bool CallbackQueue::MayRunOn(std::thread::id thread) const {
  std::thread::id last = last_poller_.load(std::memory_order_acquire);
  return last == std::thread::id() || last == thread;
}

void CallbackQueue::Report(const Error& error, std::string_view site) const noexcept {
  if (on_error_) {
    try {
      on_error_(error, site);
      return;
    } catch (...) {
      // Both are lost otherwise.
      Print(CatchException(), "on_callback_error");
    }
  }
  Print(error, site);
}

void CallbackQueue::Run(Item item) noexcept {
  Running outer = std::exchange(
      running, Running{this, item.what == What::kCall || item.what == What::kAwaitedCall,
                       RunsHere() ? running.nested + 1 : 0});
  {
    base::ScopedExecutor current(this);
    try {
      item.task();
    } catch (...) {
      Report(CatchException(), item.site);
    }
    item.task = nullptr;  // what it holds goes where callbacks run
  }
  running = outer;
}

CallbackQueue::Item CallbackQueue::TakeFront() {
  Item item = std::move(items_.front());
  items_.pop_front();
  if (item.what == What::kAwaitedCall) awaited_calls_.fetch_sub(1, std::memory_order_acq_rel);
  return item;
}

void CallbackQueue::Add(Item item) {
  {
    base::MutexLock lock(mu_);
    bool over = closed_ && !has_thread_ && !polling_;
    if (!abandoned_ && !(over && item.what == What::kDrop)) {
      bool awaited = item.what == What::kAwaitedCall;
      items_.push_back(std::move(item));
      if (awaited) {
        awaited_calls_.fetch_add(1, std::memory_order_acq_rel);
        NudgeWaiting();
        if (full_) leader_.PokeReader();
      }
      if (runs_on_ == RunsOn::kThread && !has_thread_) {
        has_thread_ = true;
        std::thread([self = shared_from_this()] { self->RunThread(); }).detach();
      } else {
        changed_.NotifyAll();
      }
      return;
    }
  }
  // What is not wanted any more goes here, without the lock.
}

void CallbackQueue::NudgeWaiting() {
  for (auto waiting = announced_.rbegin(); waiting != announced_.rend(); ++waiting) {
    if (!(polling_ ? waiting->thread == polling_thread_ : MayRunOn(waiting->thread))) continue;
    leader_.Nudge(*waiting->slot);
    return;
  }
}

void CallbackQueue::BeginPolling() {
  polling_ = true;
  polling_thread_ = std::this_thread::get_id();
}

void CallbackQueue::EndPolling() {
  polling_ = false;
  polling_thread_ = {};
  changed_.NotifyAll();
  if (awaited_calls_ > 0) NudgeWaiting();
}

void CallbackQueue::RunThread() {
  base::MutexLock lock(mu_);
  for (;;) {
    while (items_.empty() && !closed_) changed_.Wait(mu_);
    if (items_.empty()) break;
    Item item = TakeFront();
    mu_.Unlock();
    Run(std::move(item));
    mu_.Lock();
  }
  has_thread_ = false;
  changed_.NotifyAll();
}

int CallbackQueue::Poll(absl::Duration wait) {
  if (running.queue == this || runs_on_ != RunsOn::kPoll) return 0;
  auto now = [] { return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()); };
  absl::Duration until = now() + wait;
  int ran = 0;
  base::MutexLock lock(mu_);
  if (polling_ || abandoned_) return 0;
  last_poller_ = std::this_thread::get_id();
  BeginPolling();
  for (;;) {
    while (items_.empty() && !closed_ && !abandoned_ && wait > absl::ZeroDuration()) {
      changed_.WaitFor(mu_, wait);
      wait = until - now();
    }
    // Only what is there now: a callback that causes another one must not keep the program here.
    for (size_t left = items_.size(); left > 0 && !items_.empty(); --left) {
      Item item = TakeFront();
      if (item.what != What::kDrop) ++ran;
      mu_.Unlock();
      Run(std::move(item));
      mu_.Lock();
    }
    // A function that was dropped is nothing to wake the program for.
    wait = until - now();
    if (ran > 0 || closed_ || abandoned_ || wait <= absl::ZeroDuration()) break;
  }
  EndPolling();
  return ran;
}

void CallbackQueue::SetFull(bool full) {
  full_ = full;
  full_since_ = base::MonoTime::Max();
  stuck_.store(false, std::memory_order_release);
  if (full && awaited_calls_ > 0) leader_.PokeReader();
}

base::MonoTime CallbackQueue::KeepMoving(base::MonoTime now) {
  if (awaited_calls_.load(std::memory_order_acquire) == 0) return base::MonoTime::Max();
  base::MutexLock lock(mu_);
  if (!full_ || stuck_ || awaited_calls_ == 0) return base::MonoTime::Max();
  if (full_since_ == base::MonoTime::Max()) full_since_ = now;
  base::MonoTime due = full_since_ + kStuckFor;
  if (now < due) return due;
  stuck_.store(true, std::memory_order_release);
  NudgeWaiting();
  return base::MonoTime::Max();
}

void CallbackQueue::RunWork() {
  bool outermost = !RunsHere();
  bool fills = !outermost && running.nested + 1 == kMaxNested;
  Item item;
  {
    base::MutexLock lock(mu_);
    if (outermost && (polling_ || !MayRunOn(std::this_thread::get_id()))) return;
    auto found = std::find_if(items_.begin(), items_.end(), [](const Item& candidate) {
      return candidate.what == What::kAwaitedCall;
    });
    if (found == items_.end()) return;
    item = std::move(*found);
    items_.erase(found);
    awaited_calls_.fetch_sub(1, std::memory_order_acq_rel);
    if (outermost) BeginPolling();
    if (fills) SetFull(true);
  }
  Run(std::move(item));
  if (!outermost && !fills) return;
  base::MutexLock lock(mu_);
  if (fills) SetFull(false);
  if (outermost) EndPolling();
}

NestedWork* CallbackQueue::Announce(Leader::Slot& slot) {
  if (!RunsHere() && runs_on_ != RunsOn::kPoll) return nullptr;
  base::MutexLock lock(mu_);
  announced_.push_back({&slot, std::this_thread::get_id()});
  return this;
}

void CallbackQueue::Withdraw(Leader::Slot& slot) {
  base::MutexLock lock(mu_);
  announced_.erase(std::find_if(announced_.begin(), announced_.end(),
                                [&](const Waiting& waiting) { return waiting.slot == &slot; }));
  // It may have been told of a call that it does not run any more.
  if (awaited_calls_ > 0) NudgeWaiting();
}

void CallbackQueue::Close() {
  base::MutexLock lock(mu_);
  closed_ = true;
  changed_.NotifyAll();
}

void CallbackQueue::Abandon() {
  if (runs_on_ != RunsOn::kPoll) return;
  std::deque<Item> items;
  {
    base::MutexLock lock(mu_);
    abandoned_ = true;
    items.swap(items_);
    awaited_calls_.store(0, std::memory_order_release);
    changed_.NotifyAll();
  }
}

void CallbackQueue::AwaitEnd(absl::Duration at_most) {
  auto now = [] { return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()); };
  absl::Duration until = now() + at_most;
  if (RunsHere()) return;
  base::MutexLock lock(mu_);
  while (has_thread_ || polling_) {
    if (!changed_.WaitFor(mu_, until - now())) return;
  }
}

size_t CallbackQueue::waiting() const {
  base::MutexLock lock(mu_);
  return static_cast<size_t>(std::count_if(
      items_.begin(), items_.end(), [](const Item& item) { return item.what != What::kDrop; }));
}

}  // namespace hawser::internal
