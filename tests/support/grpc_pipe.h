#ifndef HAWSER_TESTS_SUPPORT_GRPC_PIPE_H_
#define HAWSER_TESTS_SUPPORT_GRPC_PIPE_H_

// GrpcPipe: a stream of Broker.Attach, or another method, to a broker at an address, sending raw
// bytes.

#include <memory>
#include <string>

#include "tests/support/packet_pipe.h"

namespace hawser::tests {

class GrpcPipe final : public PacketPipe {
 public:
  // "unix:/path" or "HOST:PORT". A connection of its own.
  explicit GrpcPipe(const std::string& address,
                    const std::string& method = "/hawser.v1.Broker/Attach");
  ~GrpcPipe() override;

  bool Send(std::string packet) override;
  std::optional<std::string> Receive(absl::Duration timeout) override;
  void Cut() override;
  absl::Status Finish() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hawser::tests

#endif  // HAWSER_TESTS_SUPPORT_GRPC_PIPE_H_
