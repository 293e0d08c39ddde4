#ifndef TESTS_SUPPORT_FAKE_CLOCK_H_
#define TESTS_SUPPORT_FAKE_CLOCK_H_

#include "absl/time/time.h"
#include "hawser/base/clock.h"
#include "hawser/base/mutex.h"

namespace hawser::tests {

// Time that passes only when a test says so. Starts at one hour, so that going back does not meet
// the start of time; the calendar starts in 2030 and moves along. Thread-safe.
class FakeClock final : public base::Clock {
 public:
  base::MonoTime Now() const override {
    base::MutexLock lock(mu_);
    return base::MonoTime{} + absl::Hours(1) + elapsed_;
  }

  absl::Time WallNow() const override {
    base::MutexLock lock(mu_);
    return absl::FromUnixSeconds(1'893'456'000) + elapsed_;
  }

  // Lets time pass. Nobody is woken: run what should have become due afterwards.
  void Advance(absl::Duration duration) {
    base::MutexLock lock(mu_);
    elapsed_ += duration;
  }

 private:
  mutable base::Mutex mu_;
  absl::Duration elapsed_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::tests

#endif  // TESTS_SUPPORT_FAKE_CLOCK_H_
