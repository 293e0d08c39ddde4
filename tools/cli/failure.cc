#include "tools/cli/failure.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/cord.h"
#include "hawser/base/string_view.h"

namespace hawser::cli {
namespace {

constexpr absl::string_view kExitPayload = "hawser.cli.exit";
constexpr absl::string_view kHintPayload = "hawser.cli.hint";

constexpr std::array<ExitMeaning, 11> kMeanings = {{
    {Exit::kOk, "done"},
    {Exit::kRaised, "the remote method raised an error, or the output cannot be written"},
    {Exit::kUsage, "the command line is wrong"},
    {Exit::kNotFound, "no such object or member"},
    {Exit::kUnreachable, "cannot connect to the broker"},
    {Exit::kDeadline, "the time given with --timeout is over"},
    {Exit::kDenied, "policy does not allow it: the broker's, or the module's that was called"},
    {Exit::kExpired, "the lease ended, or the object is gone"},
    {Exit::kThreshold, "wait: not in time; health: not serving; plugin check: not accepted"},
    {Exit::kSkew, "the broker is of a version that does not fit this program"},
    {Exit::kInterrupted, "interrupted with Ctrl-C"},
}};

absl::StatusCode CodeOf(Exit exit) {
  switch (exit) {
    case Exit::kOk:
    case Exit::kRaised:
      return absl::StatusCode::kUnknown;
    case Exit::kUsage:
      return absl::StatusCode::kInvalidArgument;
    case Exit::kNotFound:
      return absl::StatusCode::kNotFound;
    case Exit::kUnreachable:
      return absl::StatusCode::kUnavailable;
    case Exit::kDeadline:
      return absl::StatusCode::kDeadlineExceeded;
    case Exit::kDenied:
      return absl::StatusCode::kPermissionDenied;
    case Exit::kExpired:
    case Exit::kThreshold:
    case Exit::kSkew:
      return absl::StatusCode::kFailedPrecondition;
    case Exit::kInterrupted:
      return absl::StatusCode::kCancelled;
  }
  return absl::StatusCode::kUnknown;
}

}  // namespace

std::span<const ExitMeaning> ExitMeanings() { return kMeanings; }

absl::Status Fail(Exit exit, std::string_view message, std::string_view hint) {
  return WithHint(WithExit(absl::Status(CodeOf(exit), base::ToAbsl(message)), exit), hint);
}

absl::Status WithHint(absl::Status status, std::string_view hint) {
  if (status.ok() || hint.empty()) return status;
  std::string hints;
  if (auto before = status.GetPayload(kHintPayload)) hints = std::string(*before) + "\n";
  hints += hint;
  status.SetPayload(kHintPayload, absl::Cord(hints));
  return status;
}

absl::Status WithExit(absl::Status status, Exit exit) {
  if (!status.ok())
    status.SetPayload(kExitPayload, absl::Cord(std::to_string(static_cast<int>(exit))));
  return status;
}

absl::Status WithPrefix(absl::Status status, std::string_view prefix) {
  if (status.ok()) return status;
  absl::Status prefixed(status.code(), std::string(prefix) + std::string(status.message()));
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { prefixed.SetPayload(url, payload); });
  return prefixed;
}

Exit ExitOf(const absl::Status& status) {
  if (auto exit = status.GetPayload(kExitPayload)) {
    return static_cast<Exit>(std::stoi(std::string(*exit)));
  }
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return Exit::kOk;
    case absl::StatusCode::kNotFound:
      return Exit::kNotFound;
    case absl::StatusCode::kUnavailable:
      return Exit::kUnreachable;
    case absl::StatusCode::kDeadlineExceeded:
      return Exit::kDeadline;
    case absl::StatusCode::kPermissionDenied:
      return Exit::kDenied;
    case absl::StatusCode::kFailedPrecondition:
      return Exit::kExpired;
    case absl::StatusCode::kInvalidArgument:
      return Exit::kUsage;
    default:
      return Exit::kRaised;
  }
}

std::vector<std::string> HintsOf(const absl::Status& status) {
  std::vector<std::string> hints;
  auto payload = status.GetPayload(kHintPayload);
  if (!payload) return hints;
  std::string text(*payload);
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    hints.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return hints;
}

std::string_view MessageOf(const absl::Status& status) { return base::ToStd(status.message()); }

}  // namespace hawser::cli
