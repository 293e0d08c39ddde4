#ifndef PROTO_BASE_CLOCK_H_
#define PROTO_BASE_CLOCK_H_

// Time, injected: whoever needs to know what time it is gets a Clock&, so that tests decide it.

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>

#include "absl/time/time.h"

namespace hawser::base {

// A point of steady time: nanoseconds since an arbitrary start, the same for all processes of one
// boot. Arithmetic saturates, so adding an infinite duration gives Max(), which no clock ever
// reaches.
struct MonoTime {
  int64_t ns = 0;

  static constexpr MonoTime Max() { return {std::numeric_limits<int64_t>::max()}; }
  static constexpr MonoTime Min() { return {std::numeric_limits<int64_t>::min()}; }

  friend constexpr auto operator<=>(MonoTime, MonoTime) = default;

  friend MonoTime operator+(MonoTime time, absl::Duration duration) {
    const int64_t delta_ns = absl::ToInt64Nanoseconds(duration);
    MonoTime sum;
    if (__builtin_add_overflow(time.ns, delta_ns, &sum.ns)) return delta_ns < 0 ? Min() : Max();
    return sum;
  }
  friend MonoTime operator-(MonoTime time, absl::Duration duration) { return time + -duration; }
  MonoTime& operator+=(absl::Duration duration) { return *this = *this + duration; }
  MonoTime& operator-=(absl::Duration duration) { return *this = *this - duration; }

  // The time from `b` to `a`. Max() and Min() are infinitely far from all others.
  friend absl::Duration operator-(MonoTime a, MonoTime b) {
    if (a == b) return absl::ZeroDuration();
    if (a == Max() || b == Min()) return absl::InfiniteDuration();
    if (a == Min() || b == Max()) return -absl::InfiniteDuration();
    return absl::Nanoseconds(a.ns) - absl::Nanoseconds(b.ns);
  }
};

// Tells the time. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Steady time: what leases, deadlines and timers go by. Never goes back, not even when the
  // administrator sets the clock.
  virtual MonoTime Now() const = 0;

  // The calendar's time, for display only: it may jump.
  virtual absl::Time WallNow() const = 0;
};

// The present time for one piece of work, read from the clock when it is first asked for: most work
// never asks. Thread-compatible.
class LazyNow {
 public:
  explicit LazyNow(const Clock& clock) : clock_(clock) {}
  LazyNow(const LazyNow&) = delete;
  LazyNow& operator=(const LazyNow&) = delete;

  // The same at every call.
  MonoTime Get() {
    if (!now_) now_ = clock_.Now();
    return *now_;
  }

 private:
  const Clock& clock_;
  std::optional<MonoTime> now_;
};

// The system's clock: CLOCK_MONOTONIC and the calendar. Lives for the whole process.
Clock& SystemClock();

}  // namespace hawser::base

#endif  // PROTO_BASE_CLOCK_H_
