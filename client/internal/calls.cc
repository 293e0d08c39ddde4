#include "client/internal/calls.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/internal/client_function.h"
#include "client/internal/pipeline_node.h"
#include "hawser/base/status_macros.h"
#include "hawser/base/string_view.h"
#include "hawser/call_check.h"
#include "hawser/promise.h"
#include "proto/link/proxy.h"

namespace hawser::internal {
namespace {

// Takes the pending arguments: those whose answers are there as values, the others by name.
absl::Status TakePending(const CallRequest& request, CallPlan* plan) {
  for (const PendingArgument& pending : request.pending) {
    PipelineNode::Reference reference = pending.node->Refer(PipelineNode::Use::kArgument);
    if (reference.answer == 0) {
      if (!reference.outcome.ok()) return reference.outcome.error().ToStatus();
      request.args[pending.position] = std::move(reference.outcome.value());
    } else if (reference.connection == plan->connection) {
      plan->answer_args.push_back({pending.position, reference.answer});
    } else {
      return absl::InvalidArgumentError(absl::StrCat(
          "argument ", pending.position + 1, ": a pipeline of another session; await it first"));
    }
  }
  plan->call.answer_args = plan->answer_args;
  return absl::OkStatus();
}

// A function whose calls need no answer of the far side.
bool IsCallOfItself(const CallRequest& request) {
  return request.op == Op::kCall && request.member.empty();
}

absl::Status PlanProxyCall(const link::Proxy& proxy, const CallRequest& request, CallPlan* plan) {
  link::OutgoingCall& call = plan->call;
  if (proxy.handle() == 0) {
    // The root's members are named; they are not known here.
    call.name = request.member;
    return absl::OkStatus();
  }
  if (proxy.gone() != GoneReason::kAlive) return GoneStatus(proxy);
  const ShapeRef shape = proxy.shape();
  Invocation check;
  check.op = request.op;
  check.args = request.args;
  if (request.member.empty()) {
    check.shape = shape.get();
  } else if (int member = shape->Find(request.member); member != Shape::kNotFound) {
    check.shape = shape.get();
    check.member = call.member = member;
  } else {
    check.name = request.member;
  }
  // Arguments that are not there yet are checked where they arrive.
  if (plan->answer_args.empty() || !check.name.empty()) {
    HAWSER_RETURN_IF_ERROR(CheckCall(*shape, check));
  }
  if (IsCallOfItself(request)) {
    if (shape->mode() == CallbackMode::kConst) plan->answer = proxy.constant();
    call.no_reply = shape->mode() == CallbackMode::kNotify;
  }
  if (request.op == Op::kAwait) plan->connection->NoteAwaited(proxy);
  return absl::OkStatus();
}

// Makes the call where `target` belongs, inside this process.
void CallLocal(const ObjectRef& target, const CallRequest& request, Reply reply) {
  if (target->gone() != GoneReason::kAlive) {
    reply.Fail(GoneStatus(*target));
    return;
  }
  auto invoke = [](Object& object, Op op, std::string_view member, std::span<Value> args,
                   Reply reply) {
    ShapeRef shape = object.shape();
    Invocation call;
    call.op = op;
    call.args = args;
    if (!member.empty()) call.member = shape->Find(member);
    if (call.member == Shape::kNotFound && !member.empty()) {
      call.name = member;
    } else {
      call.shape = shape.get();
    }
    absl::Status status = CheckCall(*shape, call);
    if (!status.ok()) {
      reply.Fail(status);
    } else {
      object.Invoke(call, std::move(reply));
    }
  };
  base::Executor* home = target->home();
  // A callback that came home runs where callbacks run, behind what the broker has called of it
  // already; but who runs callbacks would wait for itself.
  std::shared_ptr<CallbackQueue> queue;
  bool notify = false;
  if (ClientFunction* function = ClientFunction::From(target.get())) {
    queue = function->home_queue();
    notify = IsCallOfItself(request) && function->shape()->mode() == CallbackMode::kNotify;
    if (notify) reply.Return();
    if (queue != nullptr && (notify || !queue->RunsHere())) home = queue.get();
  }
  if (home == nullptr || (home == base::CurrentExecutor() && queue == nullptr)) {
    invoke(*target, request.op, request.member, request.args, std::move(reply));
    return;
  }
  Array args(std::make_move_iterator(request.args.begin()),
             std::make_move_iterator(request.args.end()));
  base::Task task = [invoke, target, op = request.op, member = std::string(request.member),
                     args = std::move(args), reply = std::move(reply)]() mutable {
    invoke(*target, op, member, args, std::move(reply));
  };
  if (queue != nullptr && !notify && queue->RunNow(task)) return;
  home->Post(std::move(task));
}

// Answers the call with a promise, if that is what the broker would get, and gives what settles it;
// else `reply`.
Reply ReplyAsByBroker(Object& target, const CallRequest& request, Reply reply) {
  ClientFunction* function = ClientFunction::From(&target);
  if (function == nullptr || !IsCallOfItself(request)) return reply;
  ShapeRef shape = function->shape();
  Invocation check{.shape = shape.get(), .args = request.args};
  // What is wrong with the call itself is told at once, as ever.
  if (shape->mode() != CallbackMode::kCall || !CheckCall(*shape, check).ok()) return reply;
  auto promise = MakeRef<Promise>();
  reply.Return(ObjectRef(promise));
  return Promise::ReplyInto(promise);
}

// One thread's wait for one answer, on its stack.
class SyncCall final : public ReplySink {
 public:
  explicit SyncCall(Connection& connection) : connection_(connection) {}
  void Deliver(uint64_t /*token*/, Outcome outcome) override {
    outcome_ = std::move(outcome);
    connection_.leader().Fill(slot_);
  }
  absl::StatusOr<Value> Await(std::optional<base::MonoTime> deadline) {
    while (!connection_.Wait(slot_, deadline.value_or(base::MonoTime::Max()))) connection_.Tick();
    return std::move(outcome_).ToStatusOr();
  }

