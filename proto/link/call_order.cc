#include "proto/link/call_order.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace hawser::link {

void CallOrder::Add(IncomingCall* call, Calls* ready) {
  call->serial_ = ++last_serial_;
  if (call->target_is_answer_ && !call->failed_) Await(call, call->target_answer_, Place::kTarget);
  for (const wire::AnswerArg& arg : call->answer_args_) {
    if (!call->failed_) Await(call, arg.call, arg.position);
  }
  if (call->unresolved_ > 0) waiting_.emplace(call->serial_, call);
  // Only now: a call cannot name its own answer.
  if (call->keep_answer_) answers_.try_emplace(call->id_);
  if (!call->nested_ &&
      (call->unresolved_ > 0 || (!lanes_.empty() && lanes_.contains(call->lane_)))) {
    Append(call);
  } else if (call->unresolved_ == 0) {
    ready->push_back(call);
  }
}

void CallOrder::Await(IncomingCall* call, uint64_t id, uint32_t position) {
  auto found = answers_.find(id);
  if (found == answers_.end()) {
    call->failed_ = Error(absl::StatusCode::kNotFound,
                          absl::StrCat("the answer of call ", id,
                                       " is not kept: it was never asked for, could not be "
                                       "kept, or is released"));
    return;
  }
  if (found->second.settled) {
    Fill(call, id, position, found->second.outcome);
  } else {
    found->second.places.push_back({call->serial_, position});
    ++call->unresolved_;
  }
}

void CallOrder::Fill(IncomingCall* call, uint64_t id, uint32_t position, const Outcome& outcome) {
  if (call->failed_) return;
  if (!outcome.ok()) {
    call->failed_ = outcome.error();
  } else if (position != Place::kTarget) {
    if (position < call->args_.size()) call->args_[position] = outcome.value();
  } else if (call->target_ = outcome.value().TakeObject(); !call->target_) {
    call->failed_ =
        Error(absl::StatusCode::kInvalidArgument,
              absl::StrCat("call ", id, " answered ", std::string(KindName(outcome.value().kind())),
                           ", which has no members to call"));
  }
}

void CallOrder::Settle(uint64_t id, const Outcome& outcome, Calls* ready) {
  auto found = answers_.find(id);
  if (found == answers_.end()) return;
  std::vector<Place> places = std::move(found->second.places);
  found->second.places.clear();
  if (found->second.released) {
    Erase(found);
  } else {
    found->second.settled = true;
    found->second.outcome = outcome;
  }
  for (const Place& place : places) {
    auto waiting = waiting_.find(place.serial);
    if (waiting == waiting_.end()) continue;
    IncomingCall* call = waiting->second;
    Fill(call, id, place.position, outcome);
    if (--call->unresolved_ > 0) continue;
    waiting_.erase(waiting);
    if (call->waits_in_lane_) {
      Advance(call->lane_, ready);
    } else {
      ready->push_back(call);
    }
  }
}

void CallOrder::Append(IncomingCall* call) {
  Lane& lane = lanes_[call->lane_];
  call->lane_before_ = lane.last;
  call->lane_behind_ = nullptr;
  (lane.last == nullptr ? lane.first : lane.last->lane_behind_) = call;
  lane.last = call;
  call->waits_in_lane_ = true;
  ++in_lanes_;
}

void CallOrder::Unlink(IncomingCall* call) {
  auto found = lanes_.find(call->lane_);
  Lane& lane = found->second;
  (call->lane_before_ == nullptr ? lane.first : call->lane_before_->lane_behind_) =
      call->lane_behind_;
  (call->lane_behind_ == nullptr ? lane.last : call->lane_behind_->lane_before_) =
      call->lane_before_;
  call->waits_in_lane_ = false;
  --in_lanes_;
  if (lane.first == nullptr) lanes_.erase(found);
}

void CallOrder::Advance(uint64_t lane, Calls* ready) {
  for (auto found = lanes_.find(lane);
       found != lanes_.end() && found->second.first->unresolved_ == 0; found = lanes_.find(lane)) {
    IncomingCall* call = found->second.first;
    Unlink(call);
    ready->push_back(call);
  }
}

void CallOrder::Remove(IncomingCall* call, Calls* ready) {
  if (call->unresolved_ > 0) {
    waiting_.erase(call->serial_);
    call->unresolved_ = 0;
    if (call->target_is_answer_) Abandon(call->target_answer_);
    for (const wire::AnswerArg& arg : call->answer_args_) Abandon(arg.call);
  }
  if (!call->waits_in_lane_) return;
  Unlink(call);
  Advance(call->lane_, ready);
}

// A call that named the answer in one of its places waits for it no longer. The place goes with the
// others of its kind, once they are most.
void CallOrder::Abandon(uint64_t id) {
  auto found = answers_.find(id);
  if (found == answers_.end() || found->second.settled) return;
  Answer& answer = found->second;
  if (++answer.dead * 2 < answer.places.size()) return;
  std::erase_if(answer.places,
                [this](const Place& place) { return !waiting_.contains(place.serial); });
  answer.dead = 0;
}

void CallOrder::NoteBytes(uint64_t id, size_t bytes) {
  auto found = answers_.find(id);
  if (found == answers_.end()) return;
  found->second.bytes = bytes;
  answer_bytes_ += bytes;
}

void CallOrder::Erase(Answers::iterator answer) {
  answer_bytes_ -= answer->second.bytes;
  answers_.erase(answer);
}

bool CallOrder::Release(uint64_t id, DroppedValues* dropped) {
  auto found = answers_.find(id);
  if (found == answers_.end() || found->second.released) return false;
  if (found->second.settled) {
    dropped->push_back(std::move(found->second.outcome.value()));
    Erase(found);
  } else {
    found->second.released = true;
  }
  return true;
}

void CallOrder::Clear(DroppedValues* dropped) {
  for (auto& [id, answer] : answers_) dropped->push_back(std::move(answer.outcome.value()));
  answers_.clear();
  answer_bytes_ = 0;
  waiting_.clear();
  lanes_.clear();
  in_lanes_ = 0;
}

}  // namespace hawser::link
