#ifndef HAWSER_PROTO_LINK_PENDING_CALLS_H_
#define HAWSER_PROTO_LINK_PENDING_CALLS_H_

// PendingCalls: the calls of ours that wait for their answers. Thread-compatible; used under the
// endpoint's lock.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/btree_set.h"
#include "hawser/base/clock.h"
#include "hawser/object.h"
#include "hawser/reply.h"
#include "proto/link/call_table.h"

namespace hawser::link {

struct PendingCall {
  Reply reply;
  ObjectRef target;                        // a pending call owns its target
  std::optional<base::MonoTime> deadline;  // as Add was told
  uint64_t frame = 0;                      // its number; 0: it waits unnumbered
  bool describes_root = false;             // the answer is the peer's root by another handle
};

class PendingCalls {
 public:
  size_t size() const { return calls_.size(); }
  bool contains(uint64_t id) const { return calls_.contains(id); }
  // Null if there is none. Valid until the next Add or Erase.
  PendingCall* Find(uint64_t id) { return calls_.Find(id); }
  // A new one, to be filled in.
  PendingCall& Add(uint64_t id, std::optional<base::MonoTime> deadline) {
    PendingCall& call = calls_.Add(id);
    call.deadline = deadline;
    if (deadline) deadlines_.insert({deadline->ns, id});
    return call;
  }
  // False if there is none.
  bool Erase(uint64_t id) {
    if (!deadlines_.empty()) EraseDeadline(id);
    return calls_.Erase(id);
  }

  // The call whose deadline comes first.
  struct Due {
    base::MonoTime deadline;
    uint64_t id;
  };
  std::optional<Due> first_due() const;

  // Calls `use(PendingCall&)` for each, then forgets them all.
  template <typename Use>
  void TakeAll(const Use& use) {
    calls_.ForEach(use);
    calls_.Clear();
    deadlines_.clear();
  }

 private:
  void EraseDeadline(uint64_t id);

  CallTable<PendingCall> calls_;
  absl::btree_set<std::pair<int64_t, uint64_t>> deadlines_;  // with their calls
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_PENDING_CALLS_H_
