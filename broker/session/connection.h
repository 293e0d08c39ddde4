#ifndef HAWSER_BROKER_SESSION_CONNECTION_H_
#define HAWSER_BROKER_SESSION_CONNECTION_H_

// Connection: one transport of a client, from its first packet on. It reads the Attach, has the
// session registry find or make the session, answers, and from then on stands between the session's
// endpoint and the carrier (a gRPC stream, a test's memory), renewing the lease with each packet
// that comes.
//
// Thread-safe. Shared by the carrier, which reports to it, and the session it belongs to.

#include <atomic>
#include <memory>
#include <string>

#include "broker/session/peer.h"
#include "hawser/base/clock.h"
#include "hawser/base/mutex.h"
#include "hawser/bytes.h"
#include "hawser/ref.h"
#include "proto/link/transport.h"

namespace hawser::broker {

class Session;
class SessionRegistry;

class Connection final : public link::Transport, public std::enable_shared_from_this<Connection> {
 public:
  // `carrier` sends and closes; it reports to the three functions below, packets one at a time and
  // in order, and keeps the connection until OnLost. The client has limits.attach_within to attach.
  // `registry` outlives it.
  static std::shared_ptr<Connection> Open(SessionRegistry& registry,
                                          std::shared_ptr<link::Transport> carrier, Peer peer);
  ~Connection() override;

  // The carrier's side.
  void OnPacket(Bytes packet) HAWSER_EXCLUDES(mu_);
  // What was sent last is on its way: the next may be sent.
  void OnSent() HAWSER_EXCLUDES(mu_);
  // The carrier is gone. Nothing follows.
  void OnLost(const absl::Status& why) HAWSER_EXCLUDES(mu_);

  // The session's side (link::Transport). What is sent before Greet waits for it.
  void Send(std::string packet) override HAWSER_EXCLUDES(mu_);
  void SendLast(std::string packet) override HAWSER_EXCLUDES(mu_);
  void Close(const absl::Status& status) override HAWSER_EXCLUDES(mu_);
  std::string_view description() const override { return peer_.address; }

  // The registry's side.
  const Peer& peer() const { return peer_; }
  // Packets belong to `session` from now on.
  void Bind(Ref<Session> session) HAWSER_EXCLUDES(mu_);
  // Sends the answer to the Attach, then what waited.
  void Greet(std::string answer) HAWSER_EXCLUDES(mu_);
  // Sends `answer`, unless empty, and closes.
  void Refuse(std::string answer, const absl::Status& status) HAWSER_EXCLUDES(mu_);
  // When a packet was last sent; for heartbeats.
  base::MonoTime last_sent() const { return {last_sent_ns_.load(std::memory_order_relaxed)}; }

 private:
  enum class State { kNew, kAttaching, kGreeted, kClosed };

  Connection(SessionRegistry& registry, std::shared_ptr<link::Transport> carrier, Peer peer);
  void ReadAttach(const Bytes& packet) HAWSER_EXCLUDES(mu_);
  void ToCarrier(std::string packet) HAWSER_EXCLUDES(mu_);

  SessionRegistry& registry_;
  const std::shared_ptr<link::Transport> carrier_;
  const Peer peer_;
  uint64_t attach_timer_ = 0;  // constant after Open
  std::atomic<int64_t> last_sent_ns_{0};

  base::Mutex mu_;
  State state_ HAWSER_GUARDED_BY(mu_) = State::kNew;
  Ref<Session> session_ HAWSER_GUARDED_BY(mu_);
  bool greeting_ HAWSER_GUARDED_BY(mu_) = false;  // the carrier has the answer in flight
  // The session's first packet, while the answer has the carrier.
  bool holds_ HAWSER_GUARDED_BY(mu_) = false;
  std::string held_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_CONNECTION_H_
