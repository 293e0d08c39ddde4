#include "tests/client/scripted_object.h"

#include <utility>

namespace hawser::tests {

ScriptedObject& ScriptedObject::Add(std::string name, Method method, Member member) {
  member.name = name;
  if (member.kind == MemberKind::kMethod && member.signature == Signature()) {
    member.signature.variadic = true;
  }
  members_.push_back(std::move(member));
  methods_[std::move(name)] = std::move(method);
  return *this;
}

ScriptedObject& ScriptedObject::AddFunction(std::string name, Function function, Member member) {
  return Add(
      std::move(name),
      [function = std::move(function)](Invocation call, Reply reply) {
        reply.Answer(Outcome(function(call.args)));
      },
      std::move(member));
}

ScriptedObject& ScriptedObject::AddProperty(std::string name, Value value) {
  Member member;
  member.kind = MemberKind::kProperty;
  auto content = std::make_shared<Value>(std::move(value));
  return Add(
      std::move(name),
      [content](Invocation call, Reply reply) {
        if (call.op == Op::kSet) *content = call.args[0];
        reply.Return(call.op == Op::kSet ? Value() : *content);
      },
      std::move(member));
}

ScriptedObject& ScriptedObject::AddHidden(std::string name) {
  Member member;
  member.hidden = true;
  return AddFunction(
      std::move(name), [](Args) { return Value(); }, std::move(member));
}

ShapeRef ScriptedObject::shape() const {
  base::MutexLock lock(mu_);
  if (shape_ == nullptr) {
    Signature signature;
    signature.variadic = true;
    shape_ = Shape::Build(kind_, name_, members_, signature);
  }
  return shape_;
}

void ScriptedObject::Invoke(Invocation call, Reply reply) {
  auto method = methods_.find(call.member_name());
  if (method != methods_.end()) {
    method->second(call, std::move(reply));
  } else if (other_) {
    other_(call, std::move(reply));
  } else {
    reply.Fail(absl::NotFoundError("no such member: " + std::string(call.member_name())));
  }
}

}  // namespace hawser::tests
