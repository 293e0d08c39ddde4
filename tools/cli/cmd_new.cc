#include <utility>

#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"
#include "tools/cli/failure.h"
#include "tools/cli/invoke.h"
#include "tools/cli/resolve.h"

namespace hawser::cli {
namespace {

absl::Status Run(Context& context) {
  HAWSER_ASSIGN_OR_RETURN(Address address, ParseAddress(context.line.arguments[0]));
  HAWSER_ASSIGN_OR_RETURN(RemoteObject constructor, ResolveObject(context.session, address));
  std::string what = address.ToString();
  if (constructor.kind() != ObjectKind::kConstructor) {
    return Fail(Exit::kUsage,
                fmt::format("{} is no constructor: it is {} {}", what,
                            constructor.kind() == ObjectKind::kObject ? "an" : "a",
                            ObjectKindName(constructor.kind())),
                constructor.kind() == ObjectKind::kFunction
                    ? fmt::format("to call it: hawser call {}", what)
                    : fmt::format("its members: hawser describe {}", what));
  }
  ShapeRef shape = constructor.shape();
  HAWSER_ASSIGN_OR_RETURN(Array arguments, ReadArguments(context, shape->signature(), what));
  HAWSER_ASSIGN_OR_RETURN(Value made, context.session.Apply(constructor, Op::kNew, "",
                                                            std::move(arguments), "new " + what));
  HAWSER_ASSIGN_OR_RETURN(made, context.session.Settle(std::move(made), "new " + what));
  return ShowAnswer(context, std::move(made), Printer::Asked::kValue);
}

constexpr Flag kFlags[] = {kDataFlag, kKeepFlag};
constexpr Example kExamples[] = {
    {"hawser new window.BrowserWindow '{\"width\": 800}' --keep",
     "make a window and hold it until Ctrl-C"},
    {"hawser new counter.Counter 5", "made, shown and released"},
};
constexpr Exit kExits[] = {Exit::kRaised, Exit::kNotFound, Exit::kExpired};

}  // namespace

constexpr Command kNewCommand = {
    .name = "new",
    .group = Group::kUse,
    .summary = "make an object with a constructor",
    .arguments = "NAME.CLASS [ARG]...",
    .least = 1,
    .most = Command::kAny,
    .details =
        "Prints the new object. It is released as the command ends, and with that it usually ends; "
        "--keep holds it, and then other commands can use it by its id. What a module keeps itself "
        "lives on: a window stays open until it is closed.",
    .flags = kFlags,
    .examples = kExamples,
    .exits = kExits,
    .run = Run,
};

}  // namespace hawser::cli
