#ifndef HAWSER_BROKER_SESSION_LISTENER_H_
#define HAWSER_BROKER_SESSION_LISTENER_H_

// Listener: accepts at one listening socket, on the control thread, and hands each connection that
// may come in to the server. When descriptors run out it waits a moment instead of going deaf. Who
// connects to the socket while it has no listener waits in the kernel. Thread-safe.

#include <functional>
#include <string>

#include "broker/session/control_loop.h"
#include "broker/session/peer_table.h"
#include "broker/session/unique_fd.h"

namespace hawser::broker {

class Listener {
 public:
  // Gets each connection that was let in, on the control thread.
  using Serve = std::function<void(UniqueFd connection)>;

  // `socket` listens; `address` is its name for people, "unix:/run/...". It, `control`, which runs,
  // `timers` and `peers` outlive the listener.
  Listener(int socket, std::string address, ControlLoop& control, TimerQueue& timers,
           const base::Clock& clock, PeerTable& peers, Serve serve);
  // No connection is served after. Not from the control thread.
  ~Listener();

 private:
  void Resume();
  void OnReady();
  void Refused(const absl::Status& why);

  const int socket_;
  const std::string address_;
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
