// Link, the calls of the peer: from their frame until their Return is numbered.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "hawser/call_check.h"
#include "proto/link/defect.h"
#include "proto/link/endpoint.h"
#include "proto/link/link.h"

namespace hawser::link {

std::string_view Link::OnCall(wire::BodyReader& reader, const absl::Status& table, size_t bytes,
                              base::LazyNow& now, Effects* effects) {
  wire::Call call;
  auto* incoming = new IncomingCall(endpoint_);
  absl::Status status =
      reader.ReadCall(frame_.body, &call, &incoming->args_, &incoming->answer_args_);
  // What is wrong with the table explains what is wrong with the values that name it.
  if (!table.ok()) status = table;
  // Only a handle has a shape to count in. What comes as an index would otherwise reach the object
  // as a call of itself.
  if (status.ok() && call.member != Invocation::kSelf && (call.on_answer || call.target == 0)) {
    status =
        absl::InvalidArgumentError("members of the root and of answers are named, not numbered");
  }
  if (status.ok() && bytes > wire::WireLimits::kMaxFrameBytes) {
    status = absl::ResourceExhaustedError(absl::StrCat(
        "the call's frame has ", bytes, " bytes (limit ", wire::WireLimits::kMaxFrameBytes, ")"));
  }
  absl::Status crowded = CheckIncomingLimits(call, bytes);
  if (status.ok()) status = crowded;
  ++counters_.calls_received;
  incoming->id_ = call.id;
  incoming->op_ = call.op;
  incoming->no_reply_ = call.no_reply;
  incoming->keep_answer_ = call.keep_answer && !call.no_reply && crowded.ok();
  incoming->nested_ = call.nested;
  incoming->frame_bytes_ = static_cast<uint32_t>(bytes);
  incoming->member_ = call.member;
  if (!call.name.empty()) incoming->name_.assign(call.name);
  incoming->target_is_answer_ = call.on_answer;
  incoming->lane_ = call.target << 1 | (call.on_answer ? 1 : 0);
  if (call.on_answer) incoming->target_answer_ = call.target;
  if (call.id == 0 || (call.keep_answer && order_.Keeps(call.id)) || incoming_.contains(call.id)) {
    // Nothing to answer to: the id is missing or in use, so the peer is broken beyond this call.
    effects->unref.push_back(incoming);
    return call.id == 0 ? "has a call without an id" : "has a call whose id is in use";
  }
  incoming_.Add(call.id) = incoming;
  incoming_bytes_ += bytes;
  if (!crowded.ok()) {
    // At once: it must not wait behind those that are too many already.
    incoming->answered_ = true;
    NumberReturn(incoming, Outcome::Failed(status), effects);
    return {};
  }
  if (status.ok() && call.deadline_us != 0 && inbox_.packet().clock_us == 0) {
    status = absl::InvalidArgumentError("deadline_us: its packet does not say clock_us");
  } else if (status.ok() && call.deadline_us != 0) {
    uint64_t clock = inbox_.packet().clock_us;
    int64_t left_ns =
        call.deadline_us > clock
            ? static_cast<int64_t>(std::min<uint64_t>(call.deadline_us - clock, 1ull << 50)) * 1000
            : 0;
    incoming->deadline_ = base::MonoTime{inbox_.packet().received.ns + left_ns};
    if (left_ns == 0 || incoming->deadline_->ns <= now.Get().ns) {
      incoming->deadline_.reset();
      status = absl::DeadlineExceededError("deadline passed before the call could start");
    } else {
      incoming_deadlines_.insert({incoming->deadline_->ns, call.id});
    }
  }
  if (!status.ok()) {
    incoming->failed_ = Error::FromStatus(status);
  } else if (!call.on_answer) {
    ResolveTarget(call, incoming);
  }
  CallOrder::Calls ready;
  order_.Add(incoming, &ready);
  StartReady(ready, effects);
  return {};
}

absl::Status Link::CheckIncomingLimits(const wire::Call& call, size_t bytes) const {
  if (incoming_.size() >= limits_.incoming_calls) {
    return absl::ResourceExhaustedError(
        absl::StrCat("too many calls of this session wait for their answers (limit ",
                     limits_.incoming_calls, ")"));
  }
  if (incoming_bytes_ + bytes > limits_.incoming_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("too many bytes of calls of this session wait for their answers (limit ",
                     limits_.incoming_bytes, ")"));
  }
  if (call.keep_answer && order_.answers() >= limits_.answers) {
    return absl::ResourceExhaustedError(
        absl::StrCat("too many answers are kept for this session (limit ", limits_.answers, ")"));
  }
  if (call.keep_answer && order_.answer_bytes() > limits_.answer_bytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "too many bytes of answers are kept for this session (limit ", limits_.answer_bytes, ")"));
  }
  return absl::OkStatus();
}

