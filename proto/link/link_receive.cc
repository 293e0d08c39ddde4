// Link, the receiving half: packets, frames, calls of the peer.
//
// Invariants: a frame's whole table is registered before anything else in it is looked at, and
// processed_ rises before the code a frame starts is entered. What a frame brought and nobody took
// is dropped outside the lock, through Effects.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "hawser/call_check.h"
#include "hawser/promise.h"
#include "proto/link/defect.h"
#include "proto/link/endpoint.h"
#include "proto/link/link.h"

namespace hawser::link {
namespace {

// Room for calls that stays when there are none: idle sessions are many.
constexpr size_t kKeptCalls = 4096;

}  // namespace

// Packets

absl::Status Link::ReceivePacket(Bytes packet, base::MonoTime now) {
  if (inbox_head_ == inbox_.size() || inbox_head_ >= 64) {
    inbox_.erase(inbox_.begin(), inbox_.begin() + static_cast<ptrdiff_t>(inbox_head_));
    inbox_head_ = 0;
  }
  Inbox inbox;
  inbox.view = std::move(spare_view_);
  absl::Status status = wire::ReadPacket(packet.view(), &inbox.view);
  if (!status.ok()) return status;
  if (inbox.view.attach || inbox.view.attached) {
    // Who sends one here counts on an answer, or on frames sent again, that will never come.
    return absl::InvalidArgumentError(
        "an Attach came in mid-stream: a session attaches anew over a connection of its own");
  }
  counters_.bytes_received += packet.size();
  bytes_since_ack_ += packet.size();
  const wire::PacketHeader& header = inbox.view.header;
  if (header.first_frame == 0 && !inbox.view.frames.empty())
    return absl::InvalidArgumentError("first_frame: a packet with frames says their first number");
  replay_.Acknowledge(header.ack);
  peer_limits_.calls = std::max(peer_limits_.calls, header.limits.calls);
  peer_limits_.bytes = std::max(peer_limits_.bytes, header.limits.bytes);
  if (inbox.view.frames.empty()) {
    spare_view_ = std::move(inbox.view);
    return absl::OkStatus();
  }
  inbox.bytes = std::move(packet);
  inbox.received = now;
  inbox_.push_back(std::move(inbox));
  return absl::OkStatus();
}

Link::StepResult Link::Violation(std::string_view what) {
  violation_ = absl::InvalidArgumentError(std::string(what));
  return StepResult::kViolation;
}

Link::StepResult Link::Step(base::MonoTime now, Effects* effects) {
  if (ended_) return StepResult::kIdle;
  if (inbox_head_ == inbox_.size()) return StepResult::kIdle;
  Inbox& inbox = inbox_[inbox_head_];
  if (inbox.cursor == inbox.view.frames.size()) {
    spare_view_ = std::move(inbox.view);
    Trim(spare_view_.frames);
    inbox.bytes = Bytes();
    ++inbox_head_;
    return StepResult::kProgress;
  }
  uint64_t number = inbox.view.header.first_frame + inbox.cursor;
  std::string_view bytes = inbox.view.frames[inbox.cursor];
  if (number <= processed_ && !Planted(Defect::kReplayWithoutFencing)) {
    ++inbox.cursor;
    return StepResult::kProgress;
  }
  if (number > processed_ + 1) {
    return Violation(
        absl::StrCat("frame ", number, " came where ", processed_ + 1, " was expected"));
  }
  absl::Status table = wire::ReadFrame(bytes, &inbox.bytes, &frame_);
  ++inbox.cursor;
  ++counters_.frames_received;
  processed_ = std::max(processed_, number);
  if (Planted(Defect::kLateReturnUnread) && frame_.kind == wire::FrameKind::kReturn) {
    std::vector<ObjectRef> none(frame_.references.size());
    wire::BodyReader reader(none, nullptr);
    uint64_t id = 0;
    Outcome ignored;
    (void)reader.ReadReturn(frame_.body, &id, &ignored);
    if (!pending_.contains(id)) return StepResult::kProgress;
  }
  absl::Status registered = RegisterReferences();
  if (table.ok()) table = registered;
  std::string_view fault = ProcessFrame(inbox, bytes.size(), table, now, effects);
  for (ObjectRef& object : registered_) {
    if (object) effects->dropped.push_back(std::move(object));
  }
  registered_.clear();
  Trim(registered_);
  Trim(frame_.references);
  Trim(handles_scratch_);
  Trim(answers_scratch_);
  return fault.empty() ? StepResult::kProgress
                       : Violation(absl::StrCat("frame ", number, " ", std::string(fault)));
}

std::string_view Link::ProcessFrame(const Inbox& inbox, size_t bytes, const absl::Status& table,
                                    base::MonoTime now, Effects* effects) {
  wire::BodyReader reader(registered_, &inbox.bytes);
  switch (frame_.kind) {
    case wire::FrameKind::kCall:
      return OnCall(reader, table, bytes, now, effects);
    case wire::FrameKind::kReturn:
      OnReturn(reader, table, effects);
      break;
    // With nobody to answer to, what cannot be read in these would be lost silently.
    case wire::FrameKind::kCancel:
      if (!OnCancel(reader, frame_.body, effects)) return "has a malformed Cancel";
      break;
    case wire::FrameKind::kRelease:
      if (!OnRelease(reader, frame_.body, effects)) return "has a malformed Release";
      break;
    case wire::FrameKind::kGone:
      if (!OnGone(reader, frame_.body, effects)) return "has a malformed Gone";
      break;
    case wire::FrameKind::kEnd: {
      absl::StatusCode code = absl::StatusCode::kOk;
      std::string message;
      // However malformed, it is the end.
      (void)reader.ReadEnd(frame_.body, &code, &message);
      if (!end_request_) end_request_ = EndRequest{EndReason::kLeft, absl::Status(code, message)};
      break;
    }
    case wire::FrameKind::kNone:
      return "has no body known to this version";
  }
  return {};
}

// Calls of the peer

std::string_view Link::OnCall(wire::BodyReader& reader, const absl::Status& table, size_t bytes,
                              base::MonoTime now, Effects* effects) {
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
  incoming->name_ = std::string(call.name);
  incoming->target_is_answer_ = call.on_answer;
  incoming->lane_ = call.target << 1 | (call.on_answer ? 1 : 0);
  if (call.on_answer) incoming->target_answer_ = call.target;
  if (call.id == 0 || (call.keep_answer && order_.Keeps(call.id)) ||
      !incoming_.try_emplace(call.id, incoming).second) {
    // Nothing to answer to: the id is missing or in use, so the peer is broken beyond this call.
    effects->unref.push_back(incoming);
    return call.id == 0 ? "has a call without an id" : "has a call whose id is in use";
  }
  incoming_bytes_ += bytes;
  if (!crowded.ok()) {
    // At once: it must not wait behind those that are too many already.
    incoming->answered_ = true;
    NumberReturn(incoming, Outcome::Failed(status), effects);
    return {};
  }
  if (status.ok() && call.deadline_us != 0) {
    uint64_t clock = inbox_[inbox_head_].view.header.clock_us;
    int64_t left_ns =
        call.deadline_us > clock
            ? static_cast<int64_t>(std::min<uint64_t>(call.deadline_us - clock, 1ull << 50)) * 1000
            : 0;
    incoming->deadline_ = base::MonoTime{inbox_[inbox_head_].received.ns + left_ns};
    if (left_ns == 0 || incoming->deadline_->ns <= now.ns) {
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
    incoming->shape_ = out_shapes_.At(entry->shape);
    if (call.member >= static_cast<int>(incoming->shape_->members().size())) {
      incoming->failed_ =
          Error(absl::StatusCode::kInvalidArgument,
                absl::StrCat("member ", call.member + 1, " of ", incoming->shape_->name(),
                             ", which has ", incoming->shape_->members().size()));
    }
  } else if (call.target != 0) {
    int member = out_shapes_.At(entry->shape)->Find(call.name);
    if (member != Shape::kNotFound) {
      incoming->shape_ = out_shapes_.At(entry->shape);
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

void Link::TakeStarts(std::vector<IncomingCall*>* into, Effects* effects) {
  if (!held_.empty()) StartHeld(effects);
  into->swap(starts_);
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
  if (!call->failed_ && call->target_->gone() != GoneReason::kAlive) {
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
  call->AddRef();
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
    effects->stop.push_back(call);
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
  incoming_.erase(call->id_);
  if (incoming_.empty() && incoming_.capacity() > kKeptCalls) incoming_ = {};
  incoming_bytes_ -= call->frame_bytes_;
  effects->unref.push_back(call);
}

void Link::OnReturn(wire::BodyReader& reader, const absl::Status& table, Effects* effects) {
  uint64_t id = 0;
  Outcome outcome;
  absl::Status status = reader.ReadReturn(frame_.body, &id, &outcome);
  // With an entry missing, a value could name another object than was meant.
  if (!table.ok()) status = table;
  if (!status.ok())
    outcome =
        Outcome::Failed(absl::InternalError(absl::StrCat("malformed answer: ", status.message())));
  CompletePending(id, std::move(outcome), effects);
}

bool Link::OnCancel(wire::BodyReader& reader, std::string_view body, Effects* effects) {
  uint64_t id = 0;
  if (!reader.ReadCancel(body, &id).ok()) return false;
  auto found = incoming_.find(id);
  if (found != incoming_.end()) {
    AnswerEarly(found->second, Error(absl::StatusCode::kCancelled, "cancelled by the caller"),
                effects);
  }
  return true;
}

bool Link::OnRelease(wire::BodyReader& reader, std::string_view body, Effects* effects) {
  uint64_t upto = 0;
  handles_scratch_.clear();
  answers_scratch_.clear();
  if (!reader.ReadRelease(body, &upto, &handles_scratch_, &answers_scratch_).ok()) return false;
  for (uint64_t handle : handles_scratch_) {
    ExportTable::Entry* entry = handle == 0 ? nullptr : exports_.Find(handle);
    if (entry == nullptr) continue;
    if (Planted(Defect::kCountPerSend)) {
      if (--entry->last_frame > 0) continue;
    } else if (entry->last_frame > upto && !Planted(Defect::kFreeOnFirstRelease)) {
      continue;  // it is on its way again; the importer will meet it and release it later
    }
    ObjectRef object = exports_.Remove(handle);
    endpoint_->OnUnexport(object.get());
    effects->dropped.push_back(std::move(object));
  }
  for (uint64_t id : answers_scratch_) order_.Release(id, &effects->dropped_values);
  return true;
}

bool Link::OnGone(wire::BodyReader& reader, std::string_view body, Effects* effects) {
  GoneReason reason = GoneReason::kDestroyed;
  handles_scratch_.clear();
  if (!reader.ReadGone(body, &handles_scratch_, &reason).ok()) return false;
  for (uint64_t handle : handles_scratch_) {
    imports_.MarkGone(handle, reason);
    if (Ref<Proxy> proxy = imports_.Find(handle))
      effects->gone.push_back({std::move(proxy), reason});
  }
  return true;
}

}  // namespace hawser::link
