// Link, its beginning, its deadlines and its end.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "proto/link/endpoint.h"
#include "proto/link/link.h"

namespace hawser::link {

Link::Link(Endpoint* endpoint, const LinkLimits& limits, base::MonoTime now)
    : endpoint_(endpoint),
      limits_(limits),
      start_(now),
      in_shapes_(Shape::Build(ObjectKind::kObject, "remote")),
      out_shapes_(in_shapes_.At(0)),
      windows_(limits) {}

Link::~Link() {
  // Proxies still on the dropped list hold the endpoint, so there are none; but a link that never
  // ended still owns its calls.
  incoming_.ForEach([](IncomingCall* call) { call->Unref(); });
  for (IncomingCall* call : starts_) call->Unref();
}

// Time

std::optional<base::MonoTime> Link::next_deadline() const {
  int64_t next = INT64_MAX;
  if (!incoming_deadlines_.empty()) next = incoming_deadlines_.begin()->first;
  if (auto due = pending_.first_due()) next = std::min(next, due->deadline.ns);
  if (next == INT64_MAX) return std::nullopt;
  return base::MonoTime{next};
}

void Link::Tick(base::MonoTime now, Effects* effects) {
  while (!incoming_deadlines_.empty() && incoming_deadlines_.begin()->first <= now.ns) {
    IncomingCall* call = *incoming_.Find(incoming_deadlines_.begin()->second);
    AnswerEarly(
        call,
        Error(absl::StatusCode::kDeadlineExceeded, "deadline passed before the module answered"),
        effects);
  }
  // Ours are told here, whatever the peer does: it may be out of reach. Its own answer then comes
  // late and is dropped.
  for (auto due = pending_.first_due(); due && due->deadline.ns <= now.ns;
       due = pending_.first_due()) {
    std::string why = WhyLate(*pending_.Find(due->id));
    CompletePending(due->id, Outcome::Failed(absl::DeadlineExceededError(why)), effects);
  }
}

std::string Link::WhyLate(const PendingCall& call) const {
  if (call.frame != 0) return "deadline passed before the answer came";
  const char* why = "as the peer has not taken the bytes of earlier ones";
  if (!attached_) {
    why = "as there is no connection";
  } else if (!windows_.HasCallsLeft()) {
    why = "as too many earlier ones have no answer yet";
  }
  return absl::StrCat("deadline passed before the call was sent: ", outbox_.size(), " wait, ", why);
}

// End

absl::Status Link::LostCall(const PendingCall& call, const absl::Status& why) const {
  bool sent = call.frame != 0 && call.frame <= replay_.last_sent();
  // In the broker it is not the caller's own session that ended.
  std::string who = "the session";
  if (SessionRef provider = endpoint_->session(); provider && call.target) {
    ShapeRef shape = call.target->shape();
    who = absl::StrCat("session ", provider->id().Short(), ", which provides ",
                       CallName(*shape, Invocation::kSelf, Op::kCall), ",");
  }
  std::string text =
      absl::StrCat(sent ? "outcome unknown, " : "not sent, ", who, " ended: ", EndText(why));
  return sent ? absl::AbortedError(text) : absl::UnavailableError(text);
}

void Link::NumberEnd(EndReason reason, absl::StatusCode code, std::string_view message) {
  if (end_numbered_ || ended_) return;
  writer_.WriteEnd(reason, code, message, replay_.tail());
  replay_.Commit();
  end_numbered_ = true;
}

std::vector<ObjectRef> Link::End(const absl::Status& why, GoneReason reason, Effects* effects) {
  if (ended_) return {};
  ended_ = true;
  end_status_ = why;
  inbox_.Clear();
  pending_.TakeAll([&](PendingCall& call) {
    effects->completions.push_back({std::move(call.reply), Outcome::Failed(LostCall(call, why))});
    if (call.target) effects->dropped.push_back(std::move(call.target));
  });
  while (!outbox_.empty()) DropQueued(effects);
  unsent_answers_.clear();
  incoming_.ForEach([&](IncomingCall* call) {
    call->answered_ = true;
    // What the peer sent without waiting for an answer is still to be done.
    if (!call->no_reply_) call->abandoned_.store(true, std::memory_order_release);
    if (call->started_) {
      call->AddRef();
      effects->GetRare().stop.push_back(call);
    }
    effects->unref.push_back(call);
  });
  incoming_.Clear();
  incoming_bytes_ = 0;
  held_.clear();
  effects->unref.insert(effects->unref.end(), starts_.begin(), starts_.end());
  starts_.clear();
  incoming_deadlines_.clear();
  order_.Clear(&effects->dropped_values);
  imports_.MarkAllGone(reason);
  imports_.ForEach([&](const Proxy& proxy) {
    if (Ref<Proxy> held = imports_.Find(proxy.handle()))
      effects->GetRare().gone.push_back({std::move(held), reason});
  });
  gone_waiting_.clear();
  replay_.AcknowledgeAll(UINT64_MAX);
  if (ObjectRef root = exports_.TakeRoot()) effects->dropped.push_back(std::move(root));
  return exports_.Clear();
}

LinkStats Link::stats() const {
  LinkStats stats = counters_;
  stats.frames_sent = replay_.next_number() - 1;
  stats.exports = exports_.size();
  stats.imports = imports_.size();
  stats.calls_pending = pending_.size();
  stats.calls_running = incoming_.size();
  stats.answers = order_.answers();
  stats.waiting = order_.waiting() + held_.size();
  stats.replay_bytes = replay_.bytes();
  stats.frames_unsent = stats.frames_sent + 1 - replay_.first_unsent();
  stats.outbox_calls = outbox_.size();
  return stats;
}

}  // namespace hawser::link
