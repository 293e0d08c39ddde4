#include <utility>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"
#include "tools/cli/endpoint.h"
#include "tools/cli/failure.h"
#include "tools/cli/resolve.h"

namespace hawser::cli {
namespace {

// Between two looks. A look is one round trip; nothing tells of names that come.
constexpr absl::Duration kPause = absl::Milliseconds(100);

absl::Status TooLate(Context& context, std::string_view what) {
  return Fail(Exit::kThreshold,
              fmt::format("{} within {}", what, absl::FormatDuration(*context.options.timeout)));
}

// Connects as `connect` does, and waits for a broker that is not there yet.
absl::Status AwaitBroker(Context& context, absl::Status (Session::*connect)()) {
  while (true) {
    absl::Status connected = (context.session.*connect)();
    // With --timeout, a broker that was there but did not answer in time is too late, too.
    Exit exit = ExitOf(connected);
    if (connected.ok() || (exit != Exit::kUnreachable && exit != Exit::kDeadline)) return connected;
    if (!BrokerMayCome(context.session.endpoint())) return connected;
    if (context.session.IsLate()) {
      return TooLate(context, fmt::format("no broker came at {}", context.session.endpoint()));
    }
    absl::SleepFor(std::min(kPause, context.session.TimeLeft()));
  }
}

// Whether the session's end means that what --gone waits for is gone: an id lives as long as its
// broker runs. What has a name may be there again in the next one.
bool WentWithBroker(const Session& session, const Address& address) {
  if (address.root != Address::Root::kObject) return false;
  switch (session.remote().loss()) {
    case LossReason::kBrokerStopped:
    case LossReason::kBrokerRestarted:
      return true;
    case LossReason::kLeaseExpired:
      // It was out of reach for that long; one that crashed is still.
      return NobodyListens(session.endpoint());
    default:
      return false;
  }
}

absl::Status Run(Context& context) {
  HAWSER_ASSIGN_OR_RETURN(Address address, ParseAddress(context.line.arguments[0]));
  bool gone = context.line.Has("--gone");
  std::string late =
      fmt::format("{} {}", address.ToString(), gone ? "was not gone" : "did not appear");
  // What is to appear may need its broker first; what is to go must be seen to be gone.
  absl::Status connected =
      gone ? context.session.Connect() : AwaitBroker(context, &Session::Connect);
  if (gone && ExitOf(connected) == Exit::kDeadline)
    return WithHint(TooLate(context, late), MessageOf(connected));
  HAWSER_RETURN_IF_ERROR(connected);
  std::string not_yet;  // why it cannot be had now; said when time is over
  while (true) {
    absl::StatusOr<bool> exists = Exists(context.session, address);
    if (exists.ok() && *exists != gone) return absl::OkStatus();
    bool lost = context.session.remote().state() == ConnectionState::kLost;
    // Such as a plugin whose file is being copied. It is no proof that something is gone.
    bool later = !gone && !lost && absl::IsUnavailable(exists.status());
    if (later) not_yet = MessageOf(exists.status());
    if (context.session.IsLate()) return WithHint(TooLate(context, late), not_yet);
    if (!exists.ok() && !later) {
      if (lost && gone && WentWithBroker(context.session, address)) return absl::OkStatus();
      if (!lost || gone) return exists.status();
      HAWSER_RETURN_IF_ERROR(AwaitBroker(context, &Session::ConnectAgain));
    }
    absl::SleepFor(std::min(kPause, context.session.TimeLeft()));
  }
}

constexpr Flag kFlags[] = {
    {"--gone", 0, "", "wait until there is no such thing any more"},
};
constexpr Example kExamples[] = {
    {"hawser wait counter --timeout 10s && hawser call counter.add 1 2",
     "for a broker that is just starting, too"},
    {"hawser wait @7 --gone", "until it is destroyed, or nobody holds it any more"},
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
        "Prints nothing; the exit code tells: 0 when it is so, 8 when --timeout is over before. "
        "Without --gone also waits for the "
        "broker itself. An object named by its id is gone with its broker, too.",
    .flags = kFlags,
    .examples = kExamples,
    .exits = kExits,
    .run = Run,
};

}  // namespace hawser::cli
