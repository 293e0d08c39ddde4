#include "hawser/base/clock.h"

#include <time.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace hawser::base {
namespace {

class RealClock final : public Clock {
 public:
  MonoTime Now() const override {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return MonoTime{int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec};
  }

  absl::Time WallNow() const override { return absl::Now(); }
};

}  // namespace

Clock& SystemClock() {
  static RealClock clock;
  return clock;
}

}  // namespace hawser::base