 private:
  Connection& connection_;
  Leader::Slot slot_;
  Outcome outcome_;
};

}  // namespace

absl::Status PlanCall(const CallTarget& target, const CallRequest& request, CallPlan* plan) {
  if (target.object == nullptr && target.answer == 0) {
    return absl::FailedPreconditionError("a call on a handle of nothing");
  }
  plan->connection = target.object == nullptr
                         ? target.connection
                         : Ref<Connection>(Connection::Of(target.object.get()));
  if (!request.pending.empty()) HAWSER_RETURN_IF_ERROR(TakePending(request, plan));
  if (plan->connection == nullptr) return absl::OkStatus();
  Connection& connection = *plan->connection;
  HAWSER_RETURN_IF_ERROR(connection.CheckUsable());
  link::OutgoingCall& call = plan->call;
  call.op = request.op;
  call.args = request.args;
  call.nested = connection.callbacks().InCallHere();
  call.deadline = connection.DeadlineOf(*request.options);
  if (target.object == nullptr) {
    call.answer = target.answer;
    call.name = request.member;
    return absl::OkStatus();
  }
  call.target = target.object;
  return PlanProxyCall(*link::Proxy::From(target.object.get()), request, plan);
}

void Send(CallPlan plan, const CallTarget& target, const CallRequest& request, FutureState& state) {
  Reply reply = state.TakeReply();
  if (plan.answer) {
    reply.Return(*std::move(plan.answer));
  } else if (plan.connection == nullptr) {
    if (plan.as_by_broker) reply = ReplyAsByBroker(*target.object, request, std::move(reply));
    CallLocal(target.object, request, std::move(reply));
  } else {
    Connection::Activity activity(*plan.connection);
    std::optional<base::MonoTime> deadline = plan.call.deadline;
    state.SetCall(plan.connection->Call(std::move(plan.call), std::move(reply)));
    if (deadline) plan.connection->NoteDeadline(*deadline);
  }
}

// What call.h offers

absl::StatusOr<Value> CallSync(const ObjectRef& target, const CallRequest& request) {
  CallTarget on{target};
  CallPlan plan;
  HAWSER_RETURN_IF_ERROR(PlanCall(on, request, &plan));
  if (plan.answer) return *std::move(plan.answer);
  if (plan.connection == nullptr) {
    auto state = std::make_shared<FutureState>(nullptr, request.options->deadline);
    Send(std::move(plan), on, request, *state);
    return state->Await(absl::InfiniteDuration());
  }
  Connection& connection = *plan.connection;
  Connection::Activity activity(connection);
  std::optional<base::MonoTime> deadline = plan.call.deadline;
  SyncCall call(connection);
  connection.Call(std::move(plan.call), Reply(&call, 0));
  return call.Await(deadline);
}

std::shared_ptr<FutureState> CallAsync(const ObjectRef& target, const CallRequest& request) {
  CallTarget on{target};
  CallPlan plan;
  absl::Status status = PlanCall(on, request, &plan);
  if (!status.ok()) return FutureState::Answered(plan.connection, Outcome::Failed(status));
  auto state = std::make_shared<FutureState>(plan.connection, request.options->deadline);
  Send(std::move(plan), on, request, *state);
  return state;
}

void CallNoReply(const ObjectRef& target, const CallRequest& request) {
  CallTarget on{target};
  CallPlan plan;
  if (!PlanCall(on, request, &plan).ok() || plan.answer) return;
  if (plan.connection == nullptr) {
    CallLocal(target, request, Reply());
    return;
  }
  Connection::Activity activity(*plan.connection);
  plan.call.no_reply = true;
  plan.connection->Call(std::move(plan.call), Reply());
}

}  // namespace hawser::internal
