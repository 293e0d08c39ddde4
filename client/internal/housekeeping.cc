#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/internal/connection.h"

// What a session's reader does by the clock: flushing, deadlines, connecting anew, heartbeats. Each
// part does what is due and says when it wants to be called again.

namespace hawser::internal {
namespace {

// A dropped reference waits this long for company, or for a packet that leaves anyway.
constexpr absl::Duration kFlushDelay = absl::Milliseconds(1);
// How often to look whether a program without a Remote has let go of its last object.
constexpr absl::Duration kUnusedCheck = absl::Milliseconds(50);
// How often to look whether a program that renews its lease itself does.
constexpr absl::Duration kActivityCheck = absl::Milliseconds(50);

}  // namespace

base::MonoTime Connection::KeepHouse() {
  base::MonoTime now = clock().Now();
  base::MonoTime due = KeepFlushed(now);
  due = std::min(due, KeepDeadlines(now));
  due = std::min(due, KeepAlive(now));
  due = std::min(due, callbacks_->KeepMoving(now));
  // Last: it may end the session.
  return std::min(due, KeepConnected(now));
}

bool Connection::finished() {
  if (!ended()) return false;
  {
    base::MutexLock lock(state_mu_);
    if (!end_told_ || !open_.empty()) return false;
    if (!std::exchange(drained_, true)) end_changed_.NotifyAll();
  }
  return flush_wanted_ns_.load(std::memory_order_acquire) == 0 &&
         Inspect([](const link::Link& link) { return link.imports().size() == 0; });
}

void Connection::WantFlush() {
  int64_t none = 0;
  if (flush_wanted_ns_.compare_exchange_strong(none, clock().Now().ns)) leader_.PokeReader();
}

base::MonoTime Connection::KeepFlushed(base::MonoTime now) {
  base::MonoTime due = base::MonoTime::Max();
  if (int64_t since = flush_wanted_ns_.load(std::memory_order_acquire); since != 0) {
    due = base::MonoTime{since} + kFlushDelay;
    if (now >= due || ended()) {
      flush_wanted_ns_.store(0, std::memory_order_release);
      AwaitOrphans();
      Flush();
      due = base::MonoTime::Max();
    }
  }
  if (remote_gone_ && !ended()) {
    if (Unused()) {
      EndSession(LossReason::kClosed, absl::OkStatus());
    } else {
      due = std::min(due, now + kUnusedCheck);
    }
  }
  return due;
}

bool Connection::Unused() const {
  {
    base::MutexLock lock(state_mu_);
    if (!orphans_.empty()) return false;
  }
  auto orphans = static_cast<size_t>(orphans_pending_.load(std::memory_order_acquire));
  return Inspect([&](const link::Link& link) {
    return link.imports().size() <= orphans && link.stats().calls_pending <= orphans;
  });
}

void Connection::NoteDeadline(base::MonoTime deadline) {
  int64_t due = tick_due_ns_.load(std::memory_order_acquire);
  while (deadline.ns < due) {
    if (tick_due_ns_.compare_exchange_weak(due, deadline.ns)) {
      leader_.PokeReader();
      return;
    }
  }
}

base::MonoTime Connection::KeepDeadlines(base::MonoTime now) {
  int64_t due = tick_due_ns_.load(std::memory_order_acquire);
  if (now.ns < due) return base::MonoTime{due};
  // First: a deadline noted from here on is not lost.
  tick_due_ns_.store(base::MonoTime::Max().ns, std::memory_order_release);
  Tick();
  if (std::optional<base::MonoTime> next = NextDeadline()) NoteDeadline(*next);
  return base::MonoTime{tick_due_ns_.load(std::memory_order_acquire)};
}

base::MonoTime Connection::KeepAlive(base::MonoTime now) {
  absl::Duration ttl;
  std::shared_ptr<ClientTransport> transport;
  {
    base::MutexLock lock(state_mu_);
    if (phase_ != Phase::kAttached || transport_ == nullptr) return base::MonoTime::Max();
    ttl = attacher_.ttl();
    transport = transport_;
  }
  base::MonoTime sent{last_sent_ns_.load(std::memory_order_relaxed)};
  base::MonoTime heard{last_heard_ns_.load(std::memory_order_relaxed)};
  // A program that renews its lease itself may say nothing for long, and is told nothing then.
  Silence::Verdict verdict{.due = base::MonoTime::Max()};
  if (options_.heartbeat == ConnectOptions::Heartbeat::kAutomatic) {
    verdict = silence_.Look(now, ttl, heard, sent);
  }
  if (verdict.dead) {
    OnTransportLost(transport.get(),
                    absl::UnavailableError(absl::StrCat("the broker was silent for ",
                                                        absl::FormatDuration(now - heard))));
    transport->Kill();
    return now;
  }
  // One that cannot leave now leaves as soon as it can.
  base::MonoTime due = std::max(sent, heartbeat_at_) + ttl / 3;
  if (now < due && !verdict.ask) return std::min(due, verdict.due);
  if (!MaySend()) return now + kActivityCheck;
  heartbeat_at_ = now;
  Heartbeat();
  return std::min(now + ttl / 3, verdict.due);
}

base::MonoTime Connection::KeepConnected(base::MonoTime now) {
  base::MonoTime due = base::MonoTime::Max();
  bool attempt = false;
  std::vector<std::shared_ptr<ClientTransport>> kill;
  std::optional<Attacher::Verdict> verdict;
  {
    base::MutexLock lock(state_mu_);
    base::MonoTime give_up_at = attacher_.give_up_at();
    switch (phase_) {
      case Phase::kDetached:
        if (now >= give_up_at) {
          verdict = attacher_.OnTimeUp();
        } else if (now < retry_at_) {
          due = std::min(retry_at_, give_up_at);
        } else if (MaySend() || connecting_ != nullptr) {
          attempt = true;
        } else {
          due = std::min(now + kActivityCheck, give_up_at);
        }
        break;
      case Phase::kAttempting:
        due = std::min(attempt_until_, give_up_at);
        if (now >= give_up_at) {
          verdict = attacher_.OnTimeUp();
        } else if (now >= attempt_until_) {
          kill.push_back(transport_);  // which reports OnClosed, and that leads to the next
          attempt_until_ = base::MonoTime::Max();
          due = give_up_at;
        }
        break;
      case Phase::kAttached:
        break;
      case Phase::kOver:
        due = kill_at_;
        if (now >= kill_at_) {
          for (const auto& [key, transport] : open_) kill.push_back(transport);
          due = kill_at_ = base::MonoTime::Max();
        }
        break;
    }
  }
  for (const std::shared_ptr<ClientTransport>& transport : kill) transport->Kill();
  if (verdict) {
    EndSession(verdict->loss, verdict->status);
    return now;
  }
  if (attempt) {
    Attempt();
    return now;
  }
  return due;
}

}  // namespace hawser::internal