void Link::ResolveTarget(const wire::Call& call, IncomingCall* incoming) {
  ExportTable::Entry* entry = exports_.Find(call.target);
  if (entry == nullptr) {
    incoming->failed_ = Error(
        absl::StatusCode::kNotFound,
        absl::StrCat("handle ", call.target, " was not given to this session, or is released"));
    return;
  }
  incoming->target_ = entry->object;
  // A handle shows what it showed when it was handed out; the root's members are named.
  if (call.target != 0 && call.name.empty()) {
    incoming->shape_ = out_shapes_.At(entry->shape).get();
    if (call.member >= static_cast<int>(incoming->shape_->members().size())) {
      incoming->failed_ =
          Error(absl::StatusCode::kInvalidArgument,
                absl::StrCat("member ", call.member + 1, " of ", incoming->shape_->name(),
                             ", which has ", incoming->shape_->members().size()));
    }
  } else if (call.target != 0) {
    int member = out_shapes_.At(entry->shape)->Find(call.name);
    if (member != Shape::kNotFound) {
      incoming->shape_ = out_shapes_.At(entry->shape).get();
      incoming->member_ = member;
    } else {
      Invocation probe;
      probe.op = call.op;
      probe.name = call.name;
      absl::Status status = CheckCall(*out_shapes_.At(entry->shape), probe);
      incoming->failed_ = Error::FromStatus(
          status.ok() ? absl::NotFoundError(absl::StrCat(out_shapes_.At(entry->shape)->name(),
                                                         " has no member ", std::string(call.name)))
                      : status);
    }
  }
}

void Link::StartReady(CallOrder::Calls& ready, Effects* effects) {
  // Failing one can make more ready: those are appended.
  for (size_t i = 0; i < ready.size(); ++i) {
    if (ready[i]->answered_) continue;
    if (held_.empty() && replay_.bytes() <= limits_.soft_bytes) {
      StartOne(ready[i], &ready, effects);
    } else {
      held_.push_back(ready[i]);
    }
  }
}

void Link::StartHeld(Effects* effects) {
  // One a turn: what answers at once counts before the next.
  while (!held_.empty() && replay_.bytes() <= limits_.soft_bytes && starts_.empty()) {
    IncomingCall* call = held_.front();
    held_.pop_front();
    CallOrder::Calls ready;
    StartOne(call, &ready, effects);
    StartReady(ready, effects);
  }
}

void Link::StartOne(IncomingCall* call, CallOrder::Calls* ready, Effects* effects) {
  if (call->answered_) return;
  // An object of another session knows how to say it.
  if (!call->failed_ && call->target_->gone() != GoneReason::kAlive &&
      Proxy::From(call->target_.get()) == nullptr) {
    call->failed_ = Error::FromStatus(GoneStatus(*call->target_));
  }
  std::optional<Outcome> outcome;
  if (call->failed_) {
    outcome = Outcome::Failed(*call->failed_);
  } else if (call->op_ == Op::kDescribe && call->member_ == Invocation::kSelf &&
             call->name_.empty() && Proxy::From(call->target_.get()) == nullptr) {
    // The same object under a new handle: only the link can do that.
    exports_.ForgetIdentity(call->target_.get());
    outcome = Outcome(Value(call->target_));
  }
  if (outcome) {
    call->answered_ = true;
    if (call->keep_answer_) order_.Settle(call->id_, *outcome, ready);
    NumberReturn(call, *std::move(outcome), effects);
    return;
  }
  call->started_ = true;
  call->AddStartersRef();
  starts_.push_back(call);
}

