#include "hawser/base/status_macros.h"
#include "hawser/record.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"

namespace hawser::cli {
namespace {

constexpr Column kColumns[] = {
    {"name", "NAME"},
    {"version", "VERSION"},
    {"state", "STATE", Format::kState},
    {"objects", "OBJECTS", Format::kNumber},
    {"listeners", "LISTENERS", Format::kNumber},
    {"detached", "LEFT BEHIND", Format::kNumber, Column::Detail::kWide},
    {"lost", "LOST EVENTS", Format::kNumber, Column::Detail::kWide},
    {"since", "AGE", Format::kAge},
    {"path", "FILE"},
    {"error", "WHY NOT", Format::kProse, Column::Detail::kIfAny},
};
constexpr View kView = {
    .name = {"name", "NAME"}, .columns = kColumns, .none = "the broker has loaded no plugins"};

absl::Status Run(Context& context) {
  HAWSER_RETURN_IF_ERROR(context.printer.BeginList(kView));
  HAWSER_ASSIGN_OR_RETURN(Value plugins, context.session.Inspect("plugins"));
  context.printer.Rows(plugins.AsArray());
  context.printer.EndList();
  return absl::OkStatus();
}

constexpr Flag kFlags[] = {kColumnsFlag, kSortFlag};
constexpr Example kExamples[] = {{"hawser plugin", ""}};

constexpr Shown kShown[] = {{"", &kView}};

}  // namespace

constexpr Command kPluginListCommand = {
    .name = "plugin list",
    .group = Group::kBroker,
    .summary = "list the plugins: loaded, or refused and why",
    .details =
        "With -o wide, LEFT BEHIND and LOST EVENTS count since the plugin was loaded: listeners "
        "that were still there when their sessions ended and then removed, and events that could "
        "not reach a listener.",
    .flags = kFlags,
    .examples = kExamples,
    .shown = kShown,
    .run = Run,
};

}  // namespace hawser::cli
