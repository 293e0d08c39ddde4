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

// The names of an object's methods, for somebody who named none.
std::string Methods(const RemoteObject& object) {
  constexpr int kShown = 8;
  std::string text;
  int count = 0;
  for (const Member& member : object.members()) {
    if (member.kind != MemberKind::kMethod || member.hidden) continue;
    if (++count > kShown) return text + ", ...";
    text += (text.empty() ? "" : ", ") + member.name;
  }
  return text;
}

absl::Status NotCallable(const RemoteObject& object, std::string_view what) {
  if (object.kind() == ObjectKind::kConstructor) {
    return Fail(Exit::kUsage, fmt::format("{} is a constructor", what),
                fmt::format("to make an object with it: hawser new {}", what));
  }
  std::string methods = Methods(object);
  return Fail(Exit::kUsage, fmt::format("{} is an object, no function", what),
              methods.empty() ? ""
                              : fmt::format("call a method of it: hawser call {}.METHOD, of {}",
                                            what, methods));
}

// What a property holds may be a function too.
absl::Status UseProperty(Context& context, Target* target) {
  HAWSER_ASSIGN_OR_RETURN(Value value, context.session.Apply(target->object, Op::kGet,
                                                             target->member, {}, target->text));
  if (!value.is_object()) {
    return Fail(Exit::kUsage, fmt::format("{} is a property, no method", target->text),
                fmt::format("to read it: hawser get {}", target->text));
  }
  target->object = RemoteObject(value.TakeObject());
  target->member.clear();
  target->info = nullptr;
  return absl::OkStatus();
}

absl::Status Run(Context& context) {
  HAWSER_ASSIGN_OR_RETURN(Address address, ParseAddress(context.line.arguments[0]));
  HAWSER_ASSIGN_OR_RETURN(Target target, ResolveTarget(context.session, address));
  if (target.info != nullptr && target.info->kind == MemberKind::kEvent) {
    return Fail(Exit::kUsage, fmt::format("{} is an event", target.text),
                fmt::format("to follow it: hawser watch {} --event {}", address.Parent().ToString(),
                            target.member));
  }
  if (target.info != nullptr && target.info->kind == MemberKind::kProperty) {
    HAWSER_RETURN_IF_ERROR(UseProperty(context, &target));
  }
  if (target.member.empty() && target.object.kind() != ObjectKind::kFunction) {
    return NotCallable(target.object, target.text);
  }
  // What does not say what it takes, takes anything.
  Signature signature{.variadic = true};
  if (target.info != nullptr) {
    signature = target.info->signature;
  } else if (target.member.empty()) {
    signature = target.object.shape()->signature();
  }
  HAWSER_ASSIGN_OR_RETURN(Array arguments, ReadArguments(context, signature, target.text));
  HAWSER_ASSIGN_OR_RETURN(Value answer,
                          context.session.Apply(target.object, Op::kCall, target.member,
                                                std::move(arguments), target.text));
  if (!context.line.Has("--no-await")) {
    HAWSER_ASSIGN_OR_RETURN(answer, context.session.Settle(std::move(answer), target.text));
  }
  return ShowAnswer(context, std::move(answer), Printer::Asked::kAction);
}

constexpr Flag kFlags[] = {
    kDataFlag,
    kKeepFlag,
    {"--no-await", 0, "", "print a promise that is answered, instead of what it settles with"},
};
constexpr Example kExamples[] = {
    {"hawser call counter.add 1 2", ""},
    {"hawser call @7.loadURL https://example.org", "a method of an object somebody holds"},
    {"jq -n '[1, 2]' | hawser call counter.add -d @-", "all arguments from a pipe"},
    {"hawser call sqlite.open /tmp/a.db '{\"create\": true}' --keep",
     "hold what is answered until Ctrl-C"},
};
constexpr Exit kExits[] = {Exit::kRaised, Exit::kNotFound, Exit::kExpired};

}  // namespace

constexpr Command kCallCommand = {
    .name = "call",
    .group = Group::kUse,
    .summary = "call a method or function",
    .arguments = "NAME.METHOD [ARG]...",
    .least = 1,
    .most = Command::kAny,
    .details =
        "Arguments are converted as the method's signature says; see: hawser help values. The "
        "answer goes to stdout; a method that "
        "answers undefined prints nothing. A promise is awaited.",
    .flags = kFlags,
    .examples = kExamples,
    .exits = kExits,
    .run = Run,
};

}  // namespace hawser::cli
