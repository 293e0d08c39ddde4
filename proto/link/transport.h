#ifndef HAWSER_PROTO_LINK_TRANSPORT_H_
#define HAWSER_PROTO_LINK_TRANSPORT_H_

// Transport: what carries packets of one connection. Implemented over a gRPC stream at either end,
// and in memory for tests. It calls Endpoint::OnPacket, OnSent and OnTransportLost; those may come
// from any thread, but packets one at a time and in order.

#include <memory>
#include <string>

#include "absl/status/status.h"

namespace hawser::link {

class Transport {
 public:
  virtual ~Transport() = default;
  // Starts sending. Called only when no send is in flight; the transport reports with
  // Endpoint::OnSent when it can take the next. Must not call back into the endpoint before it
  // returns.
  virtual void Send(std::string packet) = 0;
  // A last packet, that says End, while a send is in flight: to go out after it, before the Close
  // that follows. Default: dropped.
  virtual void SendLast(std::string packet) { (void)packet; }
  // Ends the connection, telling the peer `status`. Idempotent. A send in flight is let finish
  // first, within a short time. After it, no more calls into the endpoint
  // matter: it has forgotten this transport.
  virtual void Close(const absl::Status& status) = 0;
  // "unix:/run/hawser/hawser.sock", "tcp:...", "memory": for people.
  virtual std::string_view description() const = 0;
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_TRANSPORT_H_
