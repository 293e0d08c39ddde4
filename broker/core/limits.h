#ifndef HAWSER_BROKER_CORE_LIMITS_H_
#define HAWSER_BROKER_CORE_LIMITS_H_

// Every limit of the broker, with its unit. What breaks one is refused to whoever caused it, and
// the message names the limit by the name it has here. Limits of one session's tables and buffers
// are in link::LinkLimits. What an administrator sees ("hawser status") is printed from these
// structs.

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace hawser::broker {

struct BrokerLimits {
  // Connections.
  // Open connections, over all users. Each costs three descriptors and some 35 KB in gRPC. Fewer where
  // the process may not open as many descriptors; the last 16 are for root and the broker's own user.
  size_t connections = 16384;
  // ... and of one user: no more than half of what the descriptors allow. The broker's own user and root are not bound by it. All who come over TCP,
  // where nobody knows whose they are, count as one user more, with sessions too.
  size_t connections_per_uid = 4096;
  // A connection must have sent its Attach by then.
  absl::Duration attach_within = absl::Seconds(2);
  // A closed connection whose last write does not get through is cut after this.
  absl::Duration close_within = absl::Seconds(1);
  // With TCP: a connection with a stream that was silent for so long is pinged, and cut when no
  // answer comes. The other end of a TCP connection may be gone without a word, and a stream that
  // has no lease, such as a watch of health, would stay for ever. As long as the lease: sessions say
  // something every third of it, so that no ping is spent on those.
  absl::Duration tcp_ping_after = absl::Seconds(30);
  absl::Duration tcp_ping_within = absl::Seconds(10);

  // Sessions.
  size_t sessions = 100000;
  size_t sessions_per_uid = 50000;
  // Attributes a client may send: count, and bytes of all keys and values together.
  size_t attributes = 64;
  size_t attribute_bytes = 16384;

  // Leases.
  absl::Duration lease_ttl = absl::Seconds(30);  // for clients that wish for none in particular
  absl::Duration lease_ttl_min = absl::Seconds(1);
  absl::Duration lease_ttl_max = absl::Minutes(10);
  // The broker itself came this late to its own timer: it stood still, and every lease is given the
  // time it was late plus `stall_settle`, so that renewals that lie in sockets are read first.
  absl::Duration stall = absl::Milliseconds(250);
  absl::Duration stall_settle = absl::Seconds(1);
  // The thread that reads for all sessions stands still if one piece of work takes this long. While
  // it does, leases do too, and `stall_settle` more.
  absl::Duration reader_stall = absl::Milliseconds(250);
  // Ended sessions are worked off in slices of this, so that others get their turn in between.
  absl::Duration reap_slice = absl::Milliseconds(1);
  // Objects of one ended session dropped in one turn of a module's strand.
  size_t pins_per_turn = 4096;
  // Ended sessions remembered, for "hawser session" and to recognise a late Attach.
  size_t tombstones = 1024;

  // Names.
  // Names one session may provide.
  size_t provided_names = 1024;

  // The broker's own work.
  int pool_threads = 4;
  int pool_threads_max = 64;
  // SIGTERM: calls in work have this long to end.
  absl::Duration drain = absl::Seconds(5);
  // Records an inspection method gives at most in one page.
  size_t page = 1000;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_LIMITS_H_
