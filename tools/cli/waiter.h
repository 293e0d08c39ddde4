#ifndef TOOLS_CLI_WAITER_H_
#define TOOLS_CLI_WAITER_H_

// Waiter: one thread sleeps, others wake it; it also notices that nobody reads what the command
// writes any more. Thread-safe; one thread waits.

#include "absl/time/time.h"

namespace hawser::cli {

class Waiter {
 public:
  Waiter();
  ~Waiter();
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // Ends the wait under way, or the next one.
  void Wake();

  enum class Woken { kByCall, kByTime, kByClosedPipe };
  // `watched` is a descriptor that is written to, such as 1: when it is a pipe and its reader is
  // gone, the wait ends. -1: none.
  Woken Wait(absl::Duration time, int watched = -1);

 private:
  const int event_fd_;
};

}  // namespace hawser::cli

#endif  // TOOLS_CLI_WAITER_H_
