#include "hawser/pipeline.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/internal/pipeline_node.h"
#include "hawser/base/string_view.h"
#include "proto/link/proxy.h"

namespace hawser::internal {

PipelineNode::PipelineNode(const ObjectRef& object) : connection_(Connection::Of(object.get())) {
  state_ = FutureState::Answered(
      connection_,
      object != nullptr
          ? Outcome(Value(object))
          : Outcome::Failed(absl::FailedPreconditionError("a call on a handle of nothing")));
}

PipelineNode::PipelineNode(std::shared_ptr<PipelineNode> base, const CallRequest& request)
    : base_(std::move(base)),
      op_(request.op),
      member_(request.member),
      options_(*request.options),
      args_(std::make_move_iterator(request.args.begin()),
            std::make_move_iterator(request.args.end())) {
  for (const PendingArgument& pending : request.pending) {
    pending_.emplace_back(pending.position, pending.node->shared_from_this());
  }
}

PipelineNode::~PipelineNode() {
  if (kept_call_ != 0) connection_->ReleaseAnswer(kept_call_);
}

std::shared_ptr<FutureState> PipelineNode::Send(KeepAnswer keep_answer) {
  base::MutexLock lock(mu_);
  if (state_ == nullptr) SendLocked(keep_answer);
  return state_;
}

void PipelineNode::SendLocked(KeepAnswer keep_answer) {
  Reference base = base_->Refer(Use::kTarget);
  auto fail = [&](const absl::Status& status) {
    mu_.AssertHeld();
    if (base.answer != 0) base_->CallReturned();
    state_ = FutureState::Answered(base.connection, Outcome::Failed(status));
  };
  if (base.answer == 0 && !base.outcome.ok()) {
    fail(base.outcome.error().ToStatus());
    return;
  }
  if (base.answer == 0 && !base.outcome.value().is_object()) {
    fail(absl::InvalidArgumentError(
        absl::StrCat("expected an object, the step before answered ",
                     base::ToAbsl(KindName(base.outcome.value().kind())))));
    return;
  }
  CallTarget target{base.answer == 0 ? base.outcome.value().TakeObject() : nullptr, base.answer,
                    base.connection};
  std::vector<PendingArgument> pending;
  for (const auto& [position, node] : pending_) pending.push_back({position, node.get()});
  CallRequest request{op_, member_, args_, pending, &options_};
  CallPlan plan;
  absl::Status status = PlanCall(target, request, &plan);
  if (!status.ok()) {
    fail(status);
    return;
  }
  connection_ = plan.connection;
  state_ = std::make_shared<FutureState>(connection_);
  if (base.answer != 0) {
    state_->SetOnAnswer([base = base_] { base->CallReturned(); });
    if (op_ == Op::kAwait) base_->NoteAwaited();
  }
  bool kept = keep_answer == KeepAnswer::kYes && connection_ != nullptr && !plan.call.no_reply;
  plan.call.keep_answer = kept;
  // Whether the broker makes this call or we do depends on what has come already: what it gives must
  // not.
  plan.as_by_broker = true;
  internal::Send(std::move(plan), target, request, *state_);
  if (kept) kept_call_ = state_->call();
  args_.clear();
  pending_.clear();
}

PipelineNode::Reference PipelineNode::Refer(Use use) {
  std::shared_ptr<FutureState> state;
  {
    base::MutexLock lock(mu_);
    if (state_ == nullptr) SendLocked(KeepAnswer::kYes);
    state = state_;
    bool ready = state->ready();
    bool by_answer = kept_call_ != 0 && !ready;
    if (kept_call_ != 0 && ready && use == Use::kTarget && through_ > 0) {
      // An object of this program: what was sent through the answer comes back by way of the
      // broker, and must not be overtaken.
      Outcome outcome = state->outcome();
      Object* object = outcome.value().AsObject();
      by_answer = outcome.ok() && object != nullptr && Connection::Of(object) != connection_.get();
    }
    if (by_answer) {
      if (use == Use::kTarget) ++through_;
      return {Outcome(), kept_call_, connection_};
    }
  }
  if (!state->ready()) state->Await(absl::InfiniteDuration()).status().IgnoreError();
  base::MutexLock lock(mu_);
  return {state->outcome(), 0, connection_};
}

void PipelineNode::CallReturned() {
  base::MutexLock lock(mu_);
  --through_;
}

void PipelineNode::NoteAwaited() {
  base::MutexLock lock(mu_);
  state_->MarkAwaited();
}

// What pipeline.h uses

std::shared_ptr<PipelineNode> FirstStep(const ObjectRef& object) {
  return std::make_shared<PipelineNode>(object);
}

std::shared_ptr<PipelineNode> NextStep(const std::shared_ptr<PipelineNode>& base,
                                       const CallRequest& request) {
  return std::make_shared<PipelineNode>(base, request);
}

std::shared_ptr<FutureState> SendStep(PipelineNode& step, KeepAnswer keep_answer) {
  return step.Send(keep_answer);
}

absl::StatusOr<Value> AwaitStep(PipelineNode& step) {
  return Await(step.Send(KeepAnswer::kNo), absl::InfiniteDuration());
}

}  // namespace hawser::internal
