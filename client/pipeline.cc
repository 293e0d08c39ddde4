#include "hawser/pipeline.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/internal/pipeline_node.h"
#include "hawser/base/string_view.h"
#include "hawser/base/unnest.h"
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
  if (kept_call_ != 0 && !connection_->forked()) connection_->ReleaseAnswer(kept_call_);
  // The last of a chain keeps all of it; so may values of the program.
  struct Kept {
    std::shared_ptr<PipelineNode> base;
    Pending pending;
    std::vector<Value> args;
  };
  base::Unnest<1>(Kept{std::move(base_), std::move(pending_), std::move(args_)}, [](Kept) {});
}

std::shared_ptr<FutureState> PipelineNode::Send(KeepAnswer keep_answer) {
  if (std::shared_ptr<FutureState> state = sent()) return state;
  // The way from this step down to the one that is looked at, each with how many of those it needs
  // are sent.
  struct Visit {
    std::shared_ptr<PipelineNode> node;
    size_t done = 0;
  };
  std::vector<Visit> way;
  way.push_back({shared_from_this()});
  while (!way.empty()) {
    Visit& visit = way.back();
    if (std::shared_ptr<PipelineNode> needed = visit.node->Needed(visit.done)) {
      if (needed->sent() == nullptr) {
        way.push_back({std::move(needed)});
        continue;
      }
      bool as_target = visit.done++ == 0;
      // One that fails this step spares the others.
      if (needed->AwaitUsable(as_target ? Use::kTarget : Use::kArgument)) continue;
    }
    visit.node->SendAlone(way.size() == 1 ? keep_answer : KeepAnswer::kYes);
    way.pop_back();
  }
  return sent();
}

std::shared_ptr<FutureState> PipelineNode::sent() const {
  base::MutexLock lock(mu_);
  return state_;
}

std::shared_ptr<PipelineNode> PipelineNode::Needed(size_t i) const {
  base::MutexLock lock(mu_);
  if (state_ != nullptr || i > pending_.size()) return nullptr;
  return i == 0 ? base_ : pending_[i - 1].second;
}

bool PipelineNode::AwaitUsable(Use use) {
  std::shared_ptr<FutureState> state;
  bool kept = false;
  {
    base::MutexLock lock(mu_);
    state = state_;
    kept = kept_call_ != 0;
  }
  if (!state->ready()) {
    if (kept) return true;
    state->Await(absl::InfiniteDuration()).status().IgnoreError();
  }
  Outcome outcome = state->outcome();
  return outcome.ok() && (use == Use::kArgument || outcome.value().is_object());
}

void PipelineNode::SendAlone(KeepAnswer keep_answer) {
  // Their ends may run code of the program: after the lock.
  std::vector<Value> args;
  Pending needed;
  std::vector<PendingArgument> pending;
  CallTarget target;
  CallRequest request{op_, member_, {}, {}, &options_};
  CallPlan plan;
  std::shared_ptr<FutureState> state;
  {
    base::MutexLock lock(mu_);
    if (state_ != nullptr) return;
    args.swap(args_);
    needed.swap(pending_);
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
    target = {base.answer == 0 ? base.outcome.value().TakeObject() : nullptr, base.answer,
              base.connection};
    for (const auto& [position, node] : needed) pending.push_back({position, node.get()});
    request.args = args;
    request.pending = pending;
    absl::Status status = PlanCall(target, request, &plan);
    if (!status.ok()) {
      fail(status);
      return;
    }
    connection_ = plan.connection;
    state = state_ = std::make_shared<FutureState>(connection_, options_.deadline);
    NoteNamed(base.answer != 0, plan, needed);
    // Whether the broker makes this call or we do depends on what has come already: what it gives
    // must not.
    plan.as_by_broker = true;
    if (connection_ != nullptr) {
      // Under the lock: whoever finds the call sent names it.
      bool kept = keep_answer == KeepAnswer::kYes && !plan.call.no_reply;
      plan.call.keep_answer = kept;
      internal::Send(std::move(plan), target, request, *state);
      if (kept) kept_call_ = state->call();
      return;
    }
  }
  internal::Send(std::move(plan), target, request, *state);
}

void PipelineNode::NoteNamed(bool base_by_answer, const CallPlan& plan, const Pending& needed) {
  if (!base_by_answer && plan.answer_args.empty()) return;
  std::vector<std::shared_ptr<FutureState>> named;
  if (base_by_answer) named.push_back(base_->sent());
  if (!plan.answer_args.empty()) {
    for (const auto& [position, node] : needed) named.push_back(node->sent());
  }
  state_->SetOnAnswer(
      [base = base_by_answer ? base_ : nullptr, named = std::move(named)](Outcome& outcome) {
        if (base != nullptr) base->CallReturned();
        // Of a call above a limit the broker keeps no answer: what names it fails as that call did.
        if (outcome.ok() || outcome.error().code() != absl::StatusCode::kNotFound) return;
        for (const std::shared_ptr<FutureState>& state : named) {
          if (!state->ready()) continue;
          Outcome earlier = state->outcome();
          if (earlier.ok()) continue;
          outcome = std::move(earlier);
          return;
        }
      });
  if (base_by_answer && op_ == Op::kAwait) base_->NoteAwaited();
}

PipelineNode::Reference PipelineNode::Refer(Use use) {
  std::shared_ptr<FutureState> state = Send(KeepAnswer::kYes);
  AwaitUsable(use);
  base::MutexLock lock(mu_);
  bool ready = state->ready();
  bool by_answer = kept_call_ != 0 && !ready;
  if (kept_call_ != 0 && ready && use == Use::kTarget && through_ > 0) {
    // An object of this program: what was sent through the answer comes back by way of the broker,
    // and must not be overtaken.
    Outcome outcome = state->outcome();
    Object* object = outcome.value().AsObject();
    by_answer = outcome.ok() && object != nullptr && Connection::Of(object) != connection_.get();
  }
  if (!by_answer) return {state->outcome(), 0, connection_};
  if (use == Use::kTarget) ++through_;
  return {Outcome(), kept_call_, connection_};
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

const std::shared_ptr<PipelineNode>& NoStep() {
  static const auto* const kNone = new std::shared_ptr<PipelineNode>(FirstStep(nullptr));
  return *kNone;
}

std::shared_ptr<FutureState> SendStep(PipelineNode& step) { return step.Send(KeepAnswer::kYes); }

std::shared_ptr<FutureState> SendLast(std::shared_ptr<PipelineNode> step) {
  // Of one that has no other owner nobody can make another.
  return step->Send(step.use_count() == 1 ? KeepAnswer::kNo : KeepAnswer::kYes);
}

}  // namespace hawser::internal
