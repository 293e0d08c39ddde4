#include "hawser/native_function.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "hawser/base/executor.h"
#include "hawser/base/string_view.h"
#include "hawser/bound_methods.h"
#include "hawser/call_check.h"
#include "hawser/module.h"

namespace hawser::internal {

// NativeFunction

NativeFunction::NativeFunction(Module& module, std::string name, BoundMember code, std::string site)
    : module_(module),
      shape_(Shape::Build(ObjectKind::kFunction, std::move(name), {}, std::move(code.signature))),
      code_(std::move(code.bound)),
      site_(std::move(site)) {
  module_.function_count().fetch_add(1, std::memory_order_relaxed);
}

base::Executor* NativeFunction::home() const { return &module_.HomeOf(this); }

GoneReason NativeFunction::gone() const { return module_.gone(); }

void NativeFunction::Invoke(Invocation call, Reply reply) {
  if (call.op == Op::kDescribe) {
    reply.Return(ObjectRef(this));
    return;
  }
  absl::Status status = gone() == GoneReason::kAlive ? absl::OkStatus() : GoneStatus(*this);
  if (status.ok() && call.op != Op::kCall) status = CheckCall(*shape_, call);
  if (status.ok() && !call.member_name().empty()) status = CheckCall(*shape_, call);
  if (!status.ok()) {
    reply.Fail(status);
    return;
  }
  // The function may drop the last reference to itself.
  ObjectRef self(this);
  ModuleScope scope(module_);
  Caller caller(module_, call.context);
  CallFrame frame{.self = nullptr,
                  .args = call.args,
                  .caller = caller,
                  .reply = std::move(reply),
                  .signature = shape_->signature(),
                  .owner = {},
                  .member = shape_->name(),
                  .pending = nullptr};
  code_(frame);
}

void NativeFunction::Dispose() {
  // What the callable holds belongs to the module.
  module_.Retire(*this, *home(), module_.function_count(),
                 [](Object* self) { delete static_cast<NativeFunction*>(self); });
}

// BoundMethod

BoundMethod::BoundMethod(ObjectRef self, const MemberTable& table, int member)
    : self_(std::move(self)),
      table_(table),
      member_(member),
      shape_(Shape::Build(ObjectKind::kFunction, table.members()[static_cast<size_t>(member)].name,
                          {}, table.members()[static_cast<size_t>(member)].signature)) {}

const void* BoundMethod::type_tag() const {
  static constexpr char kTag = 0;
  return &kTag;
}

bool BoundMethod::Same(const Object& other) const {
  if (this == &other) return true;
  if (other.type_tag() != type_tag()) return false;
  const auto& method = static_cast<const BoundMethod&>(other);
  return self_->Same(*method.self_) && &table_ == &method.table_ && member_ == method.member_;
}

void BoundMethod::Dispose() {
  table_.module().bound_methods().Forget(*this);
  delete this;
}

void BoundMethod::Invoke(Invocation call, Reply reply) {
  if (call.op == Op::kDescribe) {
    reply.Return(ObjectRef(this));
    return;
  }
  absl::Status status = CheckCall(*shape_, call);
  if (status.ok() && gone() != GoneReason::kAlive) status = GoneStatus(*self_);
  if (!status.ok()) {
    reply.Fail(status);
    return;
  }
  Invocation on_self = call;
  ShapeRef shape = table_.shape();
  on_self.shape = shape.get();
  on_self.member = member_;
  self_->Invoke(on_self, std::move(reply));
}

// StaticObject

StaticObject::StaticObject(Module& module, ObjectKind kind, std::string name)
    : module_(module), members_(module, kind, std::move(name)) {}

void StaticObject::set_construct(BoundMember construct) {
  std::string_view problem;
  if (members_.sealed()) problem = "a constructor is given only while the module is made";
  if (constructible()) problem = "it has a constructor already";
  if (!problem.empty()) {
    throw Exception(absl::StatusCode::kInvalidArgument,
                    absl::StrCat(members_.name(), ": ", base::ToAbsl(problem)));
  }
  members_.set_signature(std::move(construct.signature));
  construct_ = std::move(construct.bound);
}

void StaticObject::DropCode() {
  members_.DropCode();
  construct_ = Bound();
}

base::Executor* StaticObject::home() const { return &module_.HomeOf(this); }

GoneReason StaticObject::gone() const { return module_.gone(); }

void StaticObject::Invoke(Invocation call, Reply reply) {
  if (gone() != GoneReason::kAlive) {
    reply.Fail(GoneStatus(*this));
    return;
  }
  int member = members_.Find(call);
  if (member != Shape::kNotFound || call.op != Op::kNew || !call.member_name().empty()) {
    members_.Invoke(*this, member, call, std::move(reply));
    return;
  }
  if (!construct_) {
    reply.Fail(absl::UnimplementedError(absl::StrCat(members_.name(), " cannot be constructed")));
    return;
  }
  ModuleScope scope(module_);
  Caller caller(module_, call.context);
  std::string name = absl::StrCat("new ", members_.name());
  CallFrame frame{.self = nullptr,
                  .args = call.args,
                  .caller = caller,
                  .reply = std::move(reply),
                  .signature = members_.signature(),
                  .owner = {},
                  .member = name,
                  .pending = nullptr};
  construct_(frame);
}

}  // namespace hawser::internal
