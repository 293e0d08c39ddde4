#include "tools/cli/waiter.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>

#include "absl/time/clock.h"

namespace hawser::cli {

Waiter::Waiter() : event_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
Waiter::~Waiter() { close(event_fd_); }

void Waiter::Wake() {
  uint64_t one = 1;
  // Fails only if the count is full, and then the wait ends anyway.
  [[maybe_unused]] ssize_t written = write(event_fd_, &one, sizeof(one));
}

Waiter::Woken Waiter::Wait(absl::Duration time, int watched) {
  absl::Time end = absl::Now() + time;
  while (true) {
    std::array<pollfd, 2> fds = {{{event_fd_, POLLIN, 0}, {watched, 0, 0}}};
    absl::Duration left = std::max(end - absl::Now(), absl::ZeroDuration());
    int wait_ms =
        time == absl::InfiniteDuration()
            ? -1
            : static_cast<int>(std::min<int64_t>(absl::ToInt64Milliseconds(left) + 1, INT_MAX));
    int ready = poll(fds.data(), fds.size(), wait_ms);
    if (ready < 0 && errno == EINTR) continue;
    if (fds[0].revents != 0) {
      uint64_t count = 0;
      [[maybe_unused]] ssize_t taken = read(event_fd_, &count, sizeof(count));
      return Woken::kByCall;
    }
    if (fds[1].revents != 0) return Woken::kByClosedPipe;
    if (absl::Now() >= end) return Woken::kByTime;
  }
}

}  // namespace hawser::cli
