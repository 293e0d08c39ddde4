#include "broker/session/lease.h"

#include <algorithm>

namespace hawser::broker {

absl::Duration LeaseClock::ReaderStall(base::MonoTime now) const {
  int64_t since_ns = reading_since_ns_.load(std::memory_order_acquire);
  if (since_ns == INT64_MAX) return absl::ZeroDuration();
  absl::Duration took = now - base::MonoTime{since_ns};
  return took > reader_stall_ ? took : absl::ZeroDuration();
}

base::MonoTime LeaseClock::Now() const {
  base::MonoTime now = clock_.Now();
  return now - ReaderStall(now) - credit();
}

void LeaseClock::ReaderDone() {
  absl::Duration stall = ReaderStall(clock_.Now());
  // In this order, so that no lease is over in between.
  if (stall > absl::ZeroDuration()) Credit(stall + settle_);
  reading_since_ns_.store(INT64_MAX, std::memory_order_release);
}

Lease::Lease(const LeaseClock& clock, absl::Duration ttl)
    : clock_(clock), ttl_(ttl), expires_(clock.Now() + ttl) {}

// A packet that comes after the lease's time but before anybody judged it still renews it: the
// client spoke, and the broker was the late one.
bool Lease::Renew() {
  base::MutexLock lock(mu_);
  if (state_ == State::kExpired) return false;
  expires_ = clock_.Now() + ttl_;
  return true;
}

bool Lease::Attach() {
  base::MutexLock lock(mu_);
  if (state_ == State::kExpired) return false;
  state_ = State::kAttached;
  expires_ = clock_.Now() + ttl_;
  return true;
}

void Lease::Detach() {
  base::MutexLock lock(mu_);
  if (state_ == State::kAttached) state_ = State::kDetached;
}

void Lease::End() {
  base::MutexLock lock(mu_);
  state_ = State::kExpired;
}

absl::Duration Lease::Judge() {
  base::MutexLock lock(mu_);
  if (state_ == State::kExpired) return absl::ZeroDuration();
  absl::Duration left = expires_ - clock_.Now();
  if (left > absl::ZeroDuration()) return left;
  state_ = State::kExpired;
  return absl::ZeroDuration();
}

Lease::State Lease::state() const {
  base::MutexLock lock(mu_);
  return state_;
}

absl::Duration Lease::left() const {
  base::MutexLock lock(mu_);
  if (state_ == State::kExpired) return absl::ZeroDuration();
  return std::max(absl::ZeroDuration(), expires_ - clock_.Now());
}

std::string_view LeaseStateName(Lease::State state) {
  switch (state) {
    case Lease::State::kAttached:
      return "attached";
    case Lease::State::kDetached:
      return "detached";
    case Lease::State::kExpired:
      break;
  }
  return "expired";
}

absl::Duration GrantTtl(uint32_t wish_ms, absl::Duration standard, absl::Duration least,
                        absl::Duration most) {
  absl::Duration ttl = wish_ms == 0 ? standard : absl::Milliseconds(wish_ms);
  return std::clamp(ttl, least, most);
}

}  // namespace hawser::broker
