#ifndef TOOLS_CLI_READ_FILE_H_
#define TOOLS_CLI_READ_FILE_H_

// What a file, a pipe or a terminal has to give, whole.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace hawser::cli {

// More than any message may have, so that what never ends fails before memory does.
inline constexpr size_t kMostRead = size_t{64} << 20;

// Exit::kUsage "cannot read NAME: why", also where there is more than kMostRead. Exit::kDeadline if
// the end has not come `within` that time, as that of a pipe may not.
absl::StatusOr<std::string> ReadAll(int fd, std::string_view name, absl::Duration within);
absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     absl::Duration within = absl::InfiniteDuration());

}  // namespace hawser::cli

#endif  // TOOLS_CLI_READ_FILE_H_
