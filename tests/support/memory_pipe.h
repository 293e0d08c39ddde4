#ifndef HAWSER_TESTS_SUPPORT_MEMORY_PIPE_H_
#define HAWSER_TESTS_SUPPORT_MEMORY_PIPE_H_

// MemoryPipe: a connection to a broker in the same process, without sockets or gRPC.

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "broker/session/connection.h"
#include "hawser/base/mutex.h"
#include "tests/support/packet_pipe.h"

namespace hawser::tests {

class MemoryPipe final : public PacketPipe {
 public:
  // Opens a connection for the carrier given: Broker::Attach, or Connection::Open.
  using Open = std::function<std::shared_ptr<broker::Connection>(std::shared_ptr<link::Transport>)>;
  explicit MemoryPipe(const Open& open);
  ~MemoryPipe() override;

  bool Send(std::string packet) override;
  std::optional<std::string> Receive(absl::Duration timeout) override;
  void Cut() override;
  absl::Status Finish() override;
  // While stalled the broker's packets are not taken: the first stays in flight. As a client that
  // does not read.
  void set_stalled(bool stalled);

 private:
  class Carrier;
  std::shared_ptr<Carrier> carrier_;
  std::shared_ptr<broker::Connection> connection_;
};

}  // namespace hawser::tests

#endif  // HAWSER_TESTS_SUPPORT_MEMORY_PIPE_H_
