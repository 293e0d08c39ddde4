#ifndef CLIENT_INTERNAL_CLIENT_TRANSPORT_H_
#define CLIENT_INTERNAL_CLIENT_TRANSPORT_H_

// ClientTransport: one connection of a session as the client opens it. Its first packet each way is
// the Attach and its answer; after that it carries what the endpoint sends. Thread-safe.
//
// Here is what all transports have in common: one packet is written at a time, one more may wait,
// and a packet may be held back as long as the sink says so.

#include <memory>
#include <optional>
#include <string>

#include "client/internal/event_source.h"
#include "hawser/base/mutex.h"
#include "hawser/bytes.h"
#include "proto/link/transport.h"

namespace hawser::internal {

class ClientTransport;

// Who hears of a transport. Called on the thread that leads, with no lock held, but for MaySend.
class TransportSink {
 public:
  virtual void OnPacket(ClientTransport& transport, Bytes packet) = 0;
  // A packet of Send was written.
  virtual void OnSent(ClientTransport& transport, std::string buffer) = 0;
  // The last call: the connection is no more. OK if the peer ended it so.
  virtual void OnClosed(ClientTransport& transport, const absl::Status& why) = 0;
  // Whether packets may leave now. Any thread; must not call out.
  virtual bool MaySend() const = 0;

 protected:
  ~TransportSink() = default;
};

class ClientTransport : public link::Transport,
                        public std::enable_shared_from_this<ClientTransport> {
 public:
  // `sink` is borrowed until OnClosed.
  explicit ClientTransport(TransportSink& sink) : sink_(sink) {}

  // Starts connecting and writes `first`, whether MaySend or not.
  virtual void Open(std::string first) = 0;
  // Ends it now, whatever is in flight. OnClosed follows soon.
  virtual void Kill() = 0;

  void Send(std::string packet) final HAWSER_EXCLUDES(mu_);
  void SendLast(std::string packet) final HAWSER_EXCLUDES(mu_);
  void Close(const absl::Status& status) final HAWSER_EXCLUDES(mu_);
  // MaySend has become true: writes what was held back.
  void Resume() HAWSER_EXCLUDES(mu_);

 protected:
  // Starts writing a packet. One at a time; Written follows.
  virtual void Write(std::string packet) = 0;
  // Says that nothing more will be written. Written was called for everything.
  virtual void HalfClose() = 0;

  // What implementations report. For the first packet too.
  void Written(std::string buffer) HAWSER_EXCLUDES(mu_);
  // Nothing can be written any more.
  void Broken() HAWSER_EXCLUDES(mu_);

  TransportSink& sink_;

 private:
  enum class After { kNothing, kWrite, kHalfClose };
  After NextStep(std::string* packet) HAWSER_REQUIRES(mu_);
  void DoStep(After step, std::string packet);

  base::Mutex mu_;
  bool writing_ HAWSER_GUARDED_BY(mu_) = true;                 // from the start: the first packet
  std::optional<std::string> waiting_ HAWSER_GUARDED_BY(mu_);  // of Send
  std::optional<std::string> last_ HAWSER_GUARDED_BY(mu_);     // of SendLast
  bool report_sent_ HAWSER_GUARDED_BY(mu_) = false;  // what is written is a packet of Send
  bool half_close_ HAWSER_GUARDED_BY(mu_) = false;   // once everything is written
  bool broken_ HAWSER_GUARDED_BY(mu_) = false;
};

// Opens connections to one broker.
class Connector {
 public:
  virtual ~Connector() = default;
  // A transport not yet open.
  virtual std::shared_ptr<ClientTransport> NewTransport(TransportSink& sink) = 0;
  virtual EventSource& events() = 0;
};

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_CLIENT_TRANSPORT_H_
