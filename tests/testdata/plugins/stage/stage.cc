// stage: the main side of the scenario tests. It makes, keeps, calls and reports what a scenario
// asks for, and does nothing by itself.

#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "hawser/module.h"
#include "tests/testdata/plugins/stage/state.h"
#include "tests/testdata/plugins/stage/thing.h"

namespace stage {
namespace {

using hawser::Args;
using hawser::Array;
using hawser::Bytes;
using hawser::Caller;
using hawser::Error;
using hawser::Function;
using hawser::LateReply;
using hawser::Module;
using hawser::ObjectRef;
using hawser::Outcome;
using hawser::Promise;
using hawser::Record;
using hawser::Value;

Array ToArray(Args args) { return Array(args.begin(), args.end()); }

// {code, message, name, cause, members}
Error ErrorOf(const Record& fields) {
  Error error(static_cast<absl::StatusCode>(fields["code"].AsInt()), fields["message"].AsString());
  if (fields.Has("name")) error = error.WithName(fields["name"].AsString());
  if (fields.Has("cause")) error = error.WithCause(fields["cause"]);
  return error.WithMembers(fields["members"].AsRecord());
}

// {value} or {error}: a failure stays in the module.
Record Attempt(const Value& function, Array args) {
  absl::StatusOr<Value> result = Function(function.TakeObject()).CallArray(std::move(args));
  if (result.ok()) return Record{{"value", *std::move(result)}};
  return Record{{"error", Error::FromStatus(result.status())}};
}

// A function with a member of its own.
class LabelledFunction final : public hawser::Object {
 public:
  hawser::ShapeRef shape() const override { return shape_; }
  void Invoke(hawser::Invocation call, hawser::Reply reply) override {
    if (call.op == hawser::Op::kGet && call.member_name() == "label") {
      reply.Return("as labelled");
    } else if (call.op == hawser::Op::kCall && call.member_name().empty()) {
      reply.Return(static_cast<int64_t>(call.args.size()));
    } else {
      reply.Fail(absl::UnimplementedError("labelled can be called, and has a label"));
    }
  }

