#include "hawser/session_cleanups.h"

#include <algorithm>
#include <iterator>
#include <utility>

// Invariant, under mu_: each number is in sessions_ and in its session's entry of cleanups_, or in
// neither; no entry is empty.

namespace hawser::internal {

SessionCleanups::Hung SessionCleanups::Add(const SessionView& session, Cleanup cleanup) {
  SessionId id = session.id();
  base::MutexLock lock(mu_);
  Hung hung{.number = ++last_, .ended = std::nullopt};
  // A session that has ended and is not found here: its end is on the way.
  if (session.ended()) {
    auto ended = std::find_if(ended_.begin(), ended_.end(),
                              [&](const auto& end) { return end.first == id; });
    if (ended != ended_.end()) hung.ended = ended->second;
  }
  cleanups_[id].emplace(hung.number, std::move(cleanup));
  sessions_.emplace(hung.number, id);
  return hung;
}

SessionCleanups::Cleanup SessionCleanups::Take(uint64_t number) {
  base::MutexLock lock(mu_);
  auto session = sessions_.find(number);
  if (session == sessions_.end()) return nullptr;
  auto of_session = cleanups_.find(session->second);
  Cleanup cleanup = std::move(of_session->second.extract(number).mapped());
  if (of_session->second.empty()) cleanups_.erase(of_session);
  sessions_.erase(session);
  return cleanup;
}

void SessionCleanups::End(const SessionId& session, EndReason reason) {
  base::MutexLock lock(mu_);
  ended_.emplace_back(session, reason);
  if (ended_.size() > kRememberedEnds) ended_.pop_front();
}

SessionCleanups::Cleanup SessionCleanups::TakeLast(const SessionId& session) {
  base::MutexLock lock(mu_);
  auto of_session = cleanups_.find(session);
  if (of_session == cleanups_.end()) return nullptr;
  auto last = std::prev(of_session->second.end());
  Cleanup cleanup = std::move(last->second);
  sessions_.erase(last->first);
  of_session->second.erase(last);
  if (of_session->second.empty()) cleanups_.erase(of_session);
  return cleanup;
}

void SessionCleanups::Clear() {
  absl::flat_hash_map<SessionId, OfSession> cleanups;
  base::MutexLock lock(mu_);
  cleanups.swap(cleanups_);
  sessions_.clear();
}

size_t SessionCleanups::size() const {
  base::MutexLock lock(mu_);
  return sessions_.size();
}

}  // namespace hawser::internal
