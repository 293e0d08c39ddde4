#include "tools/cli/resolve.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/record.h"
#include "tools/cli/failure.h"
#include "tools/cli/suggest.h"
#include "tools/cli/value_text.h"

namespace hawser::cli {
namespace {

// A value that is no object, as a sentence says it: "a string", "an array".
std::string Kinded(const Value& value) {
  std::string_view kind = KindName(value.kind());
  bool vowel = std::string_view("aeiou").find(kind[0]) != std::string_view::npos;
  return fmt::format("{} {}", vowel ? "an" : "a", kind);
}

// Whether what is near is looked for when something is not there.
enum class Suggest { kYes, kNo };

class Resolver {
 public:
  explicit Resolver(Session& session, Suggest suggest = Suggest::kYes)
      : session_(session), suggest_(suggest) {}

  // What the root and the first `steps` steps of `address` name.
  absl::StatusOr<Value> Walk(Address address, size_t steps) {
    HAWSER_ASSIGN_OR_RETURN(Value value, ResolveRoot(&address, &steps));
    Address at = address;
    at.steps.clear();
    HAWSER_ASSIGN_OR_RETURN(value, session_.Settle(std::move(value), at.ToString()));
    for (size_t i = 0; i < steps; ++i) {
      std::string before = at.ToString();
      at.steps.push_back(address.steps[i]);
      HAWSER_ASSIGN_OR_RETURN(value, Step(value, address.steps[i], before, at.ToString()));
      HAWSER_ASSIGN_OR_RETURN(value, session_.Settle(std::move(value), at.ToString()));
    }
    return value;
  }

 private:
  // Names may have dots in them: what was read as steps joins the name if there is nothing of the
  // shorter name.
  absl::StatusOr<Value> ResolveRoot(Address* address, size_t* steps) {
    HAWSER_ASSIGN_OR_RETURN(RemoteObject root, session_.Root());
    // It is used without having been shown; asked for, it shows its members like any other.
    if (address->root == Address::Root::kRemote)
      return session_.Apply(root, Op::kDescribe, "", {}, "remote");
    if (address->root == Address::Root::kObject) return FindObject(address->oid);
    absl::StatusOr<Value> found = FindName(root, *address);
    if (found.ok() || !absl::IsNotFound(found.status()) || address->quoted) return found;
    Address joined = *address;
    size_t left = *steps;
    while (left > 0 && !joined.steps.front().is_index) {
      joined.name += "." + joined.steps.front().name;
      joined.steps.erase(joined.steps.begin());
      --left;
      absl::StatusOr<Value> longer = FindName(root, joined);
      if (!longer.ok()) continue;
      *address = std::move(joined);
      *steps = left;
      return longer;
    }
    return found;
  }

  absl::StatusOr<Value> FindObject(uint64_t oid) {
    absl::StatusOr<Value> object = session_.Inspect("lookup", {Value(oid)});
    if (object.ok() || !absl::IsNotFound(object.status())) return object;
    return Fail(
        Exit::kNotFound, fmt::format("there is no object @{}", oid),
        "an object lives as long as a session holds it; those that live: hawser list --objects");
  }

