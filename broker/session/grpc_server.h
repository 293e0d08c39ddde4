#ifndef HAWSER_BROKER_SESSION_GRPC_SERVER_H_
#define HAWSER_BROKER_SESSION_GRPC_SERVER_H_

// GrpcServer: the gRPC end of the broker: Broker.Attach (raw bytes both ways), health and
// reflection, on one completion queue with one polling thread. What comes on a stream goes to a
// Connection.
//
// No callback-API service may ever join it: their hidden threads take our events and cost half the
// speed.

#include <memory>

#include "absl/status/statusor.h"
#include "broker/session/peer_table.h"
#include "broker/session/session_registry.h"
#include "broker/session/unique_fd.h"

namespace hawser::broker {

class GrpcServer {
 public:
  struct Options {
    // Connections over TCP will be among those added: all are pinged.
    bool tcp = false;
  };

  // Serves what is added. Both outlive it.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(SessionRegistry& registry,
                                                           PeerTable& peers, Options options);
  // Shutdown, if it was not called.
  ~GrpcServer();

  // Serves a socket from PeerTable::Admit. After Shutdown it is closed.
  void AddConnection(UniqueFd socket);
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
