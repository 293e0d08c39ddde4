#include <utility>

#include "hawser/base/status_macros.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"
#include "tools/cli/failure.h"
#include "tools/cli/inspection.h"
#include "tools/cli/resolve.h"

namespace hawser::cli {
namespace {

absl::Status NotHeld(absl::Status status) {
  if (!absl::IsNotFound(status)) return status;
  return WithHint(std::move(status), "those that are held: hawser list --objects");
}

absl::Status Run(Context& context) {
  HAWSER_ASSIGN_OR_RETURN(Address address, ParseAddress(context.line.arguments[0]));
  if (address.root == Address::Root::kRemote && address.steps.empty()) {
    return Fail(Exit::kUsage, "nobody needs to hold remote: every session starts from it",
                "the sessions: hawser session list");
  }
  HAWSER_RETURN_IF_ERROR(context.printer.BeginList(kHolderView));
  // An id is asked about without becoming a holder of the object. What has a name is held while it
  // is asked about: else nobody might, and there would be no such object.
  RemoteObject object;
  uint64_t oid = address.oid;
  if (address.root != Address::Root::kObject || !address.steps.empty()) {
    HAWSER_ASSIGN_OR_RETURN(object, ResolveObject(context.session, address));
    oid = object.id().value();
  }
  absl::StatusOr<Array> holders = HoldersOf(context.session, oid);
  if (!holders.ok()) return NotHeld(holders.status());
  context.printer.Rows(*holders);
  context.printer.EndList();
  return absl::OkStatus();
}

constexpr Flag kFlags[] = {kColumnsFlag, kSortFlag};
constexpr Example kExamples[] = {
    {"hawser refs @7", ""},
    {"hawser refs counter -o json", ""},
};
constexpr Exit kExits[] = {Exit::kRaised, Exit::kNotFound, Exit::kExpired};

constexpr Shown kShown[] = {{"", &kHolderView}};

}  // namespace

constexpr Command kRefsCommand = {
    .name = "refs",
    .group = Group::kLook,
    .summary = "show why an object is still alive: every session that holds it",
    .arguments = "NAME",
    .least = 1,
    .most = 1,
    .details =
        "For each session: which program it is, for how long it has held the object, and through "
        "which member it was first handed "
        "out. This command's own hold is left out.",
    .flags = kFlags,
    .examples = kExamples,
    .exits = kExits,
    .shown = kShown,
    .run = Run,
};

}  // namespace hawser::cli
