#ifndef HAWSER_PROTO_LINK_CALL_ORDER_H_
#define HAWSER_PROTO_LINK_CALL_ORDER_H_

// CallOrder: when a call of the peer may start, and what later calls may name of its answer.
//
// Rules (session.proto, ORDER): calls through one reference start in the order sent. A call whose
// target or arguments are answers that are not there yet waits; later calls through the same
// reference wait behind it; others do not. A nested call waits behind nobody. An answer stays until
// released; a call that waits for it holds it.
//
// What a call costs here is linear in what it names, whatever waits beside it: its frame paid for it.
//
// Thread-compatible; used under the endpoint's lock. Owns no calls: the link's table does.

#include <cstdint>
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

  // The answer of `id` is kept, or will be.
  bool Keeps(uint64_t id) const { return answers_.contains(id); }
  // Says what the kept answer of `id` weighs, if it is still kept.
  void NoteBytes(uint64_t id, size_t bytes);

  size_t answers() const { return answers_.size(); }
  size_t answer_bytes() const { return answer_bytes_; }
  size_t waiting() const { return in_lanes_; }

 private:
  // A place in a call that an answer is for: an argument, or the target.
  struct Place {
    static constexpr uint32_t kTarget = UINT32_MAX;
    uint64_t serial;  // of the call, which may be gone
    uint32_t position;
  };
  struct Answer {
    bool settled = false;
    bool released = false;
    Outcome outcome;
    size_t bytes = 0;
    std::vector<Place> places;
    size_t dead = 0;  // places of calls taken out
  };
  struct Lane {
    IncomingCall* first = nullptr;
    IncomingCall* last = nullptr;
  };
  using Answers = absl::flat_hash_map<uint64_t, Answer>;

  // Takes the answer into its place if it is there; else makes the call wait for it.
  void Await(IncomingCall* call, uint64_t id, uint32_t position);
  static void Fill(IncomingCall* call, uint64_t id, uint32_t position, const Outcome& outcome);
  void Abandon(uint64_t id);
  void Erase(Answers::iterator answer);
  void Append(IncomingCall* call);
  void Unlink(IncomingCall* call);
  void Advance(uint64_t lane, Calls* ready);

  Answers answers_;
  size_t answer_bytes_ = 0;
  // Calls that wait for answers, by serial.
  absl::flat_hash_map<uint64_t, IncomingCall*> waiting_;
  uint64_t last_serial_ = 0;
  // Calls that wait, by the reference they go through; a lane exists only while it holds one.
  absl::flat_hash_map<uint64_t, Lane> lanes_;
  size_t in_lanes_ = 0;
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_CALL_ORDER_H_
