#ifndef CLIENT_INTERNAL_LEADER_H_
#define CLIENT_INTERNAL_LEADER_H_

// Leader: who waits for the session's events. One thread leads at a time; the others wait on their
// own slots. A thread that waits for an answer leads itself if nobody does, so that a loop of
// synchronous calls never changes threads. Whoever handles an answer fills its slot and wakes its
// owner; a leader that got what it waited for passes the lead to one that still waits, if there is
// one.
//
// The reader is the session's own thread. It leads when nobody else has for a millisecond, steps
// down when it has served a waiter, and keeps house meanwhile: see Housekeeping. While others lead
// it looks once a millisecond, and not even that during one long lead.
//
// Thread-safe. Its lock is a leaf: nothing is called under it but EventSource::Wake.

#include <atomic>
#include <cstdint>
#include <deque>
#include <thread>

#include "absl/time/time.h"
#include "client/internal/event_source.h"
#include "hawser/base/clock.h"
#include "hawser/base/mutex.h"

namespace hawser::internal {

// What the reader does besides reading.
class Housekeeping {
 public:
  // Does what is due and gives when to come again. Called often: must be cheap when nothing is due.
  virtual base::MonoTime KeepHouse() = 0;
  // True when the reader should end. Called by the reader only, after KeepHouse.
  virtual bool finished() = 0;

 protected:
  ~Housekeeping() = default;
};

// Work that a waiting thread does meanwhile: callbacks that run nested in a synchronous call.
class NestedWork {
 public:
  virtual bool HasWork() const = 0;
  // Does a piece of it; may wait on other slots.
  virtual void RunWork() = 0;

 protected:
  ~NestedWork() = default;
};

class Leader {
 public:
  // What one thread waits on. Lives on its stack.
  class Slot {
   public:
    bool filled() const { return filled_.load(std::memory_order_acquire); }

   private:
    friend class Leader;
    std::atomic<bool> filled_{false};
    bool asleep_ = false;  // under the leader's lock, as is what follows
    bool nudged_ = false;
    base::CondVar wake_;
  };

  // All borrowed, outlive the leader.
  Leader(EventSource& events, const base::Clock& clock) : events_(events), clock_(clock) {}

  // Waits until the slot is filled, or until `until`. True if it is filled. With `nested`, does
  // that work meanwhile. After Stop nobody leads, and it only waits.
  bool Wait(Slot& slot, base::MonoTime until = base::MonoTime::Max(), NestedWork* nested = nullptr)
      HAWSER_EXCLUDES(mu_);
  // The slot must live until this returns, which its owner's Wait ensures.
  void Fill(Slot& slot) HAWSER_EXCLUDES(mu_);
  // Has the owner of the slot, if it waits, look at its nested work.
  void Nudge(Slot& slot) HAWSER_EXCLUDES(mu_);

  // The reader's life, on the calling thread. Ends when `house` is finished; from then on nobody
  // leads.
  void RunReader(Housekeeping& house) HAWSER_EXCLUDES(mu_);
  // Has the reader keep house soon. Under any lock.
  void PokeReader() HAWSER_EXCLUDES(mu_);

  // The reader sleeps, without ticking, until the one who leads is done or it is poked. For tests.
  bool reader_sleeps() const HAWSER_EXCLUDES(mu_);
  // How often it has kept house.
  uint64_t rounds() const { return rounds_.load(std::memory_order_acquire); }

  // True on a thread that leads now, in this or any other session: it may hold up its session's
  // events, so it must not wait for them other than by Wait.
  static bool LeadsHere();

 private:
  using Waiters = std::deque<Slot*>;

  bool stopped() const { return stopped_.load(std::memory_order_acquire); }
  void Lead(Slot& slot, base::MonoTime until, NestedWork* nested);
  void StepDown() HAWSER_REQUIRES(mu_);
  // Wakes one that still waits, to lead. False if nobody does.
  bool WakeNext() HAWSER_REQUIRES(mu_);
  absl::Duration Until(base::MonoTime time) const { return time - clock_.Now(); }
  void ReaderLeads(base::MonoTime due) HAWSER_REQUIRES(mu_);
  void ReaderRests(base::MonoTime due) HAWSER_REQUIRES(mu_);

  EventSource& events_;
  const base::Clock& clock_;

  mutable base::Mutex mu_;
  std::atomic<bool> stopped_{false};
  bool leading_ HAWSER_GUARDED_BY(mu_) = false;
  // The slot of the thread that leads; null if nobody does, or the reader.
  Slot* leading_slot_ HAWSER_GUARDED_BY(mu_) = nullptr;
  std::thread::id leading_thread_ HAWSER_GUARDED_BY(mu_);
  // Leads taken by threads that wait, so that the reader sees whether there were any.
  uint64_t leads_ HAWSER_GUARDED_BY(mu_) = 0;
  Waiters waiters_ HAWSER_GUARDED_BY(mu_);

  // The reader.
  base::CondVar reader_wake_;
  std::atomic<bool> reader_poked_{false};
  std::atomic<uint64_t> rounds_{0};
  std::atomic<bool> reader_served_{false};  // it filled a slot while it led
  bool reader_leads_ HAWSER_GUARDED_BY(mu_) = false;
  bool reader_waits_for_lead_ HAWSER_GUARDED_BY(mu_) = false;  // sleeps through one long lead
  // The value of leads_ for which a millisecond passed without a new one.
  uint64_t quiet_since_ HAWSER_GUARDED_BY(mu_) = UINT64_MAX;
};

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_LEADER_H_
