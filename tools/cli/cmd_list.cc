#include <functional>
#include <set>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/record.h"
#include "tools/cli/address.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"
#include "tools/cli/inspection.h"

namespace hawser::cli {
namespace {

constexpr Column kModuleColumns[] = {
    {"name", "NAME"},
    {"kind", "KIND"},
    {"type", "TYPE"},
    {"objects", "OBJECTS", Format::kNumber},
    {"holders", "HELD BY", Format::kNumber},
    {"oid", "ID", Format::kObject, Column::Detail::kWide},
    {"version", "VERSION", Format::kText, Column::Detail::kWide},
    {"provider", "PROVIDER", Format::kSession, Column::Detail::kWide},
    {"path", "FILE", Format::kText, Column::Detail::kWide},
};
constexpr std::string_view kModuleMore[] = {"since", "address"};
constexpr View kModuleView = {.name = {"address", "NAME"},
                              .columns = kModuleColumns,
                              .none = "the broker has no modules",
                              .more = kModuleMore};

constexpr Column kObjectColumns[] = {
    {"oid", "ID", Format::kObject},
    {"class", "CLASS"},
    {"kind", "KIND"},
    {"module", "MODULE"},
    {"holders", "HELD BY", Format::kNumber},
    {"since", "AGE", Format::kAge},
    {"gone", "GONE", Format::kText, Column::Detail::kIfAny},
    {"site", "MADE AT", Format::kText, Column::Detail::kWide},
};
constexpr View kObjectView = {.name = {"oid", "ID", Format::kObject}, .columns = kObjectColumns};

// With what other commands take for each: the name, unless that already means something else.
Array WithAddresses(const Array& modules) {
  std::set<std::string, std::less<>> taken;
  for (const Value& module : modules) {
    if (module.AsRecord()["kind"].AsString() != "global")
      taken.emplace(module.AsRecord()["name"].AsString());
  }
  Array addressed;
  for (const Value& module : modules) {
    Record record = module.AsRecord();
    bool global = record["kind"].AsString() == "global";
    Address address{.name = std::string(record["name"].AsString())};
    if (global && taken.contains(address.name)) address.root = Address::Root::kGlobal;
    record.Set("address", address.ToString());
    addressed.emplace_back(std::move(record));
  }
  return addressed;
}

absl::Status ListObjects(Context& context) {
  Record filter;
  std::string none = "no session holds an object";
  if (context.line.Has("--class")) {
    filter.Set("class", context.line.Get("--class"));
    none += fmt::format(" of class {}", context.line.Get("--class"));
  }
  if (context.line.Has("--module")) {
    filter.Set("module", context.line.Get("--module"));
    none += fmt::format(" of module {}", context.line.Get("--module"));
  }
  View view = kObjectView;
  view.none = none;
  HAWSER_RETURN_IF_ERROR(context.printer.BeginList(view));
  HAWSER_RETURN_IF_ERROR(
      ForEachPage(context.session, "objects", {Value(filter)}, [&](const Array& page) {
        context.printer.Rows(WithoutOwn(context.session, page));
        return absl::OkStatus();
      }));
  context.printer.EndList();
  return absl::OkStatus();
}

absl::Status Run(Context& context) {
  if (context.line.Has("--objects") || context.line.Has("--class") ||
      context.line.Has("--module")) {
    return ListObjects(context);
  }
  HAWSER_RETURN_IF_ERROR(context.printer.BeginList(kModuleView));
  HAWSER_ASSIGN_OR_RETURN(Value modules, context.session.Inspect("modules"));
  context.printer.Rows(WithAddresses(WithoutOwn(context.session, modules.AsArray())));
  context.printer.EndList();
  return absl::OkStatus();
}

constexpr Flag kFlags[] = {
    {"--objects", 0, "", "the live objects that sessions hold, instead of names"},
    {"--class", 0, "CLASS", "only objects of this class"},
    {"--module", 0, "NAME", "only objects of this module"},
    kColumnsFlag,
    kSortFlag,
};
constexpr Example kExamples[] = {
    {"hawser list", "names that other commands take"},
    {"hawser list --objects", "every object that somebody holds"},
    {"hawser list --objects --sort age", "the youngest first"},
    {"hawser list --class BrowserWindow -o name", "their ids, one a line"},
};

constexpr Shown kShown[] = {{"", &kModuleView},
                            {"with --objects, --class or --module", &kObjectView}};

}  // namespace

constexpr Command kListCommand = {
    .name = "list",
    .group = Group::kLook,
    .summary = "list modules, built-ins and globals, or live objects",
    .details =
        "What hawser does when no command is given. What this command itself holds is left out.",
    .flags = kFlags,
    .examples = kExamples,
    .shown = kShown,
    .run = Run,
};

}  // namespace hawser::cli
