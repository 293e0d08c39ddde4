#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/record.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"
#include "tools/cli/failure.h"
#include "tools/cli/inspection.h"

namespace hawser::cli {
namespace {

constexpr Column kColumns[] = {
    {"session", "SESSION", Format::kSession},
    {"pid", "PID", Format::kNumber},
    {"program", "PROGRAM"},
    {"name", "NAME"},
    {"state", "STATE", Format::kState},
    {"objects", "OBJECTS", Format::kNumber},
    {"callbacks", "CALLBACKS", Format::kNumber},
    {"pending", "PENDING", Format::kNumber},
    {"since", "AGE", Format::kAge},
    {"uid", "UID", Format::kNumber, Column::Detail::kWide},
    {"transport", "TRANSPORT", Format::kText, Column::Detail::kWide},
    {"queued_bytes", "UNACKED", Format::kBytes, Column::Detail::kWide},
    {"answers", "ANSWERS", Format::kNumber, Column::Detail::kWide},
    {"calls", "CALLS", Format::kNumber, Column::Detail::kWide},
    {"attributes", "ATTRIBUTES", Format::kValue, Column::Detail::kWide},
};
// A list has no attributes.
constexpr View kView = {.name = {"session", "SESSION"},
                        .columns = std::span(kColumns).first<std::size(kColumns) - 1>(),
                        .none = "there are no sessions"};
// With those that ended among them.
constexpr Column kAllColumns[] = {
    {"session", "SESSION", Format::kSession},
    {"pid", "PID", Format::kNumber},
    {"program", "PROGRAM"},
    {"name", "NAME"},
    {"state", "STATE", Format::kState},
    {"reason", "REASON"},
    {"objects", "OBJECTS", Format::kNumber},
    {"callbacks", "CALLBACKS", Format::kNumber},
    {"since", "AGE", Format::kAge},
    {"ended", "ENDED", Format::kAge},
    {"uid", "UID", Format::kNumber, Column::Detail::kWide},
    {"calls", "CALLS", Format::kNumber, Column::Detail::kWide},
    {"why", "WHY", Format::kText, Column::Detail::kWide},
};
// Of those that still live.
constexpr std::string_view kLiveFields[] = {"pending", "transport", "queued_bytes", "answers"};
constexpr View kAllView = {.name = {"session", "SESSION"},
                           .columns = kAllColumns,
                           .none = "there were no sessions",
                           .more = kLiveFields};

// One of them in full.
constexpr Column kHeldColumns[] = {
    {"oid", "ID", Format::kObject},
    {"class", "CLASS"},
    {"since", "HELD FOR", Format::kAge},
    {"via", "VIA"},
    {"gone", "GONE", Format::kText, Column::Detail::kIfAny},
};
constexpr View kHeldView = {.name = {"oid", "ID", Format::kObject}, .columns = kHeldColumns};
constexpr View::Section kSections[] = {{"held", "Holds", &kHeldView}};
constexpr View kOneView = {
    .name = {"session", "SESSION"}, .columns = kColumns, .sections = kSections};

absl::Status RunList(Context& context) {
  auto print = [&](const Array& page) {
    context.printer.Rows(page);
    return absl::OkStatus();
  };
  bool all = context.line.Has("--all");
  HAWSER_RETURN_IF_ERROR(context.printer.BeginList(all ? kAllView : kView));
  HAWSER_RETURN_IF_ERROR(ForEachPage(context.session, "sessions", {}, print));
  if (all) HAWSER_RETURN_IF_ERROR(ForEachPage(context.session, "tombstones", {}, print));
  context.printer.EndList();
  return absl::OkStatus();
}

absl::Status RunShow(Context& context) {
  HAWSER_ASSIGN_OR_RETURN(Value session,
                          InspectSession(context, "session", context.line.arguments[0]));
  context.printer.Item(kOneView, session.AsRecord());
  return absl::OkStatus();
}

absl::Status RunKick(Context& context) {
  const std::string& id = context.line.arguments[0];
  HAWSER_RETURN_IF_ERROR(context.session.Connect());  // before that it has no id
  if (!id.empty() && context.session.id().starts_with(id)) {
    return Fail(Exit::kUsage, fmt::format("session {} is this command's own", id),
                "the others: hawser session list");
  }
  // That only one session happens to begin so is no proof that it was meant.
  constexpr size_t kLeast = 4;
  if (id.size() < kLeast) {
    return Fail(Exit::kUsage,
                fmt::format("'{}' is too little of a session's id to end it by; at least {} "
                            "characters are needed",
                            id, kLeast),
                "the sessions: hawser session list");
  }
  HAWSER_ASSIGN_OR_RETURN(Value found, InspectSession(context, "session", id));
  const Record& session = found.AsRecord();
  std::string whole(session["session"].AsString());
  HAWSER_RETURN_IF_ERROR(InspectSession(context, "kick", whole).status());
  context.output.Say(fmt::format("session {} is ended: {}, pid {}", whole,
                                 session["program"].AsString(), session["pid"].AsInt()));
  return absl::OkStatus();
}

constexpr Flag kListFlags[] = {
    {"--all", 'a', "", "also the last sessions that ended, with why"}, kColumnsFlag, kSortFlag};
constexpr Example kListExamples[] = {
    {"hawser session", ""},
    {"hawser session --sort -objects --columns session,program,objects", "who holds most first"},
    {"hawser session list -o json | jq '.[].program'", ""}};
constexpr Example kShowExamples[] = {{"hawser session show 4f3c21aa", ""}};
constexpr Example kKickExamples[] = {{"hawser session kick 4f3c21aa", ""}};
constexpr Exit kExits[] = {Exit::kNotFound};

constexpr Shown kListShown[] = {{"", &kView}, {"with --all", &kAllView}};
constexpr Shown kShowShown[] = {{"", &kOneView}};

}  // namespace

constexpr Command kSessionListCommand = {
    .name = "session list",
    .group = Group::kBroker,
    .summary = "list the sessions: who is connected, and what they hold",
    .flags = kListFlags,
    .examples = kListExamples,
    .shown = kListShown,
    .run = RunList,
};

constexpr Command kSessionShowCommand = {
    .name = "session show",
    .group = Group::kBroker,
    .summary = "show one session and the objects it holds",
    .arguments = "SESSION",
    .least = 1,
    .most = 1,
    .details = "The beginning of the session's id will do.",
    .examples = kShowExamples,
    .exits = kExits,
    .shown = kShowShown,
    .run = RunShow,
};

constexpr Command kSessionKickCommand = {
    .name = "session kick",
    .group = Group::kBroker,
    .summary = "end a session: everything it holds is released",
    .arguments = "SESSION",
    .least = 1,
    .most = 1,
    .details =
        "The client is told that an administrator ended it. The beginning of the session's id will "
        "do, four characters at least.",
    .examples = kKickExamples,
    .exits = kExits,
    .run = RunKick,
};

}  // namespace hawser::cli
