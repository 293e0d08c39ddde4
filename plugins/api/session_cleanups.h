#ifndef HAWSER_SESSION_CLEANUPS_H_
#define HAWSER_SESSION_CLEANUPS_H_

// SessionCleanups: what a module has hung on the ends of sessions (Caller::OnEnd). Thread-safe.
// Authors do not use this header.

#include <deque>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "hawser/base/mutex.h"
#include "hawser/session_view.h"

namespace hawser::internal {

class SessionCleanups {
 public:
  using Cleanup = absl::AnyInvocable<void(EndReason)>;

  // Hangs `cleanup` on `session` and takes it; or, if the session's end was dealt with already,
  // leaves it and gives the reason.
  std::optional<EndReason> Add(const SessionView& session, Cleanup& cleanup) HAWSER_EXCLUDES(mu_);
  // What hangs on a session that ended, last first. Remembers the end.
  std::vector<Cleanup> End(const SessionView& session, EndReason reason) HAWSER_EXCLUDES(mu_);
  // Forgets all.
  void Clear() HAWSER_EXCLUDES(mu_);

 private:
  // A call may still run for a session whose end was dealt with on another strand; as many ends are
  // remembered as can be that late.
  static constexpr size_t kRememberedEnds = 4096;

  base::Mutex mu_;
  absl::flat_hash_map<SessionId, std::vector<Cleanup>> cleanups_ HAWSER_GUARDED_BY(mu_);
  std::deque<std::pair<SessionId, EndReason>> ended_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::internal

#endif  // HAWSER_SESSION_CLEANUPS_H_
