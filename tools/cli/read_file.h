#ifndef TOOLS_CLI_READ_FILE_H_
#define TOOLS_CLI_READ_FILE_H_

// What a file, a pipe or a terminal has to give, whole.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace hawser::cli {

// Exit::kUsage "cannot read NAME: why".
absl::StatusOr<std::string> ReadAll(int fd, std::string_view name);
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_READ_FILE_H_
