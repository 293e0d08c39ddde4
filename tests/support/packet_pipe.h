#ifndef HAWSER_TESTS_SUPPORT_PACKET_PIPE_H_
#define HAWSER_TESTS_SUPPORT_PACKET_PIPE_H_

// PacketPipe: the client's end of one connection to a broker, as bytes. For tests that say exactly
// what a client sends, right or wrong, and for TestClient.

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace hawser::tests {

// Thread-compatible: used by one thread of the test.
class PacketPipe {
 public:
  virtual ~PacketPipe() = default;
  // False once the connection is over.
  virtual bool Send(std::string packet) = 0;
  // The next packet from the broker; none when the connection is over or nothing comes within
  // `timeout` (real time).
  virtual std::optional<std::string> Receive(absl::Duration timeout) = 0;
  // Breaks the connection off.
  virtual void Cut() = 0;
  // What the broker ended the connection with; waits for that. Cut: UNAVAILABLE or CANCELLED.
  virtual absl::Status Finish() = 0;
};

// How long tests wait for what must happen.
inline constexpr absl::Duration kPatience = absl::Seconds(20);

}  // namespace hawser::tests

#endif  // HAWSER_TESTS_SUPPORT_PACKET_PIPE_H_
