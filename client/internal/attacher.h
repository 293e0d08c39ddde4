#ifndef CLIENT_INTERNAL_ATTACHER_H_
#define CLIENT_INTERNAL_ATTACHER_H_

// Attacher: what a session says when it opens a connection, and what becomes of it when a
// connection fails: when to try again, or why to give up. No thread, clock or I/O.
// Thread-compatible.

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "hawser/base/clock.h"
#include "hawser/base/random.h"
#include "hawser/options.h"
#include "proto/wire/frame.h"

namespace hawser::internal {

class Attacher {
 public:
  // `options` is borrowed. `now` is when Connect was called.
  Attacher(const ConnectOptions& options, SessionId session, base::MonoTime now);

  // What the next connection begins with. Each gets a higher number.
  wire::Attach Next(uint64_t processed, wire::Limits limits);

  // How long a connection that is opened now may take before another is tried instead.
  base::MonoTime AttemptUntil(base::MonoTime now) const;

  // What follows from an event.
  struct Verdict {
    enum class What { kAttached, kRetry, kGiveUp };
    What what = What::kAttached;
    base::MonoTime retry_at = {};            // kRetry
    LossReason loss = LossReason::kNone;     // kGiveUp
    absl::Status status = absl::OkStatus();  // kGiveUp
    static Verdict GiveUp(LossReason loss, absl::Status status) {
      return {What::kGiveUp, {}, loss, std::move(status)};
    }
  };
  // The broker answered an Attach.
  Verdict OnReply(const wire::AttachReply& reply);
  // A connection, attached or not, is no more.
  Verdict OnLost(const absl::Status& why, base::MonoTime now);

  // When to give up, whatever happens: Connect took too long, or the lease must be over. Max()
  // while attached.
  base::MonoTime give_up_at() const { return give_up_at_; }
  Verdict OnTimeUp() const;

  uint64_t epoch() const { return epoch_; }
  absl::Duration ttl() const { return ttl_; }
  const std::string& broker() const { return broker_; }
  // Whether the session exists: some Attach was accepted.
  bool established() const { return epoch_ != 0; }
  bool attached() const { return attached_; }

 private:
  base::MonoTime Backoff(base::MonoTime now);

  const ConnectOptions& options_;
  const SessionId session_;
  const base::Bits128 token_;
  const std::map<std::string, std::string> attributes_;
  uint32_t attach_ = 0;
  uint64_t epoch_ = 0;
  absl::Duration ttl_;
  std::string broker_;
  bool attached_ = false;
  base::MonoTime give_up_at_;
  absl::Duration pause_;  // before the next attempt but one
  absl::Status last_failure_;
  int breaches_ = 0;  // connections in a row that ended with a breach of the protocol
};

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_ATTACHER_H_
