#ifndef HAWSER_BROKER_SESSION_PEER_H_
#define HAWSER_BROKER_SESSION_PEER_H_

// Peer: who is at the other end of a connection, as the kernel says, not as the client says.

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hawser::broker {

// A client's process, while it lives and after. Thread-safe.
class PeerProcess {
 public:
  virtual ~PeerProcess() = default;
  // True once the process is gone, and for ever after.
  virtual bool gone() const = 0;
  // Calls `on_gone` once, from any thread, when the process is gone: soon if it is already. Gives a
  // number for Unwatch, after which no call begins; one may be under way.
  virtual uint64_t Watch(std::function<void()> on_gone) = 0;
  virtual void Unwatch(uint64_t watch) = 0;
};

struct Peer {
  std::optional<uid_t> uid;  // none where the transport does not tell (TCP)
  pid_t pid = 0;             // 0: unknown
  std::string program;       // name of the process, "" if unknown
  std::string address;       // "unix:/run/hawser/hawser.sock", "tcp:127.0.0.1:1234"
  // Shared by the connection and the sessions that came over it; null where there is none to watch.
  std::shared_ptr<PeerProcess> process;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_PEER_H_
