#ifndef TESTS_TOOLS_CLI_FAKE_OBJECT_H_
#define TESTS_TOOLS_CLI_FAKE_OBJECT_H_

// FakeObject: an object made of lambdas, in this process. What starts at one behaves, to a command,
// like a broker.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "hawser/function.h"
#include "hawser/object.h"

namespace hawser::cli {

class FakeObject final : public Object {
 public:
  using Body = std::function<absl::StatusOr<Value>(Args)>;

  FakeObject(ObjectKind kind, std::string name, uint64_t oid, Signature signature = {},
             Body self = {})
      : kind_(kind),
        name_(std::move(name)),
        oid_(oid),
        signature_(std::move(signature)),
        self_(std::move(self)) {}

  FakeObject& Method(std::string name, Signature signature, Body body, std::string doc = "") {
    return Add({.name = name, .signature = std::move(signature), .doc = std::move(doc)},
               std::move(body), {});
  }
  FakeObject& Property(std::string name, Type type, Body get, Body set = {}) {
    bool readonly = !set;
    return Add({.name = name,
                .kind = MemberKind::kProperty,
                .readonly = readonly,
                .signature = {.result = type}},
               std::move(get), std::move(set));
  }
  FakeObject& Event(std::string name, std::vector<Type> params) {
    auto required = static_cast<uint32_t>(params.size());
    return Add({.name = name,
                .kind = MemberKind::kEvent,
                .signature = {std::move(params), Type::kUndefined, required}},
               {}, {});
  }
  FakeObject& Hidden(std::string name) { return Add({.name = name, .hidden = true}, {}, {}); }

  ShapeRef shape() const override {
    if (shape_ == nullptr) shape_ = Shape::Build(kind_, name_, members_, signature_);
    return shape_;
  }
  ObjectId oid() const override { return ObjectId(oid_); }

  void Invoke(Invocation call, Reply reply) override {
    std::string name(call.member_name());
    const Body& body = name.empty() ? self_ : call.op == Op::kSet ? set_[name] : bodies_[name];
    const Member* member = name.empty() ? nullptr : shape()->FindMember(name);
    if (call.op == Op::kDescribe) {
      reply.Return(Value(ObjectRef(this)));
    } else if (call.op == Op::kGet && member != nullptr && member->kind == MemberKind::kMethod) {
      reply.Return(
          Value(MakeRef<FakeObject>(ObjectKind::kFunction, name, 0, member->signature, body)));
    } else if (!body) {
      reply.Fail(absl::UnimplementedError("nothing there"));
    } else if (absl::StatusOr<Value> answer = body(call.args); answer.ok()) {
      reply.Return(*std::move(answer));
    } else {
      reply.Fail(answer.status());
    }
  }

 private:
  FakeObject& Add(Member member, Body body, Body set) {
    bodies_[member.name] = std::move(body);
    set_[member.name] = std::move(set);
    members_.push_back(std::move(member));
    return *this;
  }

  const ObjectKind kind_;
  const std::string name_;
  const uint64_t oid_;
  const Signature signature_;
  const Body self_;
  mutable ShapeRef shape_;  // from the first look on: what is added later is not seen
  std::vector<Member> members_;
  std::map<std::string, Body> bodies_;
  std::map<std::string, Body> set_;
};

inline Ref<FakeObject> MakeFake(ObjectKind kind, std::string name, uint64_t oid,
                                Signature signature = {}, FakeObject::Body self = {}) {
  return MakeRef<FakeObject>(kind, std::move(name), oid, std::move(signature), std::move(self));
}

}  // namespace hawser::cli

#endif  // TESTS_TOOLS_CLI_FAKE_OBJECT_H_
