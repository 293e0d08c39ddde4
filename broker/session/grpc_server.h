#ifndef HAWSER_BROKER_SESSION_GRPC_SERVER_H_
#define HAWSER_BROKER_SESSION_GRPC_SERVER_H_

// GrpcServer: the gRPC end of the broker: Broker.Attach (raw bytes both ways), health and
// reflection, on one completion queue with one polling thread. What comes on a stream goes to a
// Connection.
//
// No callback-API service may ever join it: their hidden threads take our events and cost half the
// speed.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "broker/session/peer_table.h"
#include "broker/session/session_registry.h"
#include "broker/session/unique_fd.h"

namespace hawser::broker {

class GrpcServer {
 public:
  struct Options {
    // "HOST:PORT" each; port 0 takes a free one. Without encryption or identity: see
    // --insecure-tcp.
    std::vector<std::string> insecure_tcp;
  };

  // Serves at once. Both outlive it. UNAVAILABLE if a port is taken.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(SessionRegistry& registry,
                                                           PeerTable& peers, Options options);
  // Shutdown, if it was not called.
  ~GrpcServer();

  // Serves a socket from PeerTable::Admit. After Shutdown it is closed.
  void AddConnection(UniqueFd socket);
  // Ports of options.insecure_tcp, in its order.
  const std::vector<int>& ports() const;
  // What health answers.
  void SetServing(bool serving);
  // Ends: streams still open after `grace` are cut. All sessions must have ended. Idempotent.
  void Shutdown(absl::Duration grace);

 private:
  class Impl;
  explicit GrpcServer(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_GRPC_SERVER_H_