  absl::StatusOr<Value> FindName(const RemoteObject& root, const Address& address) {
    struct Way {
      Address::Root root;
      std::string_view method;
    };
    constexpr Way kWays[] = {{Address::Root::kModule, "require"},
                             {Address::Root::kBuiltin, "getBuiltin"},
                             {Address::Root::kGlobal, "getGlobal"}};
    std::string gone;
    for (const Way& way : kWays) {
      if (address.root != Address::Root::kName && address.root != way.root) continue;
      absl::StatusOr<Value> found =
          session_.Apply(root, Op::kCall, way.method, {Value(address.name)}, address.name);
      // What is required may be a built-in, too.
      if (found.ok() && address.root == Address::Root::kModule && IsBuiltin(root, address.name))
        continue;
      if (found.ok() || !absl::IsNotFound(found.status())) return found;
      if (gone.empty()) gone = GoneText(found.status(), address.name);
    }
    if (!gone.empty()) {
      return Fail(Exit::kNotFound, gone,
                  "it is there again when whoever provided it provides it anew");
    }
    std::string_view kinds = address.root == Address::Root::kModule    ? "module"
                             : address.root == Address::Root::kBuiltin ? "built-in"
                             : address.root == Address::Root::kGlobal
                                 ? "global"
                                 : "module, built-in or global";
    return WithHint(
        Fail(Exit::kNotFound, fmt::format("there is no {} named '{}'", kinds, address.name),
             suggest_ == Suggest::kYes ? Near(address) : ""),
        "all there are: hawser list");
  }

  // What the broker says of a module that has a provider but whose object is gone; else "".
  static std::string GoneText(const absl::Status& status, const std::string& name) {
    std::string_view text = MessageOf(status);  // its code follows in brackets
    size_t begin = text.find(fmt::format("module '{}' is gone: ", name));
    if (begin == text.npos) return "";
    return std::string(text.substr(begin, text.rfind(" (") - begin));
  }

  bool IsBuiltin(const RemoteObject& root, const std::string& name) {
    return session_.Apply(root, Op::kCall, "getBuiltin", {Value(name)}, name).ok();
  }

  // What of everything there is may have been meant, if this session may know.
  std::string Near(const Address& address) {
    absl::StatusOr<Value> modules = session_.Inspect("modules");
    if (!modules.ok()) return "";
    std::vector<std::string> names;
    for (const Value& value : modules->AsArray()) {
      const Record& module = value.AsRecord();
      std::string_view kind = module["kind"].AsString();
      Address there{.root = kind == "built-in" ? Address::Root::kBuiltin
                            : kind == "global" ? Address::Root::kGlobal
                                               : Address::Root::kModule,
                    .name = std::string(module["name"].AsString())};
      if (address.root == Address::Root::kName || address.root == there.root) {
        names.push_back(there.name);
      } else if (address.name == there.name) {
        return fmt::format("did you mean '{}'?", there.ToString());
      }
    }
    return DidYouMean(address.name, names);
  }

  absl::StatusOr<Value> Step(const Value& value, const Address::Step& step, std::string_view before,
                             std::string_view after) {
    if (value.is(Kind::kArray) && step.is_index) {
      const Array& array = value.AsArray();
      if (step.index < array.size()) return array[step.index];
      return Fail(Exit::kNotFound, fmt::format("{} has {} element{}; there is no {}", before,
                                               array.size(), array.size() == 1 ? "" : "s", after));
    }
    if (value.is(Kind::kRecord)) return Field(value.AsRecord(), step.name, before);
    if (value.is_object())
      return MemberOf(RemoteObject(value.TakeObject()), step.name, before, after);
    return Fail(Exit::kNotFound,
                fmt::format("{} is {}; there is no {}", before, Kinded(value), after));
  }

  static absl::StatusOr<Value> Field(const Record& record, std::string_view name,
                                     std::string_view before) {
    if (const Value* field = record.Find(name)) return *field;
    std::vector<std::string> names;
    for (const auto& [known, value] : record) names.push_back(known);
    return Fail(Exit::kNotFound, fmt::format("{} has no field '{}'", before, name),
                DidYouMean(name, names));
  }

  absl::StatusOr<Value> MemberOf(const RemoteObject& object, const std::string& name,
                                 std::string_view before, std::string_view after);

