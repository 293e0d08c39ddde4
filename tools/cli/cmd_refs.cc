#include <utility>

#include "hawser/base/status_macros.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"
#include "tools/cli/inspection.h"
#include "tools/cli/resolve.h"

namespace hawser::cli {
namespace {

absl::StatusOr<uint64_t> ObjectIdAt(Context& context, const Address& address) {
  // An id is asked about without becoming a holder of the object.
  if (address.root == Address::Root::kObject && address.steps.empty()) return address.oid;
  HAWSER_ASSIGN_OR_RETURN(RemoteObject object, ResolveObject(context.session, address));
  return object.id().value();
}

absl::Status Run(Context& context) {
  HAWSER_ASSIGN_OR_RETURN(Address address, ParseAddress(context.line.arguments[0]));
  HAWSER_ASSIGN_OR_RETURN(uint64_t oid, ObjectIdAt(context, address));
  HAWSER_ASSIGN_OR_RETURN(Array holders, HoldersOf(context.session, oid));
  context.printer.BeginList(kHolderView);
  context.printer.Rows(holders);
  context.printer.EndList();
  return absl::OkStatus();
}

constexpr Example kExamples[] = {
    {"hawser refs @7", ""},
    {"hawser refs counter -o json", ""},
};
constexpr Exit kExits[] = {Exit::kRaised, Exit::kNotFound, Exit::kExpired};

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
    .examples = kExamples,
    .exits = kExits,
    .view = &kHolderView,
    .run = Run,
};

}  // namespace hawser::cli
