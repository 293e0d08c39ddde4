// Link, the receiving half: packets and their frames.
//
// Invariants: a frame's whole table is registered before anything else in it is looked at, and
// processed_ rises before the code a frame starts is entered. What a frame brought and nobody took
// is dropped outside the lock, through Effects.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "proto/link/defect.h"
#include "proto/link/endpoint.h"
#include "proto/link/link.h"

namespace hawser::link {

absl::Status Link::ReceivePacket(Bytes&& packet, base::LazyNow& now) {
  absl::Status status = wire::ReadPacket(packet.view(), &packet_);
  if (!status.ok()) return status;
  if (packet_.attached)
    return absl::InvalidArgumentError("attached: only the broker's first packet carries it");
  if (packet_.attach) {
    // Who sends one here counts on an answer, or on frames sent again, that will never come.
    return absl::InvalidArgumentError(
        "an Attach came in mid-stream: a session attaches anew over a connection of its own");
  }
  counters_.bytes_received += packet.size();
  bytes_since_ack_ += packet.size();
  const wire::PacketHeader& header = packet_.header;
  if (header.first_frame == 0 && !packet_.frames.empty())
    return absl::InvalidArgumentError("first_frame: a packet with frames says their first number");
  replay_.Acknowledge(header.ack);
  windows_.RaiseGranted(header.limits);
  if (packet_.frames.empty()) return absl::OkStatus();
  Inbox::Packet& pushed = inbox_.Push();
  pushed.bytes = std::move(packet);
  pushed.next = packet_.frames.begin();
  pushed.number = header.first_frame;
  pushed.clock_us = header.clock_us;
  if (header.clock_us != 0) pushed.received = now.Get();
  return absl::OkStatus();
}

void Link::TrimScratch() {
  Trim(frame_.references);
  Trim(registered_);
  Trim(objects_scratch_);
  Trim(references_scratch_);
  Trim(entries_scratch_);
  Trim(handles_scratch_);
  Trim(answers_scratch_);
  Trim(released_scratch_);
  scratch_used_ = false;
}

bool Link::Violation(std::string_view what) {
  violation_ = absl::InvalidArgumentError(std::string(what));
  return false;
}

bool Link::Step(base::LazyNow& now, Effects* effects) {
  uint64_t number = inbox_.frame_number();
  std::string_view bytes = inbox_.frame();
  if (number <= processed_ && !Planted(Defect::kReplayWithoutFencing)) {
    inbox_.Pop();
    return true;
  }
  if (number > processed_ + 1) {
    return Violation(
        absl::StrCat("frame ", number, " came where ", processed_ + 1, " was expected"));
  }
  absl::Status table = wire::ReadFrame(bytes, &inbox_.packet().bytes, &frame_);
  ++counters_.frames_received;
  processed_ = std::max(processed_, number);
  if (Planted(Defect::kLateReturnUnread) && frame_.kind == wire::FrameKind::kReturn) {
    std::vector<ObjectRef> none(frame_.references.size());
    wire::BodyReader reader(none, nullptr);
    uint64_t id = 0;
    Outcome ignored;
    (void)reader.ReadReturn(frame_.body, &id, &ignored);
    if (!pending_.contains(id)) {
      inbox_.Pop();
      return true;
    }
  }
  if (!frame_.references.empty()) {
    absl::Status registered = RegisterReferences();
    if (table.ok()) table = registered;
  }
  // What is over the limit could be neither registered nor released.
  if (frame_.overlong && !end_request_) end_request_ = EndRequest{EndReason::kViolation, table};
  std::string_view fault = ProcessFrame(bytes.size(), table, now, effects);
  if (!registered_.empty()) {
    for (ObjectRef& object : registered_) {
      if (object) effects->dropped.push_back(std::move(object));
    }
    registered_.clear();
    scratch_used_ = true;
  }
  if (scratch_used_) TrimScratch();
  inbox_.Pop();
  if (fault.empty()) [[likely]]
    return true;
  return Violation(absl::StrCat("frame ", number, " ", std::string(fault)));
}

std::string_view Link::ProcessFrame(size_t bytes, const absl::Status& table, base::LazyNow& now,
                                    Effects* effects) {
  wire::BodyReader reader(registered_, &inbox_.packet().bytes);
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
      EndReason reason = EndReason::kLeft;
      absl::StatusCode code = absl::StatusCode::kOk;
      std::string message;
      // However malformed, it is the end.
      (void)reader.ReadEnd(frame_.body, &reason, &code, &message);
      if (!end_request_)
        end_request_ = EndRequest{endpoint_->OnPeerEnd(reason), absl::Status(code, message)};
      break;
    }
    case wire::FrameKind::kNone:
      return "has no body known to this version";
  }
  return {};
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
  if (const PendingCall* call = pending_.Find(id); call != nullptr && call->describes_root) {
    NoteRoot(outcome.value());
  }
  CompletePending(id, std::move(outcome), effects);
}

bool Link::OnCancel(wire::BodyReader& reader, std::string_view body, Effects* effects) {
  uint64_t id = 0;
  if (!reader.ReadCancel(body, &id).ok()) return false;
  if (IncomingCall** call = incoming_.Find(id)) {
    AnswerEarly(*call, Error(absl::StatusCode::kCancelled, "cancelled by the caller"), effects);
  }
  return true;
}

bool Link::OnRelease(wire::BodyReader& reader, std::string_view body, Effects* effects) {
  uint64_t upto = 0;
  scratch_used_ = true;
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
  scratch_used_ = true;
  handles_scratch_.clear();
  if (!reader.ReadGone(body, &handles_scratch_, &reason).ok()) return false;
  for (uint64_t handle : handles_scratch_) {
    imports_.MarkGone(handle, reason);
    if (Ref<Proxy> proxy = imports_.Find(handle))
      effects->GetRare().gone.push_back({std::move(proxy), reason});
  }
  return true;
}

}  // namespace hawser::link
