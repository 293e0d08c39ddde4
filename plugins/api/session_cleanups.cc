#include "hawser/session_cleanups.h"

#include <algorithm>
#include <utility>

namespace hawser::internal {

std::optional<EndReason> SessionCleanups::Add(const SessionView& session, Cleanup& cleanup) {
  SessionId id = session.id();
  base::MutexLock lock(mu_);
  if (session.ended()) {
    auto ended = std::find_if(ended_.begin(), ended_.end(),
                              [&](const auto& end) { return end.first == id; });
    if (ended != ended_.end()) return ended->second;
    // Its end is on the way here.
  }
  cleanups_[id].push_back(std::move(cleanup));
  return std::nullopt;
}

std::vector<SessionCleanups::Cleanup> SessionCleanups::End(const SessionView& session,
                                                           EndReason reason) {
  base::MutexLock lock(mu_);
  ended_.emplace_back(session.id(), reason);
  if (ended_.size() > kRememberedEnds) ended_.pop_front();
  auto found = cleanups_.find(session.id());
  if (found == cleanups_.end()) return {};
  std::vector<Cleanup> cleanups = std::move(found->second);
  cleanups_.erase(found);
  std::reverse(cleanups.begin(), cleanups.end());
  return cleanups;
}

void SessionCleanups::Clear() {
  absl::flat_hash_map<SessionId, std::vector<Cleanup>> cleanups;
  base::MutexLock lock(mu_);
  cleanups.swap(cleanups_);
}

}  // namespace hawser::internal
