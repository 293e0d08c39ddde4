#ifndef HAWSER_BROKER_SESSION_GRPC_TRANSPORT_H_
#define HAWSER_BROKER_SESSION_GRPC_TRANSPORT_H_

// GrpcTransport: one stream of Broker.Attach as a link::Transport. Only the gRPC sources include
// this.
//
// One read and one write are under way at most. What a packet causes is sent before the next read
// is armed. Thread-safe.

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/async_stream.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "broker/session/connection.h"
#include "broker/session/grpc_call.h"
#include "broker/session/session_services.h"
#include "proto/link/transport.h"

namespace hawser::broker {

class GrpcTransport final : public GrpcCall, public link::Transport {
 public:
  using Stream = grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;
  // What the transport needs of its server, which outlives it.
  struct Host {
    CallCount& count;
    const SessionServices& services;
    // Posts a request for the next stream, to be reported under `tag`.
    std::function<void(grpc::ServerContext*, Stream*, void* tag)> request;
    // Connection of an accepted stream; null if it may not have one.
    std::function<std::shared_ptr<Connection>(std::shared_ptr<GrpcTransport>, const std::string&)>
        open;
    // Ends the socket under a stream.
    std::function<void(const std::string& peer)> cut;
  };

  // Waits for the next stream, and when it comes, for the one after it.
  static void Await(Host& host);

  explicit GrpcTransport(Host& host);

  // link::Transport.
  void Send(std::string packet) override HAWSER_EXCLUDES(mu_);
  void SendLast(std::string packet) override HAWSER_EXCLUDES(mu_);
  void Close(const absl::Status& status) override HAWSER_EXCLUDES(mu_);
  std::string_view description() const override { return peer_; }

 private:
  void OnAccepted(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok) HAWSER_EXCLUDES(mu_);
  void OnFinished(bool ok);
  void OnDone(bool ok);
  void StartRead();
  void StartWrite(const grpc::ByteBuffer& packet) HAWSER_REQUIRES(mu_);
  void StartFinish() HAWSER_REQUIRES(mu_);
  void CutLater();
  std::shared_ptr<GrpcTransport> Self() {
    return std::static_pointer_cast<GrpcTransport>(shared_from_this());
  }

  Host& host_;
  grpc::ServerContext context_;
  Stream stream_{&context_};
  GrpcOperationOf<GrpcTransport> accepted_{this, &GrpcTransport::OnAccepted};
  GrpcOperationOf<GrpcTransport> read_{this, &GrpcTransport::OnRead};
  GrpcOperationOf<GrpcTransport> written_{this, &GrpcTransport::OnWritten};
  GrpcOperationOf<GrpcTransport> finished_{this, &GrpcTransport::OnFinished};
  GrpcOperationOf<GrpcTransport> done_{this, &GrpcTransport::OnDone};
  std::string peer_;  // gRPC's name for it, constant once accepted
  // Set once accepted, by the polling thread only; given up at the end, since it holds this.
  std::shared_ptr<Connection> connection_;
  grpc::ByteBuffer incoming_;

  base::Mutex mu_;
  bool writing_ HAWSER_GUARDED_BY(mu_) = false;
  bool finishing_ HAWSER_GUARDED_BY(mu_) = false;  // Finish was started: nothing may be
  bool over_ HAWSER_GUARDED_BY(mu_) = false;       // the call is done, or never began
  std::optional<grpc::ByteBuffer> last_
      HAWSER_GUARDED_BY(mu_);  // goes out after the write under way
  std::optional<grpc::Status> closing_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_GRPC_TRANSPORT_H_
