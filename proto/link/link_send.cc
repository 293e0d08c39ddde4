// Link, the sending half: numbering frames, the outbox, releases, packets.
//
// The invariant that makes release safe (session.proto, HOW LONG A HANDLE LIVES): between resolving
// the references of a frame and numbering it nothing else happens, and the number is noted on each
// handle at once. So a frame is either numbered with live handles, or its values still hold the
// objects themselves.

#include "absl/strings/str_cat.h"
#include "proto/link/defect.h"
#include "proto/link/endpoint.h"
#include "proto/link/link.h"

namespace hawser::link {
namespace {

// Frames of one packet, in bytes: enough to spread the cost of a write, small enough to keep the
// receiver busy meanwhile.
constexpr size_t kPacketBytes = 256 << 10;
// Acknowledge, even with nothing else to say, after this much was received.
constexpr uint64_t kAckFrames = 256;
constexpr size_t kAckBytes = 256 << 10;
// Handles of one Release frame.
constexpr size_t kReleaseBatch = 1024;

Error LimitError(std::string_view what, uint64_t limit) {
  return Error(absl::StatusCode::kResourceExhausted,
               absl::StrCat(std::string(what), " (limit ", limit, ")"));
}

// Bytes of the Frame message in a packet's entry for it, which has tag and length in front: what
// Limits.bytes counts, at both ends.
size_t MessageBytes(std::string_view entry) {
  size_t start = 1;
  while (start < entry.size() && (entry[start] & 0x80) != 0) ++start;
  return entry.size() - std::min(start + 1, entry.size());
}

}  // namespace

// Calls of ours

uint64_t Link::Call(OutgoingCall& call, Reply reply, base::LazyNow& now, Effects* effects) {
  if (ended_) {
    effects->completions.push_back(
        {std::move(reply), Outcome::Failed(absl::UnavailableError(
                               absl::StrCat("session ended: ", EndText(end_status_))))});
    return 0;
  }
  absl::Status valid = CheckArguments(call);
  if (valid.ok() && call.deadline && call.deadline->ns <= now.Get().ns) {
    valid = absl::DeadlineExceededError("deadline was over before the call was sent");
  }
  wire::Call frame = FrameOf(next_call_, call);
  size_t bytes = wire::FrameWriter::kShortCallBytes;
  if (valid.ok()) {
    // Where it may have to wait for the window, the very size counts.
    if (!wire::FrameWriter::IsShortCall(frame, call.args, call.answer_args) || !outbox_.empty() ||
        !MayNumberCall(bytes, call.nested)) {
      bytes = writer_.CallSize(frame, call.args, call.answer_args, {});
    }
    if (bytes > wire::WireLimits::kMaxFrameBytes) {
      valid = Unsendable(call,
                         LimitError(absl::StrCat("the arguments are too large: ", bytes, " bytes"),
                                    wire::WireLimits::kMaxFrameBytes)
                             .ToStatus());
    }
  }
  bool wait = !outbox_.empty() || !MayNumberCall(bytes, call.nested);
  if (call.nested && MayNumberCall(bytes, true) && call.answer_args.empty() && call.target)
    wait = false;
  if (Planted(Defect::kHandleBeforeNumber)) wait = true;
  if (valid.ok() && wait) valid = CheckOutbox(bytes);
  if (!valid.ok()) {
    effects->completions.push_back({std::move(reply), Outcome::Failed(valid)});
    return 0;
  }
  uint64_t id = next_call_++;
  uint64_t number = 0;
  if (!wait) {
    absl::StatusOr<uint64_t> numbered = NumberCall(frame, call, bytes);
    if (!numbered.ok()) {
      // Whoever wants no reply hears nothing of it either.
      effects->completions.push_back(
          {std::move(reply), call.no_reply ? Outcome() : Outcome::Failed(numbered.status())});
      if (call.target) effects->dropped.push_back(std::move(call.target));
      return id;
    }
    number = *numbered;
  }
  if (call.no_reply) {
    effects->completions.push_back({std::move(reply), Outcome()});
  } else {
    PendingCall& pending = pending_.Add(id, call.deadline);
    pending.reply = std::move(reply);
    pending.target = wait ? call.target : std::move(call.target);
    pending.frame = number;
    pending.describes_root = frame.op == Op::kDescribe && !frame.on_answer && frame.target == 0 &&
                             frame.member == Invocation::kSelf && frame.name.empty();
  }
  if (!wait) {
    if (call.target) effects->dropped.push_back(std::move(call.target));
    return id;
  }
  Outbox::Item& queued = outbox_.Push(id, std::move(call), bytes);
  if (Planted(Defect::kHandleBeforeNumber) && CheckArguments(queued.call).ok() &&
      ResolveReferences(0, 0).ok()) {
    queued.planted_references = references_scratch_;
  }
  return id;
}

absl::Status Link::CheckOutbox(size_t bytes) const {
  bool many = outbox_.size() >= limits_.outbox_calls;
  if (!many && outbox_.bytes() + bytes <= limits_.outbox_bytes) return absl::OkStatus();
  // Who called may never have heard of the session that is too slow: it provides the object.
  SessionRef session = endpoint_->session();
  std::string what = absl::StrCat(
      many ? "too many calls wait to be sent" : "too many bytes of calls wait to be sent",
      session ? " to session " : "", session ? session->id().Short() : "");
  return LimitError(what, many ? limits_.outbox_calls : limits_.outbox_bytes).ToStatus();
}

bool Link::MayNumberCall(size_t bytes, bool nested) const {
  if (end_numbered_ || replay_.bytes() >= limits_.replay_bytes) return false;
  return nested || windows_.MaySend(bytes);
}

wire::Call Link::FrameOf(uint64_t id, const OutgoingCall& call) const {
  wire::Call frame;
  frame.id = id;
  frame.on_answer = call.target == nullptr;
  frame.target = frame.on_answer ? call.answer : Proxy::From(call.target.get())->handle();
  frame.op = call.op;
  frame.member = call.member;
  frame.name = call.name;
  frame.no_reply = call.no_reply;
  frame.keep_answer = call.keep_answer;
  frame.nested = call.nested;
  if (call.deadline) frame.deadline_us = std::max<uint64_t>(SessionClock(*call.deadline), 1);
  return frame;
}

absl::StatusOr<uint64_t> Link::NumberCall(const wire::Call& frame, const OutgoingCall& call,
                                          size_t bytes) {
  // Answers it names must be of calls that were sent; else only limits are left to fail here.
  absl::Status status = CheckAnswersSent(call);
  if (status.ok()) {
    status = ResolveReferences(bytes, 0);
    if (!status.ok()) status = Unsendable(call, status);
  }
  if (!status.ok()) {
    if (call.keep_answer) unsent_answers_.emplace(frame.id, status);
    return status;
  }
  uint64_t number = replay_.next_number();
  NoteReferences(number);
  size_t before = replay_.tail()->size();
  writer_.WriteCall(frame, call.args, call.answer_args, references_scratch_, replay_.tail());
  if (!call.nested)
    windows_.NoteSent(MessageBytes(std::string_view(*replay_.tail()).substr(before)));
  replay_.Commit();
  if (call.deadline) last_deadline_frame_ = number;
  ++counters_.calls_sent;
  TellGoneWhenExported();
  return number;
}

absl::Status Link::CheckAnswersSent(const OutgoingCall& call) const {
  if (unsent_answers_.empty()) return absl::OkStatus();
  if (!call.target) {
    if (auto unsent = unsent_answers_.find(call.answer); unsent != unsent_answers_.end())
      return unsent->second;
  }
  for (const wire::AnswerArg& arg : call.answer_args) {
    if (auto unsent = unsent_answers_.find(arg.call); unsent != unsent_answers_.end())
      return unsent->second;
  }
  return absl::OkStatus();
}

void Link::DrainOutbox(Effects* effects) {
  while (!outbox_.empty() && MayNumberCall(outbox_.front().bytes, outbox_.front().call.nested)) {
    Outbox::Item& queued = outbox_.front();
    bool wanted = queued.call.no_reply || pending_.contains(queued.id);
    if (wanted) {
      absl::StatusOr<uint64_t> number = 0;
      if (Planted(Defect::kHandleBeforeNumber)) {
        wire::Call frame = FrameOf(queued.id, queued.call);
        entries_scratch_.clear();
        for (const wire::Reference& r : queued.planted_references) {
          if (!r.yours) entries_scratch_.push_back(r.handle);
        }
        NoteReferences(replay_.next_number());
        writer_.WriteCall(frame, queued.args, {}, queued.planted_references, replay_.tail());
        replay_.Commit();
        number = replay_.next_number() - 1;
      } else {
        absl::Status valid = CheckArguments(queued.call);
        number = valid.ok() ? NumberCall(FrameOf(queued.id, queued.call), queued.call, queued.bytes)
                            : valid;
      }
      if (!number.ok()) {
        CompletePending(queued.id, Outcome::Failed(number.status()), effects);
      } else if (PendingCall* pending = pending_.Find(queued.id)) {
        pending->frame = *number;
      }
    } else if (queued.call.keep_answer) {
      unsent_answers_.emplace(
          queued.id, absl::CancelledError(
                         absl::StrCat("call ", queued.id, " was given up before it was sent")));
    }
    DropQueued(effects);
  }
}

void Link::DropQueued(Effects* effects) {
  Outbox::Item& queued = outbox_.front();
  for (Value& value : queued.args) effects->dropped_values.push_back(std::move(value));
  if (queued.call.target) effects->dropped.push_back(std::move(queued.call.target));
  outbox_.Pop();
}

void Link::CompletePending(uint64_t id, Outcome&& outcome, Effects* effects) {
  PendingCall* call = pending_.Find(id);
  if (call == nullptr) {
    if (outcome.value().kind() >= Kind::kString)
      effects->dropped_values.push_back(std::move(outcome.value()));
    return;
  }
  if (call->target) effects->dropped.push_back(std::move(call->target));
  effects->completions.push_back({std::move(call->reply), std::move(outcome)});
  pending_.Erase(id);
}

void Link::Cancel(uint64_t call, Effects* effects) {
  const PendingCall* pending = pending_.Find(call);
  if (pending == nullptr) return;
  if (pending->frame == 0) {
    // Still in the outbox: it will be skipped there.
    CompletePending(call, Outcome::Failed(absl::CancelledError("cancelled before it was sent")),
                    effects);
    return;
  }
  if (end_numbered_) return;
  writer_.WriteCancel(call, replay_.tail());
  replay_.Commit();
}

void Link::ReleaseAnswer(uint64_t call) {
  if (!ended_) answers_to_release_.push_back(call);
}

void Link::EndForReserve() {
  end_request_ =
      EndRequest{EndReason::kLimit,
                 absl::ResourceExhaustedError(absl::StrCat(
                     "replay_bytes: ", replay_.bytes(), " bytes are not acknowledged (limit ",
                     limits_.replay_bytes + limits_.reserve_bytes, "); the peer does not read"))};
}

bool Link::ObjectGone(const Object* object, GoneReason reason) {
  if (ended_) return false;
  scratch_used_ = true;
  handles_scratch_.clear();
  exports_.HandlesOf(object, &handles_scratch_);
  if (handles_scratch_.empty()) return false;
  gone_waiting_.emplace_back(object, reason);
  SendReadyGone(object);
  return true;
}

// Numbers the Gone of `object` unless a call already started on it is still unanswered.
void Link::SendReadyGone(const Object* object) {
  if (incoming_.AnyOf([object](const IncomingCall* call) {
        return call->target_.get() == object && call->started_;
      })) {
    return;
  }
  scratch_used_ = true;
  for (size_t i = 0; i < gone_waiting_.size(); ++i) {
    if (gone_waiting_[i].first != object) continue;
    handles_scratch_.clear();
    exports_.HandlesOf(object, &handles_scratch_);
    // What was handed out when the object was gone already was told then.
    std::erase_if(handles_scratch_, [this](uint64_t handle) {
      ExportTable::Entry* entry = exports_.Find(handle);
      bool told = entry->told_gone != 0;
      entry->told_gone = 1;
      return told;
    });
    if (!handles_scratch_.empty() && !end_numbered_) {
      writer_.WriteGone(handles_scratch_, gone_waiting_[i].second, replay_.tail());
      replay_.Commit();
    }
    std::erase_if(gone_waiting_, [object](const auto& waiting) { return waiting.first == object; });
    return;
  }
}

void Link::TellGoneNow() {
  for (const Object* object : gone_when_exported_) ObjectGone(object, object->gone());
  gone_when_exported_.clear();
}

// Packets

bool Link::HasNews() const {
  if (ended_) return false;
  // What the peer granted may let calls go that waited for it.
  if (!outbox_.empty() && MayNumberCall(outbox_.front().bytes, outbox_.front().call.nested))
    return true;
  if (processed_ - acked_ >= kAckFrames || bytes_since_ack_ >= kAckBytes) return true;
  return windows_.must_tell();
}

void Link::ReleaseDropped(Proxy* dropped, Effects* effects) {
  scratch_used_ = true;
  released_scratch_.clear();
  std::swap(released_scratch_, planted_released_);
  imports_.Collect(dropped,
                   Planted(Defect::kNoRecheckAtRelease) ? &planted_released_ : &released_scratch_,
                   &effects->dead);
  if (ended_ || end_numbered_) return;
  std::span<const uint64_t> handles = released_scratch_;
  while (!handles.empty()) {
    std::span<const uint64_t> batch = handles.first(std::min(kReleaseBatch, handles.size()));
    handles = handles.subspan(batch.size());
    writer_.WriteRelease(processed_, batch, {}, replay_.tail());
    replay_.Commit();
  }
}

void Link::ReleaseAnswersNow() {
  if (!outbox_.empty() || end_numbered_) return;
  writer_.WriteRelease(processed_, {}, answers_to_release_, replay_.tail());
  replay_.Commit();
  if (!unsent_answers_.empty()) {
    for (uint64_t call : answers_to_release_) unsent_answers_.erase(call);
  }
  answers_to_release_.clear();
}

void Link::TakePacket(base::LazyNow& now, std::string* packet, Effects* effects) {
  if (!outbox_.empty()) DrainOutbox(effects);
  wire::PacketHeader header;
  header.ack = acked_ = processed_;
  bytes_since_ack_ = 0;
  bool frames = replay_.HasUnsent();
  if (!frames || windows_.worth_telling()) {
    header.limits = windows_.grant();
    windows_.NoteTold();
  }
  // Only deadlines are on the clock.
  if (!frames || replay_.first_unsent() <= last_deadline_frame_)
    header.clock_us = std::max<uint64_t>(SessionClock(now.Get()), 1);
  if (scratch_used_) TrimScratch();
  if (frames) header.first_frame = replay_.first_unsent();
  packet->clear();
  packet->reserve(64 + std::min(kPacketBytes, replay_.bytes()));
  wire::WritePacketHeader(header, packet);
  if (frames) replay_.TakeUnsent(kPacketBytes, packet);
  counters_.bytes_sent += packet->size();
}

void Link::Attached(uint64_t peer_ack, wire::Limits peer_limits, Effects* effects) {
  attached_ = true;
  ++counters_.attaches;
  // Attach and its answer told these.
  acked_ = processed_;
  windows_.NoteTold();
  inbox_.Clear();
  replay_.AcknowledgeAll(peer_ack);
  replay_.Rewind();
  // The first says what the peer grants; until then it was taken to grant what this end does.
  if (counters_.attaches == 1) windows_.SetGranted(peer_limits);
  windows_.RaiseGranted(peer_limits);
  DrainOutbox(effects);
}

}  // namespace hawser::link
