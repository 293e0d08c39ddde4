#include "broker/core/root.h"

#include <algorithm>
#include <stop_token>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"
#include "hawser/call_check.h"

namespace hawser::broker {

struct Root::Method {
  std::string_view name;
  Signature signature;
  std::string_view doc;
  void (Root::*run)(const SessionRef& session, std::span<Value> args, Reply reply);
};

const Root::Method Root::kMethods[] = {
    {"require",
     {{Type::kString}, Type::kAny, 1},
     "The module of that name or path.",
     &Root::Require},
    {"getBuiltin", {{Type::kString}, Type::kAny, 1}, "A built-in module.", &Root::GetBuiltin},
    {"getGlobal", {{Type::kString}, Type::kAny, 1}, "A global of the main side.", &Root::GetGlobal},
    {"getCurrentWindow",
     {{}, Type::kObject, 0},
     "The window the caller's session belongs to.",
     &Root::GetCurrentWindow},
    {"getCurrentWebContents",
     {{}, Type::kObject, 0},
     "The web contents the caller's session belongs to.",
     &Root::GetCurrentWebContents},
    {"provide",
     {{Type::kString, Type::kAny}, Type::kUndefined, 2},
     "Makes an object of the caller's a module, until the caller's session ends.",
     &Root::Provide},
};

namespace {

constexpr std::string_view kProcess = "process";

class ContextOf final : public CallContext {
 public:
  explicit ContextOf(SessionRef session) : session_(std::move(session)) {}
  SessionRef session() const override { return session_; }
  std::stop_token stop_token() override { return {}; }

 private:
  const SessionRef session_;
};

// A method of the root read like a property. It stays the session's that read it: a client may hand
// it to a module, which calls it as no session, and must get no further with that than by itself.
class BoundMethod final : public Object {
 public:
  BoundMethod(ObjectRef root, SessionRef session, std::string_view name, Signature signature)
      : root_(std::move(root)),
        session_(std::move(session)),
        name_(name),
        shape_(Shape::Build(ObjectKind::kFunction, name_, {}, std::move(signature))) {}

  ShapeRef shape() const override { return shape_; }
  void Invoke(Invocation call, Reply reply) override {
    if (call.op != Op::kCall) {
      reply.Fail(absl::UnimplementedError(absl::StrCat(name_, " is a function: call it")));
      return;
    }
    ContextOf handed_to(session_);
    if (call.context == nullptr || call.context->session() == nullptr) {
      if (session_->ended()) {
        reply.Fail(absl::FailedPreconditionError(
            absl::StrCat("remote.", name_, " was read by a session that has ended")));
        return;
      }
      call.context = &handed_to;
    }
    call.shape = nullptr;
    call.name = name_;
    root_->Invoke(call, std::move(reply));
  }

