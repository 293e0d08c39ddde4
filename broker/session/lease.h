#ifndef HAWSER_BROKER_SESSION_LEASE_H_
#define HAWSER_BROKER_SESSION_LEASE_H_

// Lease: a session's time to live. Renewed by each packet received; over when none came for its
// TTL.
//
//   attached --(connection lost)--> detached --(attach)--> attached
//   attached, detached --(TTL over, or session ended)--> expired, for ever
//
// Renewal and expiry are decided under one lock: a renewal is either accepted, and the lease is
// then not over before a whole TTL; or refused, and then it is over already.

#include <atomic>
#include <cstdint>
#include <string_view>

#include "absl/time/time.h"
#include "hawser/base/clock.h"
#include "hawser/base/mutex.h"

namespace hawser::broker {

// Steady time without the time the broker itself stood still: what leases go by. Thread-safe.
class LeaseClock {
 public:
  // `reader_stall`, `settle`: see BrokerLimits.
  explicit LeaseClock(const base::Clock& clock,
                      absl::Duration reader_stall = absl::InfiniteDuration(),
                      absl::Duration settle = absl::ZeroDuration())
      : clock_(clock), reader_stall_(reader_stall), settle_(settle) {}

  base::MonoTime Now() const;
  // The broker stood still for `stall`: every lease gets as much more.
  void Credit(absl::Duration stall) {
    credit_ns_.fetch_add(absl::ToInt64Nanoseconds(stall), std::memory_order_acq_rel);
  }
  absl::Duration credit() const { return absl::Nanoseconds(credit_ns_.load()); }
  // The thread that reads for all sessions begins, or is done with, one piece of work. While one
  // takes long, what keeps the leases lies unread: the broker stands still. Called by that thread
  // only.
  void ReaderBegins() { reading_since_ns_.store(clock_.Now().ns, std::memory_order_release); }
  void ReaderDone();

 private:
  // How long the piece of work in hand takes already; zero if not long.
  absl::Duration ReaderStall(base::MonoTime now) const;

  const base::Clock& clock_;
  const absl::Duration reader_stall_;
  const absl::Duration settle_;
  std::atomic<int64_t> credit_ns_{0};
  std::atomic<int64_t> reading_since_ns_{INT64_MAX};
};

// Thread-safe; its lock is a leaf.
class Lease {
 public:
  enum class State { kAttached, kDetached, kExpired };

  // Detached, with a whole TTL before it. `clock` outlives it.
  Lease(const LeaseClock& clock, absl::Duration ttl);

  absl::Duration ttl() const { return ttl_; }

  // A packet came. False: the lease is over, and nothing changed.
  bool Renew() HAWSER_EXCLUDES(mu_);
  // The same, and a connection is there (is there no more).
  bool Attach() HAWSER_EXCLUDES(mu_);
  void Detach() HAWSER_EXCLUDES(mu_);
  // The session ended for another reason: no renewal is accepted any more.
  void End() HAWSER_EXCLUDES(mu_);

  // Expires the lease if its time is over. Gives how long it has still to live; zero if it is over.
  absl::Duration Judge() HAWSER_EXCLUDES(mu_);

  State state() const HAWSER_EXCLUDES(mu_);
  // Time to live left, without judging; never below zero.
  absl::Duration left() const HAWSER_EXCLUDES(mu_);

 private:
  const LeaseClock& clock_;
  const absl::Duration ttl_;
  mutable base::Mutex mu_;
  State state_ HAWSER_GUARDED_BY(mu_) = State::kDetached;
  base::MonoTime expires_ HAWSER_GUARDED_BY(mu_);
};

// "attached", "detached", "expired".
std::string_view LeaseStateName(Lease::State state);

// The TTL granted to a client that wishes for `wish_ms` (0: none in particular).
absl::Duration GrantTtl(uint32_t wish_ms, absl::Duration standard, absl::Duration least,
                        absl::Duration most);

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_LEASE_H_
