#include "tools/cli/read_file.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "fmt/format.h"
#include "hawser/base/clock.h"
#include "hawser/collect_objects.h"
#include "tools/cli/failure.h"

namespace hawser::cli {
namespace {

absl::Status CannotRead(std::string_view name) {
  return Fail(Exit::kUsage, fmt::format("cannot read {}: {}", name, std::strerror(errno)));
}

// Waits until there is something to read, or the end; false if that is not before `until`.
bool AwaitInput(int fd, base::MonoTime until) {
  while (true) {
    absl::Duration left = until - base::SystemClock().Now();
    if (left <= absl::ZeroDuration()) return false;
    // Rounded up, so that it does not spin through the last millisecond. An hour at most: it is
    // looked at the clock again.
    int64_t ms = absl::ToInt64Milliseconds(std::min(left, absl::Hours(1))) + 1;
    pollfd input = {.fd = fd, .events = POLLIN};
    int ready = poll(&input, 1, static_cast<int>(ms));
    // What is wrong with it is said by read.
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
  }
}

}  // namespace

absl::StatusOr<std::string> ReadAll(int fd, std::string_view name, absl::Duration within) {
  const base::MonoTime until = base::SystemClock().Now() + within;
  std::string content;
  std::string piece(1 << 16, '\0');
  while (true) {
    if (!AwaitInput(fd, until)) {
      return Fail(Exit::kDeadline,
                  fmt::format("cannot read {}: its end did not come in time", name),
                  "--timeout gives it more time");
    }
    ssize_t size = read(fd, piece.data(), piece.size());
    if (size > 0) {
      content.append(piece, 0, static_cast<size_t>(size));
      if (content.size() > kMostRead) {
        return Fail(Exit::kUsage,
                    fmt::format("cannot read {}: it has more than {} MiB", name, kMostRead >> 20),
                    fmt::format("a message may have {} MiB", ValueLimits::kMaxBytes >> 20));
      }
    } else if (size == 0) {
      return content;
    } else if (errno != EINTR && errno != EAGAIN) {
      return CannotRead(name);
    }
  }
}

absl::StatusOr<std::string> ReadFile(const std::string& path, absl::Duration within) {
  // A pipe with a name would else be waited for in here until somebody writes to it.
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return CannotRead(path);
  absl::StatusOr<std::string> content = ReadAll(fd, path, within);
  close(fd);
  return content;
}

}  // namespace hawser::cli
