#include <string>
#include <utility>

#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/record.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"
#include "tools/cli/failure.h"
#include "tools/cli/inspection.h"
#include "tools/cli/resolve.h"
#include "tools/cli/value_text.h"

namespace hawser::cli {
namespace {

constexpr Column kMemberColumns[] = {
    {"text", "MEMBER"},
    {"flags", "FLAGS", Format::kText, Column::Detail::kIfAny},
    {"doc", "WHAT IT DOES", Format::kProse, Column::Detail::kIfAny},
};
constexpr std::string_view kMemberMore[] = {"name",   "kind",     "params", "required", "variadic",
                                            "result", "readonly", "hidden", "inherited"};
constexpr View kMemberView = {.name = {"name", "NAME"},
                              .columns = kMemberColumns,
                              .none = "it shows no members",
                              .more = kMemberMore};

constexpr Column kColumns[] = {
    {"name", "NAME"},
    {"kind", "KIND"},
    {"class", "CLASS"},
    {"signature", "SIGNATURE"},
    {"value", "VALUE", Format::kValue},
    {"oid", "ID", Format::kObject},
    {"module", "MODULE"},
    {"site", "MADE AT"},
    {"since", "AGE", Format::kAge},
    {"gone", "GONE"},
};
constexpr std::string_view kMore[] = {"address"};
constexpr View::Section kSections[] = {
    {"members", "Members", &kMemberView},
    {"holders", "Held by", &kHolderView},
};
// What is no object, or would be gone with this command, is named by its address.
constexpr View kView = {
    .name = {"address", "ADDRESS"}, .columns = kColumns, .sections = kSections, .more = kMore};

std::string_view MemberKindName(MemberKind kind) {
  switch (kind) {
    case MemberKind::kMethod:
      return "method";
    case MemberKind::kProperty:
      return "property";
    case MemberKind::kEvent:
      return "event";
  }
  return "";
}

Record DescribeMember(const Member& member) {
  Array params;
  for (Type type : member.signature.params) params.emplace_back(TypeName(type));
  std::string flags;
  if (member.hidden) flags += "hidden ";
  if (member.inherited) flags += "inherited ";
  if (!flags.empty()) flags.pop_back();
  return {{"name", member.name},
          {"kind", MemberKindName(member.kind)},
          {"text", MemberText(member)},
          {"params", std::move(params)},
          {"required", member.signature.required},
          {"variadic", member.signature.variadic},
          {"result", TypeName(member.signature.result)},
          {"readonly", member.readonly},
          {"hidden", member.hidden},
          {"inherited", member.inherited},
          {"flags", flags},
          {"doc", member.doc}};
}

Record DescribeObject(const RemoteObject& object, std::string_view name) {
  Record record{
      {"name", name}, {"kind", ObjectKindName(object.kind())}, {"class", object.class_name()}};
  if (object.kind() == ObjectKind::kFunction || object.kind() == ObjectKind::kConstructor) {
    record.Set("signature", object.shape()->signature().ToString());
  }
  record.Set("oid", object.id().value());
  Array members;
  for (const Member& member : object.members()) members.emplace_back(DescribeMember(member));
  // A function has members now and then; that it has none is not worth a word.
  if (!members.empty() || object.kind() == ObjectKind::kObject)
    record.Set("members", std::move(members));
  return record;
}

// What inspection knows beyond the shape. Who may not inspect still gets the rest, and `note`.
absl::Status AddInspection(Context& context, Record* record, std::string* note) {
  auto oid = static_cast<uint64_t>((*record)["oid"].AsInt());
  absl::StatusOr<Value> object = context.session.Inspect("object", {Value(oid)});
  if (!object.ok()) {
    if (ExitOf(object.status()) != Exit::kDenied) return object.status();
    *note = fmt::format("who holds it is not shown: {}", MessageOf(object.status()));
    return absl::OkStatus();
  }
  for (const auto& [name, value] : object->AsRecord()) {
    if (!record->Has(name)) record->Set(name, value);
  }
  HAWSER_ASSIGN_OR_RETURN(Array holders, HoldersOf(context.session, oid));
  // What only this command holds loses its id as the command ends.
  if (holders.empty()) {
    record->Set("oid", nullptr);
    record->Set("since", nullptr);
  }
  record->Set("holders", std::move(holders));
  return absl::OkStatus();
}

absl::Status Run(Context& context) {
  HAWSER_ASSIGN_OR_RETURN(Address address, ParseAddress(context.line.arguments[0]));
  HAWSER_ASSIGN_OR_RETURN(Value value, Resolve(context.session, address));
  std::string name = address.ToString();
  if (!value.is_object()) {
    context.printer.Item(
        kView,
        Record{
            {"name", name}, {"kind", KindName(value.kind())}, {"value", value}, {"address", name}});
    return absl::OkStatus();
  }
  HAWSER_ASSIGN_OR_RETURN(RemoteObject object, ResolveObject(context.session, address));
  Record record = DescribeObject(object, name);
  std::string note;
  if (object.id() != ObjectId()) HAWSER_RETURN_IF_ERROR(AddInspection(context, &record, &note));
  int64_t oid = record["oid"].AsInt();
  record.Set("address", oid == 0 ? name : fmt::format("@{}", oid));
  context.printer.Item(kView, record);
  if (!note.empty()) context.output.Say(note);
  // Members belong to objects; a constructor knows what it takes, not what they show.
  if (object.kind() == ObjectKind::kConstructor) {
    context.output.Advise(fmt::format(
        "what its objects show: hawser new {} ... --keep, then hawser describe @ID", name));
  }
  return absl::OkStatus();
}

constexpr Example kExamples[] = {
    {"hawser describe counter", ""},
    {"hawser describe window.BrowserWindow", "a constructor, with what it takes"},
    {"hawser describe @7", "an object that somebody holds"},
};
constexpr Exit kExits[] = {Exit::kRaised, Exit::kNotFound, Exit::kExpired};

constexpr Shown kShown[] = {{"", &kView}};

}  // namespace

constexpr Command kDescribeCommand = {
    .name = "describe",
    .group = Group::kLook,
    .summary = "show an object's members, and who holds it since when",
    .arguments = "NAME",
    .least = 1,
    .most = 1,
    .details =
        "Members come with their signatures: (integer, string?) -> number takes an integer and, if "
        "given, a string. Who holds the "
        "object is shown to those who may inspect the broker.",
    .examples = kExamples,
    .exits = kExits,
    .shown = kShown,
    .run = Run,
};

}  // namespace hawser::cli
