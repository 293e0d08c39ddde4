#ifndef HAWSER_BROKER_SESSION_TOMBSTONES_H_
#define HAWSER_BROKER_SESSION_TOMBSTONES_H_

// Tombstones: the last sessions that ended, with why and what they held. For people who ask where a
// client went, and so that a late Attach of an ended session does not bring it back.

#include <deque>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hawser/base/mutex.h"
#include "hawser/session_view.h"

namespace hawser::broker {

struct Tombstone {
  SessionRef session;
  std::string name;
  std::string program;
  EndReason reason;
  absl::Status why;  // what the client was told
  absl::Time ended;
  uint64_t calls = 0;    // it made
  uint64_t objects = 0;  // it held at the end
  uint64_t callbacks = 0;
};

// Thread-safe.
class Tombstones {
 public:
  explicit Tombstones(size_t keep) : keep_(keep) {}

  // The oldest makes room.
  void Add(Tombstone tombstone) HAWSER_EXCLUDES(mu_);
  bool Has(const SessionId& session) const HAWSER_EXCLUDES(mu_);
  // Newest first, from the `skip`th on.
  std::vector<Tombstone> List(size_t skip, size_t limit) const HAWSER_EXCLUDES(mu_);
  // All that ended since start.
  uint64_t total() const HAWSER_EXCLUDES(mu_);
  // The calls of all that ended since start and of `live` ones. A session that is ending may be
  // among both; it counts once.
  uint64_t CallsWith(std::span<const std::pair<SessionId, uint64_t>> live) const
      HAWSER_EXCLUDES(mu_);

 private:
  const size_t keep_;
  mutable base::Mutex mu_;
  std::deque<Tombstone> tombstones_ HAWSER_GUARDED_BY(mu_);  // oldest first
  absl::flat_hash_set<SessionId> ids_ HAWSER_GUARDED_BY(mu_);
  uint64_t total_ HAWSER_GUARDED_BY(mu_) = 0;
  uint64_t calls_ HAWSER_GUARDED_BY(mu_) = 0;  // of all that ended
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_TOMBSTONES_H_
