#include "proto/wire/reference_reader.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/wire/fields.h"
#include "proto/wire/value_reader.h"

namespace hawser::wire {
namespace {

// An enum's number from a peer that may know more of them: what is past `last` becomes `otherwise`.
template <typename Enum>
Enum EnumOr(uint64_t number, Enum last, Enum otherwise) {
  auto value = static_cast<uint32_t>(number);
  return value <= static_cast<uint32_t>(last) ? static_cast<Enum>(value) : otherwise;
}

Type ToType(uint64_t number) { return EnumOr(number, Type::kPromise, Type::kAny); }

}  // namespace

bool ReferenceReader::Read(std::string_view message, Reference* reference, bool* named) {
  *reference = Reference();
  *named = false;
  // After a fault what follows only matters as far as it says what is to be registered.
  bool good = true;
  Fields fields(message);
  while (fields.Next()) {
    switch (fields.tag()) {
      case ReferenceTag::kHandle:
      case ReferenceTag::kYours:
        reference->yours = fields.tag() == ReferenceTag::kYours;
        reference->handle = fields.number();
        *named = true;
        break;
      case ReferenceTag::kOid:
        reference->oid = fields.number();
        break;
      case ReferenceTag::kShape:
        reference->shape_number = static_cast<uint32_t>(fields.number());
        break;
      case ReferenceTag::kDefinition:
        reference->defines = true;
        good = good &&
               (ReadShape(fields.bytes(), &reference->definition) || refusal_.In("definition"));
        break;
      case ReferenceTag::kSite:
        good = good && ReadText(fields.bytes(), "site", &reference->site, &refusal_);
        break;
      case ReferenceTag::kConstant:
        // No objects are known yet, so a constant that holds one is refused.
        good = good && (ValueReader({}, packet_buffer_, &refusal_)
                            .Read(fields.bytes(), &reference->constant) ||
                        refusal_.In("constant"));
        break;
      default:
        break;
    }
  }
  if (!good || !fields.Finish(&refusal_)) return false;
  return *named || refusal_.Because("names no handle");
}

bool ReferenceReader::ReadShape(std::string_view message, ShapeRef* shape) {
  ObjectKind kind = ObjectKind::kObject;
  CallbackMode mode = CallbackMode::kPlain;
  std::string_view name;
  std::vector<Member> members;
  Signature signature;
  Fields fields(message);
  while (fields.Next()) {
    switch (fields.tag()) {
      case ShapeTag::kKind:
        kind = EnumOr(fields.number(), ObjectKind::kPromise, ObjectKind::kObject);
        break;
      case ShapeTag::kName:
        if (!ReadText(fields.bytes(), "name", &name, &refusal_)) return false;
        break;
      case ShapeTag::kMembers:
        if (++members_ > WireLimits::kMaxMembers) {
          return refusal_.Because(absl::StatusCode::kResourceExhausted,
                                  absl::StrCat("more members than the limit of ",
                                               WireLimits::kMaxMembers, " in one frame"));
        }
        if (!ReadMember(fields.bytes(), &members.emplace_back()))
          return refusal_.In("members", members.size() - 1);
        break;
      case ShapeTag::kSignature:
        if (!ReadSignature(fields.bytes(), &signature)) return refusal_.In("signature");
        break;
      case ShapeTag::kMode:
        mode = EnumOr(fields.number(), CallbackMode::kConst, CallbackMode::kPlain);
        break;
      default:
        break;
    }
  }
  if (!fields.Finish(&refusal_)) return false;
  *shape = Shape::Build(kind, std::string(name), std::move(members), std::move(signature), mode);
  return true;
}

bool ReferenceReader::ReadMember(std::string_view message, Member* member) {
  std::string_view name, doc;
  bool known = true;
  Fields fields(message);
  while (fields.Next()) {
    switch (fields.tag()) {
      case MemberTag::kName:
        if (!ReadText(fields.bytes(), "name", &name, &refusal_)) return false;
        break;
      case MemberTag::kKind:
        known = static_cast<uint32_t>(fields.number()) <= static_cast<uint32_t>(MemberKind::kEvent);
        member->kind = EnumOr(fields.number(), MemberKind::kEvent, MemberKind::kMethod);
        break;
      case MemberTag::kHidden:
        member->hidden = fields.flag();
        break;
      case MemberTag::kReadonly:
        member->readonly = fields.flag();
        break;
      case MemberTag::kInherited:
        member->inherited = fields.flag();
        break;
      case MemberTag::kSignature:
        if (!ReadSignature(fields.bytes(), &member->signature)) return refusal_.In("signature");
        break;
      case MemberTag::kDoc:
        if (!ReadText(fields.bytes(), "doc", &doc, &refusal_)) return false;
        break;
      default:
        break;
    }
  }
  if (!fields.Finish(&refusal_)) return false;
  if (!known)
    member->hidden = true;  // listed, for the indexes to be right; nobody here could use it
  member->name = name;
  member->doc = doc;
  return true;
}

bool ReferenceReader::ReadSignature(std::string_view message, Signature* signature) {
  *signature = Signature();
  Fields fields(message);
  while (fields.Next()) {
    switch (fields.tag()) {
      case SignatureTag::kParams: {
        auto append = [&](uint64_t number) { signature->params.push_back(ToType(number)); };
        if (!ForEachPacked(fields.bytes(), append, &refusal_)) return refusal_.In("params");
        break;
      }
      case SignatureTag::kParamUnpacked:
        signature->params.push_back(ToType(fields.number()));
        break;
      case SignatureTag::kResult:
        signature->result = ToType(fields.number());
        break;
      case SignatureTag::kRequired:
        signature->required = static_cast<uint32_t>(fields.number());
        break;
      case SignatureTag::kVariadic:
        signature->variadic = fields.flag();
        break;
      default:
        break;
    }
  }
  return fields.Finish(&refusal_);
}

}  // namespace hawser::wire
