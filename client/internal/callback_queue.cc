#include "client/internal/callback_queue.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>

#include "client/internal/start_thread.h"
#include "hawser/function.h"

// Invariants, under mu_: has_thread_ or polling_ says that one thread takes items; only that thread,
// inside an item, takes awaited calls from the middle. So two items run at once only one inside the
// other.

namespace hawser::internal {
namespace {

// How soon a thread that could not be started is tried again.
constexpr absl::Duration kThreadRetry = absl::Milliseconds(100);

// An item that runs on this thread, inside the one that is `outer`.
struct Running {
  CallbackQueue* queue;
  bool in_call;
  int nested;
  const Running* outer;
};
thread_local const Running* running = nullptr;

void Print(const Error& error, std::string_view site) {
  std::fprintf(stderr, "hawser: callback %s: %s\n", std::string(site).c_str(),
               error.ToString().c_str());
}

}  // namespace

CallbackQueue::~CallbackQueue() = default;

bool CallbackQueue::RunsHere() const {
  for (const Running* item = running; item != nullptr; item = item->outer) {
    if (item->queue == this) return true;
  }
  return false;
}

bool CallbackQueue::InCallHere() const {
  for (const Running* item = running; item != nullptr; item = item->outer) {
    if (item->queue == this && item->in_call) return true;
  }
  return false;
}

bool CallbackQueue::TooDeepHere() const { return RunsHere() && running->nested > kMaxNested; }

bool CallbackQueue::HasWork() const {
  if (awaited_calls_.load(std::memory_order_acquire) == 0) return false;
  if (running != nullptr && running->nested >= kMaxNested &&
      !stuck_.load(std::memory_order_acquire)) {
    return false;
  }
  return RunsHere() ||
         (!polling_.load(std::memory_order_acquire) && MayRunOn(std::this_thread::get_id()));
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
  const Running here{this, item.what == What::kCall || item.what == What::kAwaitedCall,
                     running == nullptr ? 0 : running->nested + 1, running};
  running = &here;
  {
    base::ScopedExecutor current(this);
    try {
      // Calls refuse themselves, so that who made them hears of it.
      if (item.what != What::kTask || !abandoned()) item.task();
    } catch (...) {
      Report(CatchException(), item.site);
    }
    item.task = nullptr;  // what it holds goes where callbacks run
  }
  running = here.outer;
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
    if (!(over && (abandoned() || item.what == What::kDrop))) {
      bool awaited = item.what == What::kAwaitedCall;
      items_.push_back(std::move(item));
      if (awaited) {
        awaited_calls_.fetch_add(1, std::memory_order_acq_rel);
        NudgeWaiting();
        if (full_) leader_.PokeReader();
      }
      if (!has_thread_ && (runs_on_ == RunsOn::kThread || abandoned())) {
        StartThread();
      } else {
        changed_.NotifyAll();
      }
      return;
    }
  }
  // What is not wanted any more goes here, without the lock.
}

void CallbackQueue::StartThread() {
  has_thread_ = internal::StartThread([self = shared_from_this()] { self->RunThread(); }).ok();
  if (!has_thread_ && !closed_) leader_.PokeReader();
  wants_thread_.store(!has_thread_, std::memory_order_release);
}

void CallbackQueue::NudgeWaiting() {
  for (auto waiting = announced_.rbegin(); waiting != announced_.rend(); ++waiting) {
    if (!(polling_ ? waiting->thread == polling_thread_ : MayRunOn(waiting->thread))) continue;
    waiting->leader->Nudge(*waiting->slot);
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
  if (abandoned()) last_poller_ = std::this_thread::get_id();
  for (;;) {
    // Who polled last may still be inside an item.
    while (items_.empty() ? !closed_ : polling_.load()) changed_.Wait(mu_);
    if (items_.empty()) break;
    Item item = TakeFront();
    mu_.Unlock();
    Run(std::move(item));
    mu_.Lock();
  }
  has_thread_ = false;
  changed_.NotifyAll();
}

bool CallbackQueue::RunNow(base::Task& task) {
  std::thread::id here = std::this_thread::get_id();
  {
    base::MutexLock lock(mu_);
    if (!polled()) return false;
    while (polling_ && (abandoned() || MayRunOn(here))) changed_.Wait(mu_);
    if (!abandoned() && !MayRunOn(here)) return false;
    BeginPolling();
  }
  Run({std::move(task), What::kOwnCall});
  base::MutexLock lock(mu_);
  EndPolling();
  return true;
}

int CallbackQueue::Poll(absl::Duration wait) {
  if (RunsHere() || !polled()) return 0;
  auto now = [] { return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()); };
  absl::Duration until = now() + wait;
  int ran = 0;
  base::MutexLock lock(mu_);
  if (polling_ || abandoned()) return 0;
  last_poller_ = std::this_thread::get_id();
  BeginPolling();
  for (;;) {
    while (items_.empty() && !closed_ && !abandoned() && wait > absl::ZeroDuration()) {
      changed_.WaitFor(mu_, wait);
      wait = until - now();
    }
    // Only what is there now: a callback that causes another one must not keep the program here.
    for (size_t left = items_.size(); left > 0 && !items_.empty() && !abandoned(); --left) {
      Item item = TakeFront();
      if (item.what != What::kDrop) ++ran;
      mu_.Unlock();
      Run(std::move(item));
      mu_.Lock();
    }
    // A function that was dropped is nothing to wake the program for.
    wait = until - now();
    if (ran > 0 || closed_ || abandoned() || wait <= absl::ZeroDuration()) break;
  }
  EndPolling();
  return ran;
}

