#ifndef HAWSER_SESSION_CLEANUPS_H_
#define HAWSER_SESSION_CLEANUPS_H_

// SessionCleanups: what a module has hung on the ends of sessions (Caller::OnEnd), by the number
// each was given. Thread-safe; cleanups are destroyed without its lock. Authors do not use this
// header.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "hawser/base/mutex.h"
#include "hawser/session_view.h"

namespace hawser::internal {

class SessionCleanups {
 public:
  using Cleanup = absl::AnyInvocable<void(EndReason)>;

  // `ended` has a value if the session's end was dealt with already: who hangs something then takes
  // it and runs it.
  struct Hung {
    uint64_t number;
    std::optional<EndReason> ended;
  };
  Hung Add(const SessionView& session, Cleanup cleanup) HAWSER_EXCLUDES(mu_);
  // What has this number; nothing if it was taken already.
  Cleanup Take(uint64_t number) HAWSER_EXCLUDES(mu_);
  // Remembers the end.
  void End(const SessionId& session, EndReason reason) HAWSER_EXCLUDES(mu_);
  // What was hung on `session` last; nothing if there is no more.
  Cleanup TakeLast(const SessionId& session) HAWSER_EXCLUDES(mu_);
  // Forgets all.
  void Clear() HAWSER_EXCLUDES(mu_);
  size_t size() const HAWSER_EXCLUDES(mu_);

 private:
  // A call may still run for a session whose end was dealt with on another strand; as many ends are
  // remembered as can be that late.
  static constexpr size_t kRememberedEnds = 4096;

  // In the order hung.
  using OfSession = std::map<uint64_t, Cleanup>;

  mutable base::Mutex mu_;
  absl::flat_hash_map<SessionId, OfSession> cleanups_ HAWSER_GUARDED_BY(mu_);
  absl::flat_hash_map<uint64_t, SessionId> sessions_ HAWSER_GUARDED_BY(mu_);  // by number
  uint64_t last_ HAWSER_GUARDED_BY(mu_) = 0;
  std::deque<std::pair<SessionId, EndReason>> ended_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::internal

#endif  // HAWSER_SESSION_CLEANUPS_H_
