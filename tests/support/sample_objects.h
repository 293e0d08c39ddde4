#ifndef TESTS_SUPPORT_SAMPLE_OBJECTS_H_
#define TESTS_SUPPORT_SAMPLE_OBJECTS_H_

// Small objects for tests of what holds, passes or calls objects.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hawser/object.h"

namespace hawser::tests {

// Remembers the last call and keeps its Reply until told to answer. `alive` counts those that
// exist.
class SampleObject final : public Object {
 public:
  explicit SampleObject(std::string name = "Sample", std::vector<Member> members = {},
                        ObjectKind kind = ObjectKind::kObject)
      : shape_(Shape::Build(kind, std::move(name), std::move(members))) {
    ++alive;
  }

  ShapeRef shape() const override { return shape_; }
  void Invoke(Invocation call, Reply reply) override {
    ++calls;
    op = call.op;
    member = call.member_name();
    args.assign(call.args.begin(), call.args.end());
    no_reply = call.no_reply;
    if (answer.has_value()) {
      reply.Answer(*answer);
    } else {
      pending = std::move(reply);
    }
  }
  base::Executor* home() const override { return executor; }
  GoneReason gone() const override { return reason; }
  ObjectId oid() const override { return id; }

  static inline int alive = 0;

  // What the last call was.
  int calls = 0;
  Op op = Op::kCall;
  std::string member;
  Array args;
  bool no_reply = false;
  Reply pending;

  // What calls are answered with, at once; nullopt: they wait in `pending`.
  std::optional<Outcome> answer;
  base::Executor* executor = nullptr;
  GoneReason reason = GoneReason::kAlive;
  ObjectId id;

 private:
  ~SampleObject() override { --alive; }

  const ShapeRef shape_;
};

}  // namespace hawser::tests

#endif  // TESTS_SUPPORT_SAMPLE_OBJECTS_H_
