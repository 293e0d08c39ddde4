#include "client/internal/attacher.h"

#include <errno.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"

namespace hawser::internal {
namespace {

// How long one attempt may take before the next.
constexpr absl::Duration kAttempt = absl::Seconds(5);
// A session whose every connection ends with a breach of the protocol would replay it for ever.
constexpr int kMaxBreaches = 3;

std::map<std::string, std::string> WithProgram(std::map<std::string, std::string> attributes) {
  attributes.try_emplace("program", program_invocation_short_name);
  return attributes;
}

// Statuses with which a stream ends that no further attempt would change.
bool IsFinal(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnimplemented:
      return true;
    default:
      return false;
  }
}

std::string Text(const absl::Status& status) { return std::string(status.message()); }

}  // namespace

Attacher::Attacher(const ConnectOptions& options, SessionId session, base::MonoTime now)
    : options_(options),
      session_(session),
      token_(base::RandomBits128()),
      attributes_(WithProgram(options.attributes)),
      ttl_(options.ttl),
      give_up_at_(now + options.connect_timeout),
      pause_(options.backoff_min) {}

wire::Attach Attacher::Next(uint64_t processed, wire::Limits limits) {
  wire::Attach attach;
  attach.session = session_;
  attach.token = token_;
  attach.attach = ++attach_;
  attach.epoch = epoch_;
  attach.ack = processed;
  attach.limits = limits;
  attach.attributes = attributes_;
  attach.ttl_ms = static_cast<uint32_t>(
      std::clamp<int64_t>(absl::ToInt64Milliseconds(options_.ttl), 0, UINT32_MAX));
  return attach;
}

base::MonoTime Attacher::AttemptUntil(base::MonoTime now) const {
  // Where no other follows, one has all the time there is.
  if (!established() && !options_.wait_for_broker) return give_up_at_;
  return now + kAttempt;
}

Attacher::Verdict Attacher::OnReply(const wire::AttachReply& reply) {
  using enum wire::AttachReply::Outcome;
  switch (reply.outcome) {
    case kCreated:
    case kResumed:
      epoch_ = reply.epoch;
      ttl_ = absl::Milliseconds(reply.ttl_ms);
      broker_ = reply.broker;
      attached_ = true;
      give_up_at_ = base::MonoTime::Max();
      pause_ = options_.backoff_min;
      return {};
    case kLeaseExpired:
      return Verdict::GiveUp(LossReason::kLeaseExpired,
                             absl::FailedPreconditionError("lease expired"));
    case kBrokerRestarted:
      return Verdict::GiveUp(LossReason::kBrokerRestarted,
                             absl::FailedPreconditionError("broker restarted"));
    case kUnspecified:
      break;
  }
  return Verdict::GiveUp(LossReason::kRefused,
                         absl::InvalidArgumentError("the broker's answer to Attach is of a version "
                                                    "this client does not speak"));
}

Attacher::Verdict Attacher::OnLost(const absl::Status& why, base::MonoTime now) {
  bool was_attached = std::exchange(attached_, false);
  last_failure_ = why;
  if (!established()) {
    bool retry = options_.wait_for_broker && !IsFinal(why.code()) &&
                 why.code() != absl::StatusCode::kFailedPrecondition;
    if (!retry) return Verdict::GiveUp(LossReason::kRefused, why);
    return {Verdict::What::kRetry, Backoff(now), LossReason::kNone, {}};
  }
  if (why.code() == absl::StatusCode::kFailedPrecondition) {
    bool restarted = absl::StrContains(why.message(), "restarted");
    return Verdict::GiveUp(restarted ? LossReason::kBrokerRestarted : LossReason::kLeaseExpired,
                           why);
  }
  if (IsFinal(why.code())) return Verdict::GiveUp(LossReason::kRefused, why);
  breaches_ = why.code() == absl::StatusCode::kInvalidArgument ? breaches_ + 1 : 0;
  if (breaches_ >= kMaxBreaches) return Verdict::GiveUp(LossReason::kRefused, why);
  if (!options_.reconnect) {
    return Verdict::GiveUp(LossReason::kDisconnected,
                           absl::UnavailableError(absl::StrCat("connection lost: ", Text(why))));
  }
  if (!was_attached) return {Verdict::What::kRetry, Backoff(now), LossReason::kNone, {}};
  // The lease runs since the last packet the broker got, at the latest since now.
  give_up_at_ = now + ttl_;
  return {Verdict::What::kRetry, now, LossReason::kNone, {}};
}

Attacher::Verdict Attacher::OnTimeUp() const {
  std::string last =
      last_failure_.ok() ? "no answer" : absl::StrCat("last attempt: ", Text(last_failure_));
  if (!established()) {
    return Verdict::GiveUp(
        LossReason::kRefused,
        absl::DeadlineExceededError(absl::StrCat(
            "no broker within ", absl::FormatDuration(options_.connect_timeout), "; ", last)));
  }
  return Verdict::GiveUp(
      LossReason::kLeaseExpired,
      absl::FailedPreconditionError(absl::StrCat("lease expired: the broker was out of reach for ",
                                                 absl::FormatDuration(ttl_), "; ", last)));
}

// Doubles up to the maximum, and differs between sessions, or all clients of a broker that comes
// back would arrive at once.
base::MonoTime Attacher::Backoff(base::MonoTime now) {
  double spread = 0.75 + 0.5 * session_.bytes[attach_ % session_.bytes.size()] / 255.0;
  base::MonoTime next = now + pause_ * spread;
  pause_ = std::min(pause_ * 2, options_.backoff_max);
  return next;
}

}  // namespace hawser::internal
