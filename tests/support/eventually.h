#ifndef TESTS_SUPPORT_EVENTUALLY_H_
#define TESTS_SUPPORT_EVENTUALLY_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace hawser::tests {

// Waits until `condition` holds, for what other threads and processes do: the only way to be sure
// is to look. False if it did not within five seconds.
template <typename Condition>
bool Eventually(Condition condition) {
  for (int i = 0; i < 5000; ++i) {
    if (condition()) return true;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return condition();
}

}  // namespace hawser::tests

#endif  // TESTS_SUPPORT_EVENTUALLY_H_
