#include <utility>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"
#include "tools/cli/failure.h"
#include "tools/cli/resolve.h"

namespace hawser::cli {
namespace {

// Between two looks. A look is one round trip; nothing tells of names that come.
constexpr absl::Duration kPause = absl::Milliseconds(100);

absl::Status TooLate(Context& context, std::string_view what) {
  return Fail(Exit::kThreshold, fmt::format("{} within {}", what, context.line.Get("--timeout")));
}

// That a broker which was waited for did not come either.
absl::Status OrTooLate(Context& context, absl::Status connected) {
  if (ExitOf(connected) != Exit::kUnreachable || !context.options.timeout) return connected;
  return TooLate(context, fmt::format("no broker came at {}", context.session.endpoint()));
}

absl::Status Run(Context& context) {
  HAWSER_ASSIGN_OR_RETURN(Address address, ParseAddress(context.line.arguments[0]));
  bool gone = context.line.Has("--gone");
  std::string late =
      fmt::format("{} {}", address.ToString(), gone ? "was not gone" : "did not appear");
  // What is to appear may need its broker first; what is to go must be seen to be gone.
  if (!gone) context.session.WaitForBroker();
  absl::Status connected = context.session.Connect();
  HAWSER_RETURN_IF_ERROR(gone ? connected : OrTooLate(context, connected));
  while (true) {
    absl::StatusOr<bool> exists = Exists(context.session, address);
    if (exists.ok() && *exists != gone) return absl::OkStatus();
    if (context.session.TimeLeft() == absl::ZeroDuration()) return TooLate(context, late);
    if (!exists.ok()) {
      bool lost = context.session.remote().state() == ConnectionState::kLost;
      if (!lost || gone) return exists.status();
      HAWSER_RETURN_IF_ERROR(OrTooLate(context, context.session.ConnectAgain()));
    }
    absl::SleepFor(std::min(kPause, context.session.TimeLeft()));
  }
}

constexpr Flag kFlags[] = {
    {"--gone", 0, "", "wait until there is no such thing any more"},
};
constexpr Example kExamples[] = {
    {"hawser wait shop --timeout 10s && hawser call shop.open",
     "for a broker that is just starting, too"},
    {"hawser wait @7 --gone", "until nobody holds the object any more"},
};
constexpr Exit kExits[] = {Exit::kRaised, Exit::kExpired, Exit::kThreshold};

}  // namespace

constexpr Command kWaitCommand = {
    .name = "wait",
    .group = Group::kFollow,
    .summary = "wait until something is there, or gone",
    .arguments = "NAME",
    .least = 1,
    .most = 1,
    .details =
        "Says nothing; the exit code tells: 0 when it is so, 8 when --timeout is over before. "
        "Without --gone also waits for the "
        "broker itself.",
    .flags = kFlags,
    .examples = kExamples,
    .exits = kExits,
    .run = Run,
};

}  // namespace hawser::cli
