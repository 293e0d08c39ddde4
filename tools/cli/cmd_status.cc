#include "absl/time/clock.h"
#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/record.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"
#include "tools/cli/failure.h"

namespace hawser::cli {
namespace {

constexpr Column kStatusColumns[] = {
    {"state", "STATE", Format::kState},
    {"version", "VERSION"},
    {"pid", "PID", Format::kNumber},
    {"since", "UP", Format::kAge},
    {"addresses", "LISTENS AT"},
    {"modules", "MODULES", Format::kNumber},
    {"sessions", "SESSIONS", Format::kNumber},
    {"detached", "DETACHED", Format::kNumber},
    {"objects", "OBJECTS", Format::kNumber},
    {"callbacks", "CALLBACKS", Format::kNumber},
    {"calls", "CALLS", Format::kNumber},
    {"ended", "SESSIONS ENDED", Format::kNumber},
    {"epoch", "EPOCH", Format::kNumber},
};
constexpr View kStatusView = {.name = {"state", "STATE"}, .columns = kStatusColumns};

absl::Status RunStatus(Context& context) {
  HAWSER_ASSIGN_OR_RETURN(Value status, context.session.Inspect("status"));
  context.printer.Item(kStatusView, status.AsRecord());
  return absl::OkStatus();
}

constexpr Column kHealthColumns[] = {
    {"state", "STATE", Format::kState},
    {"broker", "BROKER"},
    {"endpoint", "ENDPOINT"},
    {"round_trip_ms", "ROUND TRIP", Format::kDuration},
};
constexpr View kHealthView = {.name = {"state", "STATE"}, .columns = kHealthColumns};

// A call that anybody may make and that goes all the way: what the root shows now.
absl::StatusOr<absl::Duration> RoundTrip(Session& session) {
  HAWSER_ASSIGN_OR_RETURN(RemoteObject root, session.Root());
  absl::Time start = absl::Now();
  HAWSER_RETURN_IF_ERROR(session.Apply(root, Op::kDescribe, "", {}, "the broker").status());
  return absl::Now() - start;
}

absl::Status RunHealth(Context& context) {
  absl::StatusOr<absl::Duration> round_trip = RoundTrip(context.session);
  if (ExitOf(round_trip.status()) == Exit::kSkew) return round_trip.status();
  if (!round_trip.ok())
    return WithExit(WithPrefix(round_trip.status(), "not serving: "), Exit::kThreshold);
  const Remote& remote = context.session.remote();
  context.printer.Item(kHealthView,
                       Record{{"state", "serving"},
                              {"broker", remote ? remote.broker_version() : ""},
                              {"endpoint", context.session.endpoint()},
                              {"round_trip_ms", absl::ToDoubleMilliseconds(*round_trip)}});
  return absl::OkStatus();
}

constexpr Example kStatusExamples[] = {{"hawser status", ""},
                                       {"hawser status -o json | jq .sessions", ""}};
constexpr Example kHealthExamples[] = {
    {"hawser health --timeout 1s || systemctl restart hawserd", ""}};
constexpr Exit kHealthExits[] = {Exit::kThreshold};

constexpr Shown kStatusShown[] = {{"", &kStatusView}};
constexpr Shown kHealthShown[] = {{"", &kHealthView}};

}  // namespace

constexpr Command kStatusCommand = {
    .name = "status",
    .group = Group::kBroker,
    .summary = "show the broker's state and counts on one screen",
    .details =
        "This command's own session counts, too. Calls and sessions that ended are counted since "
        "the broker's start.",
    .examples = kStatusExamples,
    .shown = kStatusShown,
    .run = RunStatus,
};

constexpr Command kHealthCommand = {
    .name = "health",
    .group = Group::kBroker,
    .summary = "ask whether the broker serves, by a call through it",
    .details =
        "Anybody may ask. Whatever keeps it from serving, also that it cannot be reached, is exit "
        "code 8.",
    .examples = kHealthExamples,
    .exits = kHealthExits,
    .shown = kHealthShown,
    .run = RunHealth,
};

}  // namespace hawser::cli
