#include "hawser/member_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "hawser/base/executor.h"
#include "hawser/base/string_view.h"
#include "hawser/base/utf8.h"
#include "hawser/bound_methods.h"
#include "hawser/call_check.h"
#include "hawser/dispatch.h"
#include "hawser/function.h"
#include "hawser/module.h"

namespace hawser::internal {
namespace {

// Waits for a property's value and does the rest of the call on it. Only for getters that answer
// late; deletes itself.
class LateValue final : public ReplySink {
 public:
  LateValue(std::string name, const base::Executor* home, const Invocation& call, Reply reply)
      : name_(std::move(name)),
        home_(home),
        op_(call.op),
        context_(call.context),
        args_(std::make_move_iterator(call.args.begin()), std::make_move_iterator(call.args.end())),
        reply_(std::move(reply)) {}

  void Deliver(uint64_t /*token*/, Outcome outcome) override {
    if (outcome.ok()) {
      Invocation call{.op = op_, .args = args_, .context = context_, .no_reply = !reply_.pending()};
      ActOnValue(std::move(outcome.value()), name_, home_, call, std::move(reply_));
    } else {
      reply_.Answer(std::move(outcome));
    }
    delete this;
  }

 private:
  ~LateValue() = default;

  const std::string name_;
  const base::Executor* const home_;
  const Op op_;
  CallContext* const context_;  // valid until reply_ is answered
  Array args_;
  Reply reply_;
};

}  // namespace

MemberTable::MemberTable(Module& module, ObjectKind kind, std::string name)
    : module_(module), kind_(kind), name_(std::move(name)) {}

bool MemberTable::Has(const Member& member) const {
  // An event may share its name with a method: one closes a window, the other tells of it.
  return std::any_of(members_.begin(), members_.end(), [&member](const Member& other) {
    return other.name == member.name &&
           (other.kind == MemberKind::kEvent) == (member.kind == MemberKind::kEvent);
  });
}

Member& MemberTable::Add(Member member, Bound run, Bound set) {
  std::string_view problem;
  if (shape_ != nullptr) problem = "members are added only while the module is made";
  if (member.name.empty()) problem = "a member needs a name";
  if (!base::IsUtf8(member.name)) problem = "the name is not UTF-8";
  if (Has(member)) problem = "the name is taken";
  if (!problem.empty()) {
    throw Exception(
        absl::StatusCode::kInvalidArgument,
        absl::StrCat(name_, ".", absl::CHexEscape(member.name), ": ", base::ToAbsl(problem)));
  }
  own_.push_back({std::move(run), std::move(set)});
  code_.push_back(&own_.back());
  return members_.emplace_back(std::move(member));
}

void MemberTable::Inherit(const MemberTable& base) {
  for (size_t i = 0; i < base.code_.size(); ++i) {
    Member member = base.members()[i];
    if (Has(member)) continue;
    member.inherited = true;
    members_.push_back(std::move(member));
    code_.push_back(base.code_[i]);
  }
  // A class may be registered before the one it extends.
  if (!base.sealed() && base.base_ != nullptr) Inherit(*base.base_);
}

void MemberTable::Seal() {
  if (shape_ != nullptr) return;
  shape_ = Shape::Build(kind_, name_, std::move(members_), signature_);
  members_.clear();
}

void MemberTable::DropCode() {
  for (Code& code : own_) code = Code();
}

ShapeRef MemberTable::shape() const {
  if (shape_ != nullptr) return shape_;
  return Shape::Build(kind_, name_);
}

void MemberTable::Run(const Bound& code, Object& self, size_t index, Invocation& call,
                      Reply reply) const {
  const Member& member = shape_->members()[index];
  ModuleScope scope(module_);
  Caller caller(module_, call.context);
  CallFrame frame{.self = &self,
                  .args = call.args,
                  .caller = caller,
                  .reply = std::move(reply),
                  .signature = member.signature,
                  .owner = name_,
                  .member = member.name,
                  .pending = nullptr};
  code(frame);
}

void MemberTable::Invoke(Object& self, int index, Invocation& call, Reply reply) const {
  if (shape_ == nullptr || index < 0 || static_cast<size_t>(index) >= code_.size()) {
    Refuse(self, call, std::move(reply));
    return;
  }
  size_t i = static_cast<size_t>(index);
  const Member& member = shape_->members()[i];
  const Code& code = *code_[i];
  // What is common needs no further checks: the callable sees to its arguments.
  bool property = member.kind == MemberKind::kProperty;
  if ((call.op == Op::kCall && member.kind == MemberKind::kMethod) ||
      (call.op == Op::kGet && property)) {
    Run(code.run, self, i, call, std::move(reply));
    return;
  }
  if (call.op == Op::kSet && code.set && call.args.size() == 1) {
    Run(code.set, self, i, call, std::move(reply));
    return;
  }
  absl::Status status = CheckCall(*shape_, call);
  if (!status.ok()) {
    reply.Fail(status);
  } else if (member.kind == MemberKind::kMethod) {
    // Reading a method gives it as a function of its own (S5).
    reply.Return(Value(module_.bound_methods().Get(self, *this, index)));
  } else {
    // Something is to be done with the property's value.
    Reply then(
        new LateValue(absl::StrCat(name_, ".", member.name), self.home(), call, std::move(reply)),
        0);
    Invocation get{.op = Op::kGet, .member = index, .shape = shape_.get(), .context = call.context};
    Run(code.run, self, i, get, std::move(then));
  }
}

void MemberTable::Refuse(Object& self, const Invocation& call, Reply reply) const {
  absl::Status status = CheckCall(*shape(), call);
  if (status.ok() && call.op == Op::kDescribe) {
    reply.Return(ObjectRef(&self));
    return;
  }
  if (status.ok()) status = absl::UnimplementedError(absl::StrCat(name_, " cannot do this"));
  reply.Fail(status);
}

void ActOnValue(Value value, std::string_view name, const base::Executor* home, Invocation& call,
                Reply reply) {
  if (call.op == Op::kGet) {
    reply.Return(std::move(value));
    return;
  }
  ObjectRef target = value.TakeObject();
  if (target == nullptr) {
    reply.Fail(absl::UnimplementedError(
        absl::StrCat(base::ToAbsl(name), " holds ", base::ToAbsl(KindName(value.kind())),
                     ": nothing to ", base::ToAbsl(OpName(call.op)))));
    return;
  }
  base::Executor* target_home = target->home();
  if (target_home != nullptr && target_home != home) {
    Dispatch(
        *target, call.op, {},
        Array(std::make_move_iterator(call.args.begin()), std::make_move_iterator(call.args.end())),
        std::move(reply));
    return;
  }
  // It belongs here too, so it also learns who calls.
  if (target->gone() != GoneReason::kAlive) {
    reply.Fail(GoneStatus(*target));
    return;
  }
  ShapeRef shape = target->shape();
  Invocation forwarded{.op = call.op,
                       .shape = shape.get(),
                       .args = call.args,
                       .context = call.context,
                       .no_reply = call.no_reply};
  target->Invoke(forwarded, std::move(reply));
}

}  // namespace hawser::internal
