#include "tools/cli/read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "fmt/format.h"
#include "tools/cli/failure.h"

namespace hawser::cli {
namespace {

absl::Status CannotRead(std::string_view name) {
  return Fail(Exit::kUsage, fmt::format("cannot read {}: {}", name, std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::string> ReadAll(int fd, std::string_view name) {
  std::string content;
  std::string piece(1 << 16, '\0');
  while (true) {
    ssize_t size = read(fd, piece.data(), piece.size());
    if (size > 0) {
      content.append(piece, 0, static_cast<size_t>(size));
    } else if (size == 0) {
      return content;
    } else if (errno != EINTR) {
      return CannotRead(name);
    }
  }
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return CannotRead(path);
  absl::StatusOr<std::string> content = ReadAll(fd, path);
  close(fd);
  return content;
}

}  // namespace hawser::cli
