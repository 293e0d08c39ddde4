#ifndef TESTS_CLIENT_SCRIPTED_OBJECT_H_
#define TESTS_CLIENT_SCRIPTED_OBJECT_H_

// ScriptedObject: an object a test puts together. Thread-safe once it is used.

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "hawser/base/mutex.h"
#include "hawser/function.h"
#include "hawser/object.h"
#include "hawser/reply.h"

namespace hawser::tests {

// An object made of functions, one for each method; other operations go to `other`.
class ScriptedObject final : public Object {
 public:
  using Method = std::function<void(Invocation, Reply)>;
  using Function = std::function<absl::StatusOr<Value>(Args)>;

  explicit ScriptedObject(ObjectKind kind = ObjectKind::kObject, std::string name = "Scripted")
      : kind_(kind), name_(std::move(name)) {
    ++alive;
  }

  // To be called before it is used.
  ScriptedObject& Add(std::string name, Method method, Member member = {});
  ScriptedObject& AddFunction(std::string name, Function function, Member member = {});
  ScriptedObject& AddProperty(std::string name, Value value);
  ScriptedObject& AddHidden(std::string name);
  ScriptedObject& SetOther(Method other) {
    other_ = std::move(other);
    return *this;
  }

  ShapeRef shape() const override;
  void Invoke(Invocation call, Reply reply) override;

  static inline std::atomic<int> alive = 0;

 private:
  ~ScriptedObject() override { --alive; }

  const ObjectKind kind_;
  const std::string name_;
  std::vector<Member> members_;
  std::map<std::string, Method, std::less<>> methods_;
  Method other_;
  mutable base::Mutex mu_;
  mutable ShapeRef shape_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::tests

#endif  // TESTS_CLIENT_SCRIPTED_OBJECT_H_
