#include "client/internal/leader.h"

#include <algorithm>

// Invariants, under mu_:
//   - leading_ says that exactly one thread is between taking and giving back the lead; only that
//     thread is in EventSource::RunOne.
//   - A slot in waiters_ belongs to a thread inside Wait; its owner takes it out itself.
//   - If nobody leads and somebody waits, one of the waiters was woken and has not looked yet: who
//     steps down wakes one, and who was woken but does not lead wakes the next.
// A slot is filled under mu_, and its owner takes mu_ once more before it returns: so a slot on the
// owner's stack outlives whoever fills it.

namespace hawser::internal {
namespace {

// How long nobody must have led before the reader does. Shorter, and it would get in the way of a
// program that makes one call after the other; longer, and callbacks would come late.
constexpr absl::Duration kReaderPause = absl::Milliseconds(1);

thread_local int leads_here = 0;

}  // namespace

bool Leader::LeadsHere() { return leads_here > 0; }

bool Leader::Wait(Slot& slot, base::MonoTime until, NestedWork* nested) {
  base::MutexLock lock(mu_);
  while (!slot.filled()) {
    if (nested != nullptr && nested->HasWork()) {
      slot.nudged_ = false;
      mu_.Unlock();
      nested->RunWork();
      mu_.Lock();
      continue;
    }
    if (until != base::MonoTime::Max() && clock_.Now() >= until) break;
    if (!leading_ && !stopped()) {
      leading_ = true;
      leading_slot_ = &slot;
      leading_thread_ = std::this_thread::get_id();
      ++leads_;
      mu_.Unlock();
      Lead(slot, until, nested);
      mu_.Lock();
      StepDown();
      continue;
    }
    if (slot.nudged_) {
      slot.nudged_ = false;
      continue;
    }
    waiters_.push_back(&slot);
    slot.asleep_ = true;
    if (until == base::MonoTime::Max()) {
      slot.wake_.Wait(mu_);
    } else {
      slot.wake_.WaitFor(mu_, Until(until));
    }
    slot.asleep_ = false;
    waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &slot));
  }
  // This thread may be the one that was woken to lead.
  if (!leading_) WakeNext();
  return slot.filled();
}

void Leader::Lead(Slot& slot, base::MonoTime until, NestedWork* nested) {
  ++leads_here;
  while (!slot.filled() && !stopped()) {
    absl::Duration left = absl::InfiniteDuration();
    if (until != base::MonoTime::Max()) {
      left = Until(until);
      if (left <= absl::ZeroDuration()) break;
    }
    events_.RunOne(left);
    if (nested != nullptr && nested->HasWork()) break;
  }
  --leads_here;
}

void Leader::StepDown() {
  leading_ = false;
  leading_slot_ = nullptr;
  leading_thread_ = {};
  if (!WakeNext() && (reader_waits_for_lead_ || stopped())) reader_wake_.NotifyOne();
}

bool Leader::WakeNext() {
  for (Slot* waiter : waiters_) {
    if (waiter->filled()) continue;
    waiter->wake_.NotifyOne();
    return true;
  }
  return false;
}

void Leader::Fill(Slot& slot) {
  base::MutexLock lock(mu_);
  slot.filled_.store(true, std::memory_order_release);
  if (slot.asleep_) {
    slot.wake_.NotifyOne();
    if (reader_leads_) reader_served_.store(true, std::memory_order_relaxed);
  } else if (leading_slot_ == &slot && leading_thread_ != std::this_thread::get_id()) {
    events_.Wake();
  }
}

void Leader::Nudge(Slot& slot) {
  base::MutexLock lock(mu_);
  slot.nudged_ = true;
  if (slot.asleep_) {
    slot.wake_.NotifyOne();
  } else if (leading_slot_ == &slot && leading_thread_ != std::this_thread::get_id()) {
    events_.Wake();
  }
}

void Leader::PokeReader() {
  if (reader_poked_.exchange(true, std::memory_order_acq_rel)) return;
  base::MutexLock lock(mu_);
  if (reader_leads_) {
    if (leading_thread_ != std::this_thread::get_id()) events_.Wake();
  } else {
    reader_wake_.NotifyOne();
  }
}

void Leader::RunReader(Housekeeping& house) {
  for (;;) {
    reader_poked_.store(false, std::memory_order_release);
    base::MonoTime due = house.KeepHouse();
    rounds_.fetch_add(1, std::memory_order_acq_rel);
    if (house.finished()) break;
    base::MutexLock lock(mu_);
    if (reader_poked_.load(std::memory_order_acquire)) continue;
    if (!leading_ && quiet_since_ == leads_) {
      ReaderLeads(due);
    } else {
      ReaderRests(due);
    }
  }
  base::MutexLock lock(mu_);
  stopped_.store(true, std::memory_order_release);
  while (leading_) {
    events_.Wake();
    reader_wake_.WaitFor(mu_, absl::Milliseconds(10));
  }
  for (Slot* waiter : waiters_) waiter->wake_.NotifyOne();
}

bool Leader::reader_sleeps() const {
  base::MutexLock lock(mu_);
  return reader_waits_for_lead_;
}

void Leader::ReaderLeads(base::MonoTime due) {
  leading_ = true;
  reader_leads_ = true;
  leading_thread_ = std::this_thread::get_id();
  reader_served_.store(false, std::memory_order_relaxed);
  mu_.Unlock();
  ++leads_here;
  while (!reader_served_.load(std::memory_order_relaxed) &&
         !reader_poked_.load(std::memory_order_acquire)) {
    absl::Duration left = due == base::MonoTime::Max() ? absl::InfiniteDuration() : Until(due);
    if (left <= absl::ZeroDuration()) break;
    events_.RunOne(left);
  }
  --leads_here;
  mu_.Lock();
  reader_leads_ = false;
  // Who was served is likely to call again, and then leads itself.
  if (reader_served_.load(std::memory_order_relaxed)) quiet_since_ = UINT64_MAX;
  StepDown();
}

void Leader::ReaderRests(base::MonoTime due) {
  uint64_t seen = leads_;
  absl::Duration left = due == base::MonoTime::Max() ? absl::InfiniteDuration() : Until(due);
  if (left <= absl::ZeroDuration()) return;
  if (leading_ && quiet_since_ == leads_) {
    // One lead took the whole last millisecond: nothing to look for before it ends.
    reader_waits_for_lead_ = true;
    if (left == absl::InfiniteDuration()) {
      reader_wake_.Wait(mu_);
    } else {
      reader_wake_.WaitFor(mu_, left);
    }
    reader_waits_for_lead_ = false;
    return;
  }
  bool notified = reader_wake_.WaitFor(mu_, std::min(left, kReaderPause));
  if (!notified && left >= kReaderPause && leads_ == seen) quiet_since_ = seen;
}

}  // namespace hawser::internal
