#ifndef HAWSER_PROTO_LINK_CALL_ORDER_H_
#define HAWSER_PROTO_LINK_CALL_ORDER_H_

// CallOrder: when a call of the peer may start, and what later calls may name of its answer.
//
// Rules (session.proto, ORDER): calls through one reference start in the order sent. A call whose
// target or arguments are answers that are not there yet waits; later calls through the same
// reference wait behind it; others do not. A nested call waits behind nobody. An answer stays until
// released; a call that waits for it holds it.
//
// Thread-compatible; used under the endpoint's lock. Owns no calls: the link's table does.

#include <cstdint>
#include <deque>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "proto/link/incoming_call.h"

namespace hawser::link {

class CallOrder {
 public:
  using Calls = absl::InlinedVector<IncomingCall*, 4>;
  using DroppedValues = absl::InlinedVector<Value, 4>;

  // A call just read. Appends it to `ready` if it may start, or fail, at once.
  void Add(IncomingCall* call, Calls* ready);
  // The kept answer of call `id` is there. Appends to `ready` what may start (or must fail) now, in
  // order.
  void Settle(uint64_t id, const Outcome& outcome, Calls* ready);
  // Takes out a call that will not start, whether it waits or not.
  void Remove(IncomingCall* call, Calls* ready);
  // The peer names the answer of `id` no longer. False if it is unknown.
  bool Release(uint64_t id, DroppedValues* dropped);
  // Forgets everything.
  void Clear(DroppedValues* dropped);

  size_t answers() const { return answers_.size(); }
  size_t waiting() const;

 private:
  struct Answer {
    bool settled = false;
    bool released = false;
    Outcome outcome;
    std::vector<IncomingCall*> waiters;
  };

  // Takes the answer into `call` if it is there; else makes the call wait for it.
  void Await(IncomingCall* call, uint64_t id);
  static void Substitute(IncomingCall* call, uint64_t id, const Outcome& outcome);
  void Advance(uint64_t lane, Calls* ready);

  absl::flat_hash_map<uint64_t, Answer> answers_;
  // Calls that wait, by the reference they go through; a lane exists only while it holds one.
  absl::flat_hash_map<uint64_t, std::deque<IncomingCall*>> lanes_;
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_CALL_ORDER_H_
