#ifndef HAWSER_BROKER_SESSION_LISTENER_H_
#define HAWSER_BROKER_SESSION_LISTENER_H_

// Listener: accepts at one Unix socket, on the control thread, and hands each connection that may
// come in to the server. When descriptors run out it waits a moment instead of going deaf.
// Thread-safe.

#include <functional>
#include <memory>

#include "broker/session/control_loop.h"
#include "broker/session/peer_table.h"
#include "broker/session/unix_socket.h"

namespace hawser::broker {

class Listener {
 public:
  // Gets each connection that was let in, on the control thread.
  using Serve = std::function<void(UniqueFd connection)>;

  // `control`, which runs, `timers` and `peers` outlive it.
  Listener(UnixSocket socket, ControlLoop& control, TimerQueue& timers, const base::Clock& clock,
           PeerTable& peers, Serve serve);
  // No connection is served after. Removes the socket. Not from the control thread.
  ~Listener();

  const std::string& path() const { return socket_.path(); }

 private:
  void Resume();
  void OnReady();
  void Refused(const absl::Status& why);

  UnixSocket socket_;
  ControlLoop& control_;
  TimerQueue& timers_;
  const base::Clock& clock_;
  PeerTable& peers_;
  const Serve serve_;
  // On the control thread only.
  uint64_t watch_ = 0;
  uint64_t pause_timer_ = 0;
  base::MonoTime quiet_until_;  // refusals are not logged before
  uint64_t refused_ = 0;        // since the last line
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_LISTENER_H_
