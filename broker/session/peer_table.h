#ifndef HAWSER_BROKER_SESSION_PEER_TABLE_H_
#define HAWSER_BROKER_SESSION_PEER_TABLE_H_

// PeerTable: the open connections we accepted, by the descriptor number gRPC knows them by: who is
// at the other end, and a duplicate of the descriptor with which a connection can be cut whatever
// gRPC waits for. Thread-safe.
//
// gRPC tells of a stream only "fd:N". That is safe to go by because descriptors are moved up into a
// range in which numbers rise, so that N does not come back soon, and because an entry goes as soon
// as its connection has hung up: a stream that finds no entry is refused.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "broker/core/limits.h"
#include "broker/session/control_loop.h"
#include "broker/session/descriptor_budget.h"
#include "broker/session/peer.h"
#include "hawser/base/mutex.h"

namespace hawser::broker {

class PeerTable {
 public:
  // Both outlive it. The descriptors this process may open count as they are now.
  PeerTable(const BrokerLimits& limits, ControlLoop& control);
  // Cuts what is left.
  ~PeerTable();

  // Takes a connected socket in, of either kind: finds out who is there, checks the caps, moves the
  // descriptor up and notes it. Gives the descriptor for gRPC. RESOURCE_EXHAUSTED naming the cap;
  // the socket is closed then. `address` is where it was accepted; one that came over TCP is known
  // by its own.
  absl::StatusOr<UniqueFd> Admit(UniqueFd socket, std::string_view address) HAWSER_EXCLUDES(mu_);

  // By gRPC's name for the peer, "fd:N". None if it has hung up.
  std::optional<Peer> Find(std::string_view grpc_peer) const HAWSER_EXCLUDES(mu_);
  // Ends the connection, both ways, at once.
  void Cut(std::string_view grpc_peer) HAWSER_EXCLUDES(mu_);
  void CutAll() HAWSER_EXCLUDES(mu_);
  size_t size() const HAWSER_EXCLUDES(mu_);

 private:
  struct Entry {
    Peer peer;
    UniqueFd duplicate;
    uint64_t watch = 0;
    uint64_t serial =
        0;  // tells a hang-up of this connection from one of an earlier owner of the number
  };

  absl::StatusOr<Peer> PeerOf(int socket, std::string_view address) const;
  absl::Status CheckCaps(std::optional<uid_t> uid) const HAWSER_REQUIRES(mu_);
  UniqueFd MoveUp(UniqueFd socket) HAWSER_REQUIRES(mu_);
  void OnHangUp(int number, uint64_t serial) HAWSER_EXCLUDES(mu_);
  void Erase(int number) HAWSER_REQUIRES(mu_);

  const BrokerLimits& limits_;
  ControlLoop& control_;
  const uint64_t descriptors_;
  int first_number_ = 0;  // of the range descriptors are moved to
  int last_number_ = 0;

  mutable base::Mutex mu_;
  std::map<int, Entry> entries_ HAWSER_GUARDED_BY(mu_);
  // Those over TCP, whose user nobody knows, as those of one user: none.
  absl::flat_hash_map<std::optional<uid_t>, size_t> per_uid_ HAWSER_GUARDED_BY(mu_);
  int next_number_ HAWSER_GUARDED_BY(mu_) = 0;
  uint64_t next_serial_ HAWSER_GUARDED_BY(mu_) = 1;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_PEER_TABLE_H_
