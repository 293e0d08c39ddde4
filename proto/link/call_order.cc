#include "proto/link/call_order.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace hawser::link {

void CallOrder::Add(IncomingCall* call, Calls* ready) {
  if (call->target_is_answer_ && !call->failed_) Await(call, call->target_answer_);
  for (const wire::AnswerArg& arg : call->answer_args_) {
    if (!call->failed_) Await(call, arg.call);
  }
  // Only now: a call cannot name its own answer.
  if (call->keep_answer_) answers_.try_emplace(call->id_);
  if (!call->nested_) {
    auto lane = lanes_.find(call->lane_);
    if (lane != lanes_.end() || call->unresolved_ > 0) {
      (lane != lanes_.end() ? lane->second : lanes_[call->lane_]).push_back(call);
      call->waits_in_lane_ = true;
      return;
    }
  }
  if (call->unresolved_ == 0) ready->push_back(call);
}

void CallOrder::Await(IncomingCall* call, uint64_t id) {
  auto found = answers_.find(id);
  if (found == answers_.end() || id >= call->id_) {
    call->failed_ = Error(absl::StatusCode::kNotFound,
                          absl::StrCat("answer of call ", id, " is unknown or released"));
    return;
  }
  if (found->second.settled) {
    Substitute(call, id, found->second.outcome);
  } else {
    found->second.waiters.push_back(call);
    ++call->unresolved_;
  }
}

void CallOrder::Substitute(IncomingCall* call, uint64_t id, const Outcome& outcome) {
  if (call->failed_) return;
  if (!outcome.ok()) {
    call->failed_ = outcome.error();
    return;
  }
  if (call->target_is_answer_ && call->target_answer_ == id) {
    call->target_ = outcome.value().TakeObject();
    if (!call->target_) {
      call->failed_ = Error(
          absl::StatusCode::kInvalidArgument,
          absl::StrCat("call ", id, " answered ", std::string(KindName(outcome.value().kind())),
                       ", which has no members to call"));
      return;
    }
  }
  for (const wire::AnswerArg& arg : call->answer_args_) {
    if (arg.call == id && arg.position < call->args_.size())
      call->args_[arg.position] = outcome.value();
  }
}

void CallOrder::Settle(uint64_t id, const Outcome& outcome, Calls* ready) {
  auto found = answers_.find(id);
  if (found == answers_.end()) return;
  std::vector<IncomingCall*> waiters = std::move(found->second.waiters);
  if (found->second.released) {
    answers_.erase(found);
  } else {
    found->second.settled = true;
    found->second.outcome = outcome;
  }
  for (IncomingCall* call : waiters) {
    // A call that names the answer twice is here twice.
    if (call->unresolved_ > 0) --call->unresolved_;
    Substitute(call, id, outcome);
    if (call->unresolved_ > 0) continue;
    if (call->waits_in_lane_) {
      Advance(call->lane_, ready);
    } else {
      ready->push_back(call);
    }
  }
}

void CallOrder::Advance(uint64_t lane, Calls* ready) {
  auto found = lanes_.find(lane);
  if (found == lanes_.end()) return;
  while (!found->second.empty() && found->second.front()->unresolved_ == 0) {
    IncomingCall* call = found->second.front();
    found->second.pop_front();
    call->waits_in_lane_ = false;
    ready->push_back(call);
  }
  if (found->second.empty()) lanes_.erase(found);
}

void CallOrder::Remove(IncomingCall* call, Calls* ready) {
  if (call->unresolved_ > 0) {
    for (auto& [id, answer] : answers_) std::erase(answer.waiters, call);
    call->unresolved_ = 0;
  }
  if (!call->waits_in_lane_) return;
  call->waits_in_lane_ = false;
  auto lane = lanes_.find(call->lane_);
  if (lane == lanes_.end()) return;
  std::erase(lane->second, call);
  if (lane->second.empty()) {
    lanes_.erase(lane);
  } else {
    Advance(call->lane_, ready);
  }
}

bool CallOrder::Release(uint64_t id, DroppedValues* dropped) {
  auto found = answers_.find(id);
  if (found == answers_.end() || found->second.released) return false;
  if (found->second.settled) {
    dropped->push_back(std::move(found->second.outcome.value()));
    answers_.erase(found);
  } else {
    found->second.released = true;
  }
  return true;
}

void CallOrder::Clear(DroppedValues* dropped) {
  for (auto& [id, answer] : answers_) dropped->push_back(std::move(answer.outcome.value()));
  answers_.clear();
  lanes_.clear();
}

size_t CallOrder::waiting() const {
  size_t count = 0;
  for (const auto& [lane, calls] : lanes_) count += calls.size();
  return count;
}

}  // namespace hawser::link