 private:
  const hawser::ShapeRef shape_ = hawser::Shape::Build(
      hawser::ObjectKind::kFunction, "labelled",
      {{.name = "label",
        .kind = hawser::MemberKind::kProperty,
        .readonly = true,
        .signature = {.result = hawser::Type::kString}}},
      {.params = {hawser::Type::kAny, hawser::Type::kAny, hawser::Type::kAny}, .required = 1});
};

// Values kept, given and copied.
void RegisterValues(Module& module, const StatePtr& state) {
  module.Function("echo", [](Value value) { return value; });
  module.Function("keep", [state](Value value) { state->kept.push_back(std::move(value)); });
  module.Function("kept", [state] { return state->kept.empty() ? Value() : state->kept.back(); });
  module.Function("forget", [state] { state->kept.clear(); });
  module.Property("items", [state] { return state->items; });
  module.Function("addItem", [state](Value value) { state->items.push_back(std::move(value)); });
  module.Property("bytes",
                  [state] { return Bytes::Copy(state->bytes.data(), state->bytes.size()); });
  module.Function("setByte", [state](uint8_t at, uint8_t byte) { state->bytes.at(at) = byte; });
  module.Function("deep", [](int64_t levels) {
    Value value = 1;
    for (int64_t i = 0; i < levels; ++i) value = Value(Array{std::move(value)});
    return value;
  });
  module.Function("big", [](uint32_t size) { return Bytes(std::string(size, 'x')); });
  module.Property("settings", [state] {
    if (state->settings == nullptr) {
      state->settings = hawser::Make<hawser::DynamicObject>("settings");
    }
    return state->settings;
  });
  module.Function("define", [state](std::string name, Value value) {
    return state->settings->Define(name, std::move(value));
  });
  module.Function("setGlobal", [](Caller& caller, std::string name, Value value) {
    caller.module().Global(std::move(name), std::move(value));
  });
  module.Property("touches", [state] { return state->touches; });
  module.Function("log", [state](Value entry) { state->log.push_back(std::move(entry)); });
  module.Property("logged", [state] { return state->log; });
}

// Functions given to clients, and functions of clients.
void RegisterFunctions(Module& module, const StatePtr& state) {
  module.Function("pid", [] { return Function([] { return int64_t{getpid()}; }); });
  module.Function("adder", [] {
    return Function(
        [](int64_t a, int64_t b, std::optional<int64_t> c) { return a + b + c.value_or(0); });
  });
  module.Function("labelled", [] { return ObjectRef::Adopt(new LabelledFunction); });

  module.Function("call",
                  [](Function function, Args args) { return function.CallArray(ToArray(args)); });
  module.Function("kindOfResult", [](Function function, Args args) -> absl::StatusOr<Value> {
    absl::StatusOr<Value> result = function.CallArray(ToArray(args));
    if (!result.ok()) return result.status();
    return Value(hawser::KindName(result->kind()));
  });
  module.Function("callBetweenLines", [state](Function function) {
    state->log.push_back("before");
    absl::Status status = function.Call().status();
    state->log.push_back("after");
    return status;
  });
  module.Function("attempt",
                  [](Value function, Args args) { return Attempt(function, ToArray(args)); });
  module.Function("fire", [state](Args args) {
    return state->kept.empty() ? Record() : Attempt(state->kept.back(), ToArray(args));
  });
  module.Function("emit", [](Thing& thing, std::string event, Args args) {
    return thing.EmitArray(event, ToArray(args));
  });
  module.Function("listeners", [](Caller& caller) {
    hawser::HostedModule::ListenerCounts counts = caller.module().listeners();
    Record sites;
    for (auto& [site, count] : counts.detached_by_site) sites.Set(site, Value(count));
    return Record{{"live", counts.live}, {"detached", counts.detached}, {"sites", sites}};
  });
}

// Failures of every kind, and answers that come late.
void RegisterOutcomes(Module& module, const StatePtr& state) {
  module.Function("fail", [](Record error) { throw hawser::Exception(ErrorOf(error)); });
  module.Function("failWithStatus", [] { return absl::DataLossError("by status"); });
  module.Function("throwStandard", [] { throw std::runtime_error("by exception"); });
  module.Function("throwNumber", [] { throw 42; });
  module.Function("nothing", [] {});
  module.Function("dropReply", [](LateReply) {});
  module.Function("hold", [state](LateReply reply) { state->held.push_back(std::move(reply)); });
  module.Property("held", [state] {
    return std::count_if(state->held.begin(), state->held.end(), [](const LateReply& reply) {
      return reply.pending() && !reply.stop_token().stop_requested();
    });
  });
  module.Function("answerHeld", [state](Value value) {
    for (LateReply& reply : state->held) reply.Return(value);
    state->held.clear();
  });

  module.Function("promise", [state] {
    state->promises.push_back(hawser::MakeRef<Promise>());
    return state->promises.back();
  });
  module.Function("settle", [state](Value value) {
    for (auto& promise : std::exchange(state->promises, {})) promise->Resolve(value);
  });
  module.Function("reject", [state](Record error) {
    for (auto& promise : std::exchange(state->promises, {})) promise->Reject(ErrorOf(error));
  });
  // Answers {value} or {error} once `promise` settles.
  module.Function("await", [](Caller& caller, LateReply reply, ObjectRef promise) {
    auto waiting = std::make_shared<LateReply>(std::move(reply));
    caller.module().Then(promise, [waiting](Outcome outcome) {
      waiting->Return(outcome.ok() ? Record{{"value", std::move(outcome.value())}}
                                   : Record{{"error", outcome.error()}});
    });
  });

  module.OnSessionEnd([state](const hawser::SessionRef& session, hawser::EndReason reason) {
    state->ended.Set(session->id().ToString(), hawser::EndReasonName(reason));
  });
  module.Property("ended", [state] { return state->ended; });
}

void Register(Module& module) {
  auto state = std::make_shared<State>();
  RegisterThing(module, state);
  RegisterValues(module, state);
  RegisterFunctions(module, state);
  RegisterOutcomes(module, state);
  module.OnUnload([state] { state->Clear(); });
}

}  // namespace
}  // namespace stage

HAWSER_MODULE(stage, module) { stage::Register(module); }