void CallbackQueue::SetFull(bool full) {
  base::MutexLock lock(mu_);
  full_ = full;
  full_since_ = base::MonoTime::Max();
  stuck_.store(false, std::memory_order_release);
  if (full && awaited_calls_ > 0) leader_.PokeReader();
}

base::MonoTime CallbackQueue::KeepMoving(base::MonoTime now) {
  base::MonoTime due = base::MonoTime::Max();
  if (wants_thread_.load(std::memory_order_acquire)) {
    base::MutexLock lock(mu_);
    if (!has_thread_) StartThread();
    if (!has_thread_) due = now + kThreadRetry;
  }
  if (awaited_calls_.load(std::memory_order_acquire) == 0) return due;
  base::MutexLock lock(mu_);
  if (!full_ || stuck_ || awaited_calls_ == 0) return due;
  if (full_since_ == base::MonoTime::Max()) full_since_ = now;
  if (now < full_since_ + kStuckFor) return std::min(due, full_since_ + kStuckFor);
  stuck_.store(true, std::memory_order_release);
  NudgeWaiting();
  return due;
}

void CallbackQueue::RunWork() {
  bool outermost = !RunsHere();
  const Running* inside = running;
  bool fills = inside != nullptr && inside->nested + 1 == kMaxNested;
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
  }
  auto set_full = [&](bool full) {
    if (!fills) return;
    SetFull(full);
    for (const Running* other = inside; other != nullptr; other = other->outer) {
      if (other->queue != this) other->queue->SetFull(full);
    }
  };
  set_full(true);
  Run(std::move(item));
  set_full(false);
  if (!outermost) return;
  base::MutexLock lock(mu_);
  EndPolling();
}

void CallbackQueue::Announce(Leader& leader, Leader::Slot& slot) {
  base::MutexLock lock(mu_);
  announced_.push_back({&leader, &slot, std::this_thread::get_id()});
}

void CallbackQueue::Withdraw(Leader::Slot& slot) {
  base::MutexLock lock(mu_);
  announced_.erase(std::find_if(announced_.begin(), announced_.end(),
                                [&](const Waiting& waiting) { return waiting.slot == &slot; }));
  // It may have been told of a call that it does not run any more.
  if (awaited_calls_ > 0) NudgeWaiting();
}

CallbackQueue::Waiter::Waiter(CallbackQueue& own, Leader& leader, Leader::Slot& slot)
    : slot_(slot) {
  if (own.polled()) queues_.push_back(&own);
  for (const Running* item = running; item != nullptr; item = item->outer) {
    if (std::find(queues_.begin(), queues_.end(), item->queue) != queues_.end()) continue;
    queues_.push_back(item->queue);
  }
  for (CallbackQueue* queue : queues_) queue->Announce(leader, slot);
}

CallbackQueue::Waiter::~Waiter() {
  for (CallbackQueue* queue : queues_) queue->Withdraw(slot_);
}

bool CallbackQueue::Waiter::HasWork() const {
  return std::any_of(queues_.begin(), queues_.end(),
                     [](const CallbackQueue* queue) { return queue->HasWork(); });
}

void CallbackQueue::Waiter::RunWork() {
  for (CallbackQueue* queue : queues_) {
    if (queue->HasWork()) {
      queue->RunWork();
      return;
    }
  }
}

void CallbackQueue::Close() {
  base::MutexLock lock(mu_);
  closed_ = true;
  changed_.NotifyAll();
}

void CallbackQueue::Abandon() {
  if (!polled()) return;
  std::deque<Item> items;  // goes without the lock
  base::MutexLock lock(mu_);
  abandoned_ = true;
  if (closed_) {
    items.swap(items_);
    awaited_calls_.store(0, std::memory_order_release);
  } else if (!items_.empty() && !has_thread_) {
    StartThread();
  }
  changed_.NotifyAll();
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
