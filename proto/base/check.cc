#include "hawser/base/check.h"

#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace hawser::base {

void CheckFailed(const char* file, int line, const char* condition, std::string_view message) {
  std::array<char, 16> digits;
  const char* digits_end = std::to_chars(digits.data(), digits.data() + digits.size(), line).ptr;
  const std::array<std::string_view, 8> parts = {
      "check failed: ",
      condition,
      message.empty() ? "" : " (",
      message,
      message.empty() ? " at " : ") at ",
      file,
      ":",
      std::string_view(digits.data(), digits_end - digits.data()),
  };
  std::array<iovec, parts.size() + 1> pieces;
  for (size_t i = 0; i < parts.size(); ++i) {
    pieces[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
  }
  char newline = '\n';
  pieces.back() = {&newline, 1};
  // One write, so that the messages of two failing threads do not mix. If it fails there is nobody
  // left to tell.
  [[maybe_unused]] const ssize_t written = writev(STDERR_FILENO, pieces.data(), pieces.size());
  std::abort();
}

}  // namespace hawser::base
