#include <functional>
#include <utility>

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
    {"name", "NAME"},
    {"kind", "KIND"},
    {"oid", "ID", Format::kObject},
    {"holders", "HELD BY", Format::kNumber},
    {"gone", "GONE", Format::kText, Column::Detail::kIfAny},
};
constexpr std::string_view kMore[] = {"member", "children", "more"};
constexpr View kView = {
    .name = {"name", "NAME"}, .columns = kColumns, .none = "there is nothing", .more = kMore};

Array Pruned(const Array& nodes, int64_t depth) {
  Array pruned;
  for (const Value& node : nodes) {
    Record record = node.AsRecord();
    const Array& children = record["children"].AsArray();
    if (depth == 0) {
      record.Remove("children");
    } else if (!children.empty()) {
      record.Set("children", Pruned(children, depth - 1));
    }
    pruned.emplace_back(std::move(record));
  }
  return pruned;
}

absl::Status Run(Context& context) {
  Array arguments;
  if (!context.line.arguments.empty() && context.line.arguments[0].starts_with('@')) {
    return Fail(Exit::kUsage,
                fmt::format("tree takes the name of a module; {} is the id of an object",
                            context.line.arguments[0]),
                fmt::format("to see it: hawser describe {}", context.line.arguments[0]));
  }
  if (!context.line.arguments.empty()) arguments.emplace_back(context.line.arguments[0]);
  absl::StatusOr<Value> tree = context.session.Inspect("tree", std::move(arguments));
  if (absl::IsNotFound(tree.status())) return WithHint(tree.status(), "all there are: hawser list");
  HAWSER_RETURN_IF_ERROR(tree.status());
  Array roots =
      WithoutOwn(context.session, tree->is(Kind::kArray) ? tree->AsArray() : Array{*tree});
  if (context.line.Has("--depth")) {
    HAWSER_ASSIGN_OR_RETURN(int64_t depth, ParseCount("--depth", context.line.Get("--depth"), 0));
    roots = Pruned(roots, depth);
  }
  context.printer.Tree(kView, roots);
  for (const Value& root : roots) {
    int64_t more = root.AsRecord()["more"].AsInt();
    if (more == 0) continue;
    std::string_view name = root.AsRecord()["name"].AsString();
    context.output.Say(fmt::format(
        "{} more objects of {} are left out; all: hawser list --module {}", more, name, name));
  }
  return absl::OkStatus();
}

constexpr Flag kFlags[] = {{"--depth", 0, "N", "at most N levels below the names"}};
constexpr Example kExamples[] = {{"hawser tree", ""}, {"hawser tree window --depth 1", ""}};
constexpr Exit kExits[] = {Exit::kNotFound};

constexpr Shown kShown[] = {{"", &kView}};

}  // namespace

constexpr Command kTreeCommand = {
    .name = "tree",
    .group = Group::kLook,
    .summary = "show modules, what they export, and their live objects as a tree",
    .arguments = "[NAME]",
    .most = 1,
    .flags = kFlags,
    .examples = kExamples,
    .exits = kExits,
    .shown = kShown,
    .run = Run,
};

}  // namespace hawser::cli
