#ifndef HAWSER_PROTO_LINK_LINK_LIMITS_H_
#define HAWSER_PROTO_LINK_LINK_LIMITS_H_

#include <cstdint>

#include "absl/time/time.h"

namespace hawser::link {

// Every limit of one session's link. What breaks one is refused to whoever caused it, with the
// limit named.
struct LinkLimits {
  // Calls the peer may have unanswered here. Announced as a total.
  uint64_t call_window = 4096;
  // Bytes of Call frames the peer may have unanswered here. Announced as a total. At least one
  // largest frame.
  uint64_t byte_window = 64u << 20;
  // Numbered bytes the peer has not acknowledged: above, calls wait unnumbered in the outbox.
  uint64_t replay_bytes = 32u << 20;
  // What Return, Release, Cancel and Gone may use above replay_bytes. When it is full too, the
  // session ends (EndReason::kLimit).
  uint64_t reserve_bytes = 64u << 20;
  // Numbered bytes not acknowledged: above, further calls of the peer wait before they start.
  uint64_t soft_bytes = 16u << 20;
  // Calls waiting unnumbered: above, a call fails at once with RESOURCE_EXHAUSTED.
  uint64_t outbox_calls = 65536;
  uint64_t outbox_bytes = 64u << 20;
  // Handles exported to the peer at a time: above, a call that would hand out one more answers
  // RESOURCE_EXHAUSTED.
  uint64_t handles = 4u << 20;
  // Handles imported from the peer (callbacks) at a time.
  uint64_t imports = 1u << 20;
  // What their constants and sites take.
  uint64_t import_bytes = 256u << 20;
  // Different shapes defined in one direction since the session began; they stay until its end.
  uint64_t shapes = 65536;
  // Memory of those received, about.
  uint64_t shape_bytes = 64u << 20;
  // Calls of the peer in the works at a time, nested ones included, and the bytes of their frames.
  // Unlike the windows, which tell a peer that keeps to them how far it may go, these are for one
  // that does not: a call above them answers RESOURCE_EXHAUSTED.
  uint64_t incoming_calls = 65536;
  uint64_t incoming_bytes = 256u << 20;
  // Answers kept for later calls of the peer at a time. A call above it is not made.
  uint64_t answers = 65536;
  uint64_t answer_bytes = 256u << 20;
  // How long the promise of a callback of mode kCall waits for the peer's answer.
  absl::Duration callback_deadline = absl::Minutes(5);
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_LINK_LIMITS_H_
