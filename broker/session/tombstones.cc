#include "broker/session/tombstones.h"

#include <utility>

namespace hawser::broker {

void Tombstones::Add(Tombstone tombstone) {
  Tombstone oldest;  // dropped when the lock is free
  base::MutexLock lock(mu_);
  ++total_;
  if (!ids_.insert(tombstone.session->id()).second) return;
  calls_ += tombstone.calls;
  tombstones_.push_back(std::move(tombstone));
  if (tombstones_.size() <= keep_) return;
  oldest = std::move(tombstones_.front());
  tombstones_.pop_front();
  ids_.erase(oldest.session->id());
}

bool Tombstones::Has(const SessionId& session) const {
  base::MutexLock lock(mu_);
  return ids_.contains(session);
}

std::vector<Tombstone> Tombstones::List(size_t skip, size_t limit) const {
  std::vector<Tombstone> list;
  base::MutexLock lock(mu_);
  for (auto it = tombstones_.rbegin(); it != tombstones_.rend() && list.size() < limit; ++it) {
    if (skip > 0) {
      --skip;
    } else {
      list.push_back(*it);
    }
  }
  return list;
}

uint64_t Tombstones::total() const {
  base::MutexLock lock(mu_);
  return total_;
}

uint64_t Tombstones::CallsWith(std::span<const std::pair<SessionId, uint64_t>> live) const {
  base::MutexLock lock(mu_);
  uint64_t calls = calls_;
  for (const auto& [session, made] : live) calls += ids_.contains(session) ? 0 : made;
  return calls;
}

}  // namespace hawser::broker
