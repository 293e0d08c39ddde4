#include "hawser/base/status_macros.h"
#include "hawser/record.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"
#include "tools/cli/inspection.h"

namespace hawser::cli {
namespace {

constexpr Column kColumns[] = {
    {"session", "SESSION", Format::kSession},    {"program", "PROGRAM"},
    {"state", "STATE", Format::kState},          {"ttl_ms", "TTL", Format::kDuration},
    {"left_ms", "LEFT", Format::kDuration},      {"objects", "OBJECTS", Format::kNumber},
    {"callbacks", "CALLBACKS", Format::kNumber},
};
constexpr View kView = {.name = {"session", "SESSION"},
                        .columns = kColumns,
                        .none = "there are no sessions, so no leases"};

absl::Status RunList(Context& context) {
  HAWSER_RETURN_IF_ERROR(context.printer.BeginList(kView));
  HAWSER_RETURN_IF_ERROR(ForEachPage(context.session, "leases", {}, [&](const Array& page) {
    context.printer.Rows(page);
    return absl::OkStatus();
  }));
  context.printer.EndList();
  return absl::OkStatus();
}

absl::Status RunShow(Context& context) {
  HAWSER_ASSIGN_OR_RETURN(Value lease, InspectSession(context, "lease", context.line.arguments[0]));
  context.printer.Item(kView, lease.AsRecord());
  return absl::OkStatus();
}

constexpr Flag kListFlags[] = {kColumnsFlag, kSortFlag};
constexpr Example kListExamples[] = {
    {"hawser lease", ""}, {"hawser lease --sort left", "those nearest to their end first"}};
constexpr Example kShowExamples[] = {{"hawser lease show 4f3c21aa", ""}};
constexpr Exit kExits[] = {Exit::kNotFound};

constexpr Shown kShown[] = {{"", &kView}};

}  // namespace

constexpr Command kLeaseListCommand = {
    .name = "lease list",
    .group = Group::kBroker,
    .summary = "list the leases: how long each session would live unheard of",
    .details =
        "A session that is detached has lost its connection; when no time is left, everything it "
        "holds is released.",
    .flags = kListFlags,
    .examples = kListExamples,
    .shown = kShown,
    .run = RunList,
};

constexpr Command kLeaseShowCommand = {
    .name = "lease show",
    .group = Group::kBroker,
    .summary = "show one lease",
    .arguments = "SESSION",
    .least = 1,
    .most = 1,
    .details = "The beginning of the session's id will do.",
    .examples = kShowExamples,
    .exits = kExits,
    .shown = kShown,
    .run = RunShow,
};

}  // namespace hawser::cli