 private:
  const ObjectRef root_;
  const SessionRef session_;
  const std::string name_;
  const ShapeRef shape_;
};

Member PropertyMember(std::string name, std::string_view doc) {
  Member member;
  member.name = std::move(name);
  member.kind = MemberKind::kProperty;
  member.readonly = true;
  member.signature.result = Type::kObject;
  member.doc = std::string(doc);
  return member;
}

}  // namespace

Root::Root(ModuleRegistry& modules, ClaimTable& claims, const BrokerLimits& limits)
    : modules_(modules), claims_(claims), limits_(limits), gate_(modules) {}

const Root::Method* Root::FindMethod(std::string_view name) {
  const Method* method = std::find_if(std::begin(kMethods), std::end(kMethods),
                                      [&](const Method& m) { return m.name == name; });
  return method == std::end(kMethods) ? nullptr : method;
}

ShapeRef Root::shape() const {
  // The version is read first: a module added meanwhile makes the next caller build anew.
  uint64_t version = modules_.version();
  {
    base::MutexLock lock(mu_);
    if (shape_ && shape_version_ == version) return shape_;
  }
  std::vector<Member> members;
  for (const Method& method : kMethods) {
    Member& member = members.emplace_back();
    member.name = std::string(method.name);
    member.signature = method.signature;
    member.doc = std::string(method.doc);
  }
  members.push_back(PropertyMember(std::string(kProcess), "The main side's process."));
  for (std::string& name : modules_.BuiltinNames()) {
    if (name == kProcess || FindMethod(name) != nullptr) continue;
    members.push_back(PropertyMember(std::move(name), "A built-in module."));
  }
  ShapeRef shape = Shape::Build(ObjectKind::kObject, "remote", std::move(members));
  base::MutexLock lock(mu_);
  shape_ = shape;
  shape_version_ = version;
  return shape;
}

void Root::Invoke(Invocation call, Reply reply) {
  SessionRef session = call.context != nullptr ? call.context->session() : SessionRef();
  if (session == nullptr) {
    // A module that a client gave the root to must not get for it what hooks deny to that client.
    reply.Fail(absl::FailedPreconditionError("remote is used by sessions, not by modules"));
    return;
  }
  std::string_view name = call.member_name();
  const Method* method = FindMethod(name);
  if (call.op == Op::kCall && method != nullptr) {
    // Also for a method that was read, which no dispatcher checked.
    if (absl::Status status = CheckArguments(name, method->signature, call.args); !status.ok()) {
      reply.Fail(status);
      return;
    }
    (this->*method->run)(session, call.args, std::move(reply));
  } else if (call.op == Op::kGet && method != nullptr) {
    reply.Return(
        Value(MakeRef<BoundMethod>(ObjectRef(this), std::move(session), name, method->signature)));
  } else if (call.op == Op::kGet && name == kProcess) {
    Named(EntryRequest::Point::kGlobal, &ModuleRegistry::Global, session, name, std::move(reply));
  } else if (call.op == Op::kGet && !name.empty()) {
    Named(EntryRequest::Point::kBuiltin, &ModuleRegistry::Builtin, session, name, std::move(reply));
  } else {
    reply.Fail(absl::UnimplementedError(absl::StrCat(
        "remote does not know ", base::ToAbsl(OpName(call.op)), " of '", base::ToAbsl(name), "'")));
  }
}

void Root::Require(const SessionRef& session, std::span<Value> args, Reply reply) {
  std::string_view wanted = args[0].AsString();
  Ask(EntryRequest::Point::kRequire, session, wanted, std::move(reply),
      [this, session, wanted = std::string(wanted)](Reply reply) {
        absl::StatusOr<ModuleRegistry::Required> found = modules_.Require(wanted);
        if (!found.ok()) {
          reply.Fail(found.status());
          return;
        }
        // Whichever way leads to a module: hooks that know it by its name, or as a built-in, are
        // asked about that as well.
        auto give = [exports = std::move(found->exports)](Reply reply) mutable {
          reply.Return(std::move(exports));
        };
        auto ask_as_builtin = [this, session, name = found->name, builtin = found->builtin,
                               give = std::move(give)](Reply reply) mutable {
          if (!builtin) return give(std::move(reply));
          Ask(EntryRequest::Point::kBuiltin, session, name, std::move(reply), std::move(give));
        };
        if (found->name == wanted) return ask_as_builtin(std::move(reply));
        Ask(EntryRequest::Point::kRequire, session, found->name, std::move(reply),
            std::move(ask_as_builtin));
      });
}

void Root::GetBuiltin(const SessionRef& session, std::span<Value> args, Reply reply) {
  Named(EntryRequest::Point::kBuiltin, &ModuleRegistry::Builtin, session, args[0].AsString(),
        std::move(reply));
}

void Root::GetGlobal(const SessionRef& session, std::span<Value> args, Reply reply) {
  Named(EntryRequest::Point::kGlobal, &ModuleRegistry::Global, session, args[0].AsString(),
        std::move(reply));
}

void Root::GetCurrentWindow(const SessionRef& session, std::span<Value> /*args*/, Reply reply) {
  Current(EntryRequest::Point::kCurrentWindow, ClaimTable::Which::kWindow, session,
          std::move(reply));
}

void Root::GetCurrentWebContents(const SessionRef& session, std::span<Value> /*args*/,
                                 Reply reply) {
  Current(EntryRequest::Point::kCurrentWebContents, ClaimTable::Which::kContents, session,
          std::move(reply));
}

void Root::Ask(EntryRequest::Point point, const SessionRef& session, std::string_view name,
               Reply reply, absl::AnyInvocable<void(Reply)> go_on) {
  gate_.Ask(point, session, name,
            [self = ObjectRef(this), reply = std::move(reply), go_on = std::move(go_on)](
                absl::Status status, std::optional<Value> replacement) mutable {
              if (!status.ok()) {
                reply.Fail(status);
              } else if (replacement) {
                reply.Return(*std::move(replacement));
              } else {
                go_on(std::move(reply));
              }
            });
}

void Root::Named(EntryRequest::Point point, Lookup lookup, const SessionRef& session,
                 std::string_view name, Reply reply) {
  Ask(point, session, name, std::move(reply),
      [this, lookup, name = std::string(name)](Reply reply) {
        reply.Answer(Outcome((modules_.*lookup)(name)));
      });
}

void Root::Current(EntryRequest::Point point, ClaimTable::Which which, const SessionRef& session,
                   Reply reply) {
  Ask(point, session, "", std::move(reply),
      [this, which, session](Reply reply) { claims_.Current(session, which, std::move(reply)); });
}

void Root::Provide(const SessionRef& session, std::span<Value> args, Reply reply) {
  if (!args[1].is_object()) {
    reply.Fail(absl::InvalidArgumentError(absl::StrCat("provide: argument 2: expected object, got ",
                                                       base::ToAbsl(KindName(args[1].kind())))));
    return;
  }
  gate_.Ask(
      EntryRequest::Point::kProvide, session, args[0].AsString(),
      [this, self = ObjectRef(this), session, name = std::string(args[0].AsString()),
       object = args[1].TakeObject(),
       reply = std::move(reply)](absl::Status status, std::optional<Value> replacement) mutable {
        if (status.ok() && replacement && !replacement->is_object()) {
          // Let through, it would be what the hook meant to keep out.
          status = absl::PermissionDeniedError(absl::StrCat(
              "'", base::ToAbsl(name), "' is blocked: a hook replaced it by ",
              base::ToAbsl(KindName(replacement->kind())), ", and only objects are provided"));
        }
        if (status.ok() && replacement) object = replacement->TakeObject();
        if (status.ok()) {
          status =
              modules_.AddProvided(name, std::move(object), session->id(), limits_.provided_names);
        }
        // It may have ended before its name was there to be dropped.
        if (status.ok() && session->ended()) modules_.RemoveProvided(session->id());
        status.ok() ? reply.Return() : reply.Fail(status);
      });
}

}  // namespace hawser::broker