  Session& session_;
  const Suggest suggest_;
};

// The member of that name of an object of that shape, which is called `before`.
absl::StatusOr<const Member*> FindMember(const ShapeRef& shape, std::string_view name,
                                         std::string_view before) {
  const Member* member = shape == nullptr ? nullptr : shape->FindMember(name);
  if (member != nullptr && member->hidden) {
    return Fail(Exit::kNotFound,
                fmt::format("'{}' of {} is hidden: not enumerable, so out of reach", name, before));
  }
  if (member != nullptr) return member;
  std::vector<std::string> names;
  if (shape != nullptr) {
    for (const Member& known : shape->members()) {
      if (!known.hidden) names.push_back(known.name);
    }
  }
  return WithHint(Fail(Exit::kNotFound, fmt::format("{} has no member '{}'", before, name),
                       DidYouMean(name, names)),
                  fmt::format("its members: hawser describe {}", before));
}

absl::StatusOr<Value> Resolver::MemberOf(const RemoteObject& object, const std::string& name,
                                         std::string_view before, std::string_view after) {
  ShapeRef shape = object.shape();
  HAWSER_ASSIGN_OR_RETURN(const Member* member, FindMember(shape, name, before));
  if (member->kind == MemberKind::kEvent) {
    return Fail(Exit::kUsage, fmt::format("{} is an event", after),
                fmt::format("to follow it: hawser watch {} --event {}", before, name));
  }
  return session_.Apply(object, Op::kGet, name, {}, after);
}

absl::StatusOr<RemoteObject> AsObject(Value value, const Address& address) {
  if (value.is_object()) return RemoteObject(value.TakeObject());
  return Fail(Exit::kUsage, fmt::format("{} is {}, no object", address.ToString(), Kinded(value)),
              fmt::format("to see it: hawser get {}", address.ToString()));
}

}  // namespace

absl::StatusOr<Value> Resolve(Session& session, const Address& address) {
  return Resolver(session).Walk(address, address.steps.size());
}

absl::StatusOr<bool> Exists(Session& session, const Address& address) {
  // One that is destroyed keeps its id while somebody holds it, but is there no more.
  if (address.root == Address::Root::kObject) {
    absl::StatusOr<Value> object = session.Inspect("object", {Value(address.oid)});
    if (absl::IsNotFound(object.status())) return false;
    HAWSER_RETURN_IF_ERROR(object.status());
    if (object->AsRecord()["gone"].is(Kind::kString)) return false;
    if (address.steps.empty()) return true;
  }
  absl::StatusOr<Value> found = Resolver(session, Suggest::kNo).Walk(address, address.steps.size());
  if (found.ok()) {
    return !found->is_object() || found->AsObject()->gone() == GoneReason::kAlive;
  }
  if (absl::IsNotFound(found.status())) return false;
  return found.status();
}

absl::StatusOr<RemoteObject> ResolveObject(Session& session, const Address& address) {
  HAWSER_ASSIGN_OR_RETURN(Value value, Resolve(session, address));
  return AsObject(std::move(value), address);
}

absl::StatusOr<Target> ResolveTarget(Session& session, const Address& address) {
  Target target{.text = address.ToString()};
  if (!address.steps.empty()) {
    Address parent = address.Parent();
    absl::StatusOr<Value> value = Resolve(session, parent);
    if (!value.ok() && !absl::IsNotFound(value.status())) return value.status();
    if (value.ok() && value->is_object()) {
      HAWSER_ASSIGN_OR_RETURN(target.object, AsObject(*std::move(value), parent));
      target.member = address.steps.back().name;
      target.shape = target.object.shape();
      HAWSER_ASSIGN_OR_RETURN(target.info,
                              FindMember(target.shape, target.member, parent.ToString()));
      return target;
    }
  }
  // An element of an array, or a name with dots in it.
  HAWSER_ASSIGN_OR_RETURN(target.object, ResolveObject(session, address));
  return target;
}

ObjectLookup LookupIn(Session& session) {
  return [&session](std::string_view text) -> absl::StatusOr<Value> {
    HAWSER_ASSIGN_OR_RETURN(Address address, ParseAddress(text));
    return Resolve(session, address);
  };
}

}  // namespace hawser::cli