bool Link::Answer(IncomingCall* call, Outcome&& outcome, Effects* effects) {
  if (ended_ || call->answered_) return false;
  call->answered_ = true;
  if (call->keep_answer_) {
    CallOrder::Calls ready;
    order_.Settle(call->id_, outcome, &ready);
    StartReady(ready, effects);
  }
  NumberReturn(call, std::move(outcome), effects);
  return true;
}

// Answers a call that did not start, or whose module is still at it.
void Link::AnswerEarly(IncomingCall* call, Error error, Effects* effects) {
  if (call->answered_) return;
  CallOrder::Calls ready;
  if (std::erase(starts_, call) > 0) {
    effects->unref.push_back(call);
  } else if (call->started_) {
    call->abandoned_.store(true, std::memory_order_release);
    call->AddRef();
    effects->GetRare().stop.push_back(call);
  } else {
    order_.Remove(call, &ready);
    std::erase(held_, call);
  }
  call->answered_ = true;
  Outcome outcome = Outcome::Failed(std::move(error));
  if (call->keep_answer_) order_.Settle(call->id_, outcome, &ready);
  NumberReturn(call, std::move(outcome), effects);
  StartReady(ready, effects);
}

void Link::Forget(IncomingCall* call, Effects* effects) {
  if (call->deadline_) incoming_deadlines_.erase({call->deadline_->ns, call->id_});
  incoming_.Erase(call->id_);
  incoming_bytes_ -= call->frame_bytes_;
  effects->unref.push_back(call);
}

void Link::NumberReturn(IncomingCall* call, Outcome&& outcome, Effects* effects) {
  if (!ended_ && !end_numbered_ && !call->no_reply_) {
    references_scratch_.clear();
    entries_scratch_.clear();
    if (outcome.value().kind() >= Kind::kString) PrepareOutcome(call, &outcome, effects);
    writer_.WriteReturn(call->id_, outcome, references_scratch_, replay_.tail());
    NoteReferences(replay_.next_number());
    replay_.Commit();
    TellGoneWhenExported();
  }
  ++counters_.calls_answered;
  if (!call->nested_) windows_.NoteDone(call->frame_bytes_);
  if (outcome.value().kind() >= Kind::kString)
    effects->dropped_values.push_back(std::move(outcome.value()));
  const Object* target = call->target_.get();
  Forget(call, effects);
  if (!gone_waiting_.empty()) SendReadyGone(target);
  CheckReserve();
}

// Resolves the references of an outcome that is more than a scalar; one that cannot be sent becomes
// the error that says so.
void Link::PrepareOutcome(const IncomingCall* call, Outcome* outcome, Effects* effects) {
  Via via = outcome->ok() && outcome->value().kind() >= Kind::kArray ? ViaOf(*call) : 0;
  objects_scratch_.clear();
  absl::Status status = wire::CollectObjectsOf(outcome->value(), &objects_scratch_);
  scratch_used_ |= !objects_scratch_.empty();
  if (status.ok()) {
    // Before anything is resolved: a frame that is not written must not have taken handles or
    // shape numbers.
    size_t bytes = writer_.CallSize({}, std::span(&outcome->value(), 1), {}, {});
    if (call->keep_answer_) order_.NoteBytes(call->id_, bytes);
    if (bytes > wire::WireLimits::kMaxFrameBytes) {
      status = absl::ResourceExhaustedError(absl::StrCat("too large: ", bytes, " bytes (limit ",
                                                         wire::WireLimits::kMaxFrameBytes, ")"));
    } else {
      status = ResolveReferences(bytes, via);
    }
  }
  if (status.ok()) return;
  // Who made the value is at fault, not the caller.
  status = absl::Status(
      absl::IsResourceExhausted(status) ? absl::StatusCode::kResourceExhausted
                                        : absl::StatusCode::kInternal,
      absl::StrCat("the answer of ", NameOf(*call), " cannot be sent: ", status.message()));
  effects->dropped_values.push_back(std::move(outcome->value()));
  *outcome = Outcome::Failed(status);
  references_scratch_.clear();
  entries_scratch_.clear();
}

}  // namespace hawser::link
