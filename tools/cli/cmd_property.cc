#include <string>
#include <utility>

#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"
#include "tools/cli/convert_argument.h"
#include "tools/cli/failure.h"
#include "tools/cli/invoke.h"
#include "tools/cli/resolve.h"
#include "tools/cli/value_text.h"

namespace hawser::cli {
namespace {

absl::Status RunGet(Context& context) {
  HAWSER_ASSIGN_OR_RETURN(Address address, ParseAddress(context.line.arguments[0]));
  HAWSER_ASSIGN_OR_RETURN(Value value, Resolve(context.session, address));
  return ShowAnswer(context, std::move(value), Printer::Asked::kValue);
}

// What `property` is to be, as the arguments of its setter.
absl::StatusOr<Array> ReadValue(Context& context, const Target& property) {
  Type type = property.info->signature.result;
  std::string hint = fmt::format("it is {}", MemberText(*property.info));
  if (context.line.Has("--data")) {
    Signature setter{.params = {type}, .result = Type::kUndefined, .required = 1};
    return ReadArguments(context, setter, property.text, hint);
  }
  if (context.line.arguments.size() < 2) {
    return Fail(Exit::kUsage, "'set' needs a value",
                fmt::format("usage: hawser set {} VALUE, where it expects {}", property.text,
                            TypeName(type)));
  }
  absl::StatusOr<Value> value =
      ConvertText(context.line.arguments[1], type, LookupIn(context.session));
  if (!value.ok())
    return WithHint(WithPrefix(value.status(), fmt::format("{}: ", property.text)), hint);
  return Array{*std::move(value)};
}

// `status`, or if `address` is a field of a record or an element of an array, what that means: what
// is read is a copy, and writing into it would change nothing.
absl::Status ExplainPart(Context& context, const Address& address, absl::Status status) {
  Address whole = address;
  std::string kind;
  for (; !whole.steps.empty(); whole = whole.Parent()) {
    absl::StatusOr<Value> value = Resolve(context.session, whole.Parent());
    if (!value.ok()) return status;
    if (!value->is(Kind::kRecord) && !value->is(Kind::kArray)) break;
    if (kind.empty())
      kind = value->is(Kind::kRecord) ? "a field of a record" : "an element of an array";
  }
  if (kind.empty()) return status;
  return Fail(Exit::kUsage,
              fmt::format("{} is {}, and what is read is a copy: there is nothing to write to",
                          address.ToString(), kind),
              whole.steps.empty()
                  ? "only properties of objects can be written"
                  : fmt::format("write the property as a whole: hawser set {} JSON; "
                                "its value: hawser get {} -o json",
                                whole.ToString(), whole.ToString()));
}

absl::Status RunSet(Context& context) {
  HAWSER_ASSIGN_OR_RETURN(Address address, ParseAddress(context.line.arguments[0]));
  if (address.steps.empty()) {
    return Fail(Exit::kUsage, fmt::format("{} is no property of an object", address.ToString()),
                "only what an object has can be written: hawser set NAME.PROPERTY VALUE");
  }
  absl::StatusOr<Target> found = ResolveTarget(context.session, address);
  if (!found.ok()) return ExplainPart(context, address, found.status());
  Target target = *std::move(found);
  if (target.info == nullptr || target.info->kind != MemberKind::kProperty) {
    absl::Status status =
        Fail(Exit::kUsage, fmt::format("{} is no property", target.text),
             target.info == nullptr ? "name a property: hawser set NAME.PROPERTY VALUE"
                                    : fmt::format("to call it: hawser call {}", target.text));
    return target.info == nullptr ? ExplainPart(context, address, std::move(status)) : status;
  }
  if (target.info->readonly) return Fail(Exit::kUsage, fmt::format("{} is read-only", target.text));
  HAWSER_ASSIGN_OR_RETURN(Array arguments, ReadValue(context, target));
  return context.session
      .Apply(target.object, Op::kSet, target.member, std::move(arguments), target.text)
      .status();
}

constexpr Flag kGetFlags[] = {kKeepFlag};
constexpr Example kGetExamples[] = {
    {"hawser get counter.pi", ""},
    {"title=$(hawser get @7.title)", "a string is printed as it is"},
    {"hawser get process.argv[0]", "an element of an array"},
    {"hawser get process.versions -o json", ""},
};
constexpr Flag kSetFlags[] = {kDataFlag};
constexpr Example kSetExamples[] = {
    {"hawser set @7.title 'two words'", ""},
    {"jq -n '[\"piped\"]' | hawser set @7.title -d @-", ""},
};
constexpr Exit kExits[] = {Exit::kRaised, Exit::kNotFound, Exit::kExpired};

}  // namespace

constexpr Command kGetCommand = {
    .name = "get",
    .group = Group::kUse,
    .summary = "read a property, a global, an element",
    .arguments = "NAME.PROPERTY",
    .least = 1,
    .most = 1,
    .details = "Any address will do; see: hawser help addresses. A promise is awaited.",
    .flags = kGetFlags,
    .examples = kGetExamples,
    .exits = kExits,
    .run = RunGet,
};

constexpr Command kSetCommand = {
    .name = "set",
    .group = Group::kUse,
    .summary = "write a property",
    .arguments = "NAME.PROPERTY VALUE",
    .least = 1,
    .most = 2,
    .details = "The value is converted to the property's type; see: hawser help values.",
    .flags = kSetFlags,
    .examples = kSetExamples,
    .exits = kExits,
    .run = RunSet,
};

}  // namespace hawser::cli
