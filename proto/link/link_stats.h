#ifndef HAWSER_PROTO_LINK_LINK_STATS_H_
#define HAWSER_PROTO_LINK_LINK_STATS_H_

#include <cstddef>
#include <cstdint>

namespace hawser::link {

// Counters of one session's link, for inspection: totals since the session began, then what there
// is at present.
struct LinkStats {
  uint64_t calls_sent = 0, calls_received = 0, calls_answered = 0;
  uint64_t frames_sent = 0, frames_received = 0, bytes_sent = 0, bytes_received = 0;
  uint64_t attaches = 0;
  size_t exports = 0, imports = 0, calls_pending = 0, calls_running = 0, answers = 0, waiting = 0;
  size_t replay_bytes = 0, outbox_calls = 0, frames_unsent = 0;
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_LINK_STATS_H_
