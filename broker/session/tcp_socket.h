#ifndef HAWSER_BROKER_SESSION_TCP_SOCKET_H_
#define HAWSER_BROKER_SESSION_TCP_SOCKET_H_

// TcpSocket: a listening TCP socket. Ours and not gRPC's, so that who comes over TCP is counted and
// let in at the same door as everybody else.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "broker/session/unique_fd.h"

namespace hawser::broker {

class TcpSocket {
 public:
  // Listens on "HOST:PORT": at every address HOST has here, port 0 taking a free one for all.
  // UNAVAILABLE if one of them cannot be had, with the system's words: "Address already in use".
  static absl::StatusOr<std::vector<TcpSocket>> Listen(const std::string& host_port);

  TcpSocket(TcpSocket&&) noexcept = default;
  TcpSocket& operator=(TcpSocket&&) noexcept = delete;

  int fd() const { return socket_.get(); }
  int port() const { return port_; }

 private:
  TcpSocket(UniqueFd socket, int port) : socket_(std::move(socket)), port_(port) {}

  UniqueFd socket_;
  int port_;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_TCP_SOCKET_H_
