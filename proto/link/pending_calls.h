#ifndef HAWSER_PROTO_LINK_PENDING_CALLS_H_
#define HAWSER_PROTO_LINK_PENDING_CALLS_H_

// PendingCalls: the calls of ours that wait for their answers. Thread-compatible; used under the
// endpoint's lock.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "hawser/base/clock.h"
#include "hawser/object.h"
#include "hawser/reply.h"

namespace hawser::link {

struct PendingCall {
  Reply reply;
  ObjectRef target;  // a pending call owns its target
  std::optional<base::MonoTime> deadline;
  uint64_t frame = 0;  // its number; 0: it waits unnumbered
};

class PendingCalls {
 public:
  size_t size() const { return calls_.size(); }
  bool contains(uint64_t id) const { return calls_.contains(id); }
  // Null if there is none. Valid until the next Add or Take.
  PendingCall* Find(uint64_t id);
  void Add(uint64_t id, PendingCall call);
  // Takes it out, if it is there.
  std::optional<PendingCall> Take(uint64_t id);

  // The call whose deadline comes first.
  struct Due {
    base::MonoTime deadline;
    uint64_t id;
  };
  std::optional<Due> first_due() const;

  // Calls `use(PendingCall&)` for each, then forgets them all.
  template <typename Use>
  void TakeAll(const Use& use) {
    for (auto& [id, call] : calls_) use(call);
    calls_.clear();
    deadlines_.clear();
  }

 private:
  absl::flat_hash_map<uint64_t, PendingCall> calls_;
  absl::btree_set<std::pair<int64_t, uint64_t>> deadlines_;  // with their calls
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_PENDING_CALLS_H_
