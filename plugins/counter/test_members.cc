#include "plugins/counter/test_members.h"

#include <stdexcept>
#include <utility>
#include <vector>

namespace hawser::counter {
namespace {

// Something whose end the module can see without holding it.
class Witness final : public ModuleObject {
 public:
  explicit Witness(std::shared_ptr<int> life) : life_(std::move(life)) {}

 private:
  ~Witness() override = default;

  const std::shared_ptr<int> life_;
};

// What the functions below keep.
struct Kept {
  std::vector<Value> values;
  std::vector<LateReply> replies;
  std::string bytes = "hawser";
  Array list = {1, 2, 3};
  std::weak_ptr<int> witness;
};
using KeptPtr = std::shared_ptr<Kept>;

// Fails with everything an error can carry.
void Fail(std::optional<std::string> message) {
  throw Exception(Error(absl::StatusCode::kOutOfRange,
                        message.value_or("the counter has had enough"), "CounterError")
                      .WithMember("limit", 10)
                      .WithMember("unit", "counts")
                      .WithCause(Error(absl::StatusCode::kInvalidArgument, "one count too many",
                                       "CountError")));
}

void AddErrors(Module& module) {
  module.Function("fail", &Fail).Doc("Raises a CounterError with members and a cause.");
  module
      .Function("failWithException",
                [](const std::string& what) { throw std::runtime_error(what); })
      .Doc("Throws a C++ exception.");
}

// Values: what crosses by copy, and what by reference.
void AddValues(Module& module, const KeptPtr& kept) {
  module.Function("echo", [](Value value) { return value; }).Doc("Its argument.");
  module.Function("keep", [kept](Value value) { kept->values.push_back(std::move(value)); })
      .Doc("Keeps a value until drop().");
  module.Function("kept", [kept](int64_t index) -> absl::StatusOr<Value> {
    if (index < 0 || index >= static_cast<int64_t>(kept->values.size())) {
      return absl::NotFoundError("nothing is kept there");
    }
    return kept->values[static_cast<size_t>(index)];
  });
  module.Function("drop", [kept] { kept->values.clear(); });
  module.Function("list", [kept] { return kept->list; })
      .Doc("An array of the module's; what comes is a copy.");
  module.Function("listLength", [kept] { return kept->list.size(); });
  module.Function("pushList", [kept](Value value) { kept->list.push_back(std::move(value)); })
      .Doc("Changes the module's array.");
  module.Function("pushTo", [](Array list) {
    list.push_back("of main");
    return list.size();
  });
  module.Function("bytes", [kept] { return Bytes(kept->bytes); })
      .Doc("Bytes of the module's; what comes is a copy.");
  module
      .Function("pokeBytes",
                [kept](uint32_t index, uint8_t byte) -> absl::Status {
                  if (index >= kept->bytes.size()) return absl::OutOfRangeError("no such byte");
                  kept->bytes[index] = static_cast<char>(byte);
                  return absl::OkStatus();
                })
      .Doc("Changes the module's bytes.");
  module
      .Function("witness",
                [kept] {
                  auto life = std::make_shared<int>();
                  kept->witness = life;
                  return Make<Witness>(std::move(life));
                })
      .Doc("An object that the module knows by a weak pointer only.");
  module.Function("witnessLives", [kept] { return !kept->witness.expired(); });
}

void AddFunctions(Module& module, const KeptPtr& kept) {
  module.Function("adder", [](int64_t by) { return [by](int64_t x) { return x + by; }; })
      .Doc("A function that adds.");
  module
      .Function("callBack",
                [](Function function, Args args) {
                  return function.CallArray(Array(args.begin(), args.end()));
                })
      .Doc("Calls the function with the other arguments and gives what comes at once.");
  module
      .Function("callKept",
                [kept](Args args) {
                  Array results;
                  for (const Value& value : kept->values) {
                    Outcome result =
                        Function(value.TakeObject()).CallArray(Array(args.begin(), args.end()));
                    results.push_back(std::move(result.value()));
                  }
                  return results;
                })
      .Doc("Calls every kept function; what each gives, an error as a value.");
}

// Answers that come later.
void AddLateAnswers(Module& module, const KeptPtr& kept) {
  module.Function("later", [kept](LateReply reply) { kept->replies.push_back(std::move(reply)); })
      .Doc("Answers when settle(value) is called.");
  module.Function("settle", [kept](const Value& value) {
    auto replies = std::exchange(kept->replies, {});
    for (LateReply& reply : replies) reply.Return(value);
    return replies.size();
  });
  module.Function("dropReplies", [kept] { kept->replies.clear(); })
      .Doc("Their callers get INTERNAL.");
  module.Function("waiting", [kept] { return kept->replies.size(); });
  module
      .Function("after",
                [&module](int64_t ms, LateReply reply) {
                  module.Timer(absl::Milliseconds(ms),
                               [reply = std::move(reply)]() mutable { reply.Return("done"); });
                })
      .Doc("Answers \"done\" after so many milliseconds; blocks nobody.");
  module
      .Function("promise",
                [&module](Value value, std::optional<int64_t> after_ms) {
                  auto promise = MakeRef<Promise>();
                  module.Timer(absl::Milliseconds(after_ms.value_or(0)),
                               [promise, value] { promise->Resolve(value); });
                  return promise;
                })
      .Doc("A promise of the value, kept after so many milliseconds.");
  module.Function("rejection", [](const std::string& message) {
    auto promise = MakeRef<Promise>();
    promise->Reject(Error(absl::StatusCode::kUnknown, message, "Rejection"));
    return promise;
  });
}

// An object whose members change.
void AddScratch(Module& module) {
  auto scratch = Make<DynamicObject>("Scratch");
  for (const absl::Status& status :
       {scratch->Define("first", 1), scratch->DefineHidden("secret", "not for clients")}) {
    if (!status.ok()) throw Exception(Error::FromStatus(status));
  }
  module.Constant("scratch", scratch).Doc("An object that gets members at run time.");
  module
      .Function("define",
                [scratch](const std::string& name, Value value) {
                  return scratch->Define(name, std::move(value));
                })
      .Doc("Adds a member to scratch, or changes it.");
  module.Function("undefine", [scratch](const std::string& name) { return scratch->Remove(name); })
      .Doc("Removes a member of scratch.");
}

}  // namespace

void AddTestMembers(Module& module) {
  auto kept = std::make_shared<Kept>();
  module.Class<Witness>("Witness");
  AddErrors(module);
  AddValues(module, kept);
  AddFunctions(module, kept);
  AddLateAnswers(module, kept);
  AddScratch(module);
}

}  // namespace hawser::counter
