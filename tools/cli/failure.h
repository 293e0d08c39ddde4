#ifndef TOOLS_CLI_FAILURE_H_
#define TOOLS_CLI_FAILURE_H_

// How a command fails: an absl::Status that also carries the exit code of the process and hints,
// one line each, that say what to try. The exit codes are part of what scripts rely on; docs/cli.md
// lists them.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace hawser::cli {

enum class Exit : int {
  kOk = 0,
  kRaised = 1,        // the remote method raised an error, or the output cannot be written
  kUsage = 2,         // the command line is wrong
  kNotFound = 3,      // no such object or member
  kUnreachable = 4,   // cannot connect
  kDeadline = 5,      // the time given with --timeout is over
  kDenied = 6,        // policy, be it a module's: that cannot be told from the broker's
  kExpired = 7,       // the lease or handle is gone
  kThreshold = 8,     // wait: not in time; health: not serving; plugin check: refused
  kSkew = 9,          // the broker is of a version that does not fit
  kInterrupted = 130  // Ctrl-C
};

struct ExitMeaning {
  Exit exit;
  std::string_view meaning;
};
// All of them, in order, for help and docs.
std::span<const ExitMeaning> ExitMeanings();

// Not OK. `hint` may be empty, or several lines.
absl::Status Fail(Exit exit, std::string_view message, std::string_view hint = {});
// `status` with one more hint; an OK one stays OK.
absl::Status WithHint(absl::Status status, std::string_view hint);
// `status` with another exit code, unless it is OK.
absl::Status WithExit(absl::Status status, Exit exit);

// `status` with `prefix` before its message; an OK one stays OK.
absl::Status WithPrefix(absl::Status status, std::string_view prefix);

// What Fail put in; else what the status' code means where nothing more is known.
Exit ExitOf(const absl::Status& status);
std::vector<std::string> HintsOf(const absl::Status& status);

// status.message() as a view of the standard library.
std::string_view MessageOf(const absl::Status& status);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_FAILURE_H_
