#include "broker/session/grpc_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/server_posix.h>
#include <pthread.h>

#include <thread>
#include <utility>

#include "broker/session/grpc_transport.h"
#include "broker/session/health_service.h"
#include "hawser/v1/session.grpc.pb.h"
#include "proto/wire/frame.h"

namespace hawser::broker {

// The order in Shutdown is what keeps gRPC's assertions quiet: an operation must never begin on a
// queue that is shut down. So the queue turns until no call is left, those posted and never matched
// included, and only then ends.
class GrpcServer::Impl {
 public:
  Impl(SessionRegistry& registry, PeerTable& peers)
      : registry_(registry),
        peers_(peers),
        health_(HealthService::Make(count_)),
        host_{count_, registry.services(),
              [this](grpc::ServerContext* context, GrpcTransport::Stream* stream, void* tag) {
                service_.RequestAttach(context, stream, queue_.get(), queue_.get(), tag);
              },
              [this](std::shared_ptr<GrpcTransport> transport, const std::string& peer) {
                return Open(std::move(transport), peer);
              },
              [this](const std::string& peer) { peers_.Cut(peer); }} {}

  absl::Status Start(const Options& options);
  void AddConnection(UniqueFd socket) {
    grpc::AddInsecureChannelFromFd(server_.get(), socket.Release());
  }
  void SetServing(bool serving) { health_->SetServing(serving); }
  void Shutdown(absl::Duration grace);

 private:
  void Configure(grpc::ServerBuilder& builder);
  void ConfigureTcp(grpc::ServerBuilder& builder);
  void Poll();
  std::shared_ptr<Connection> Open(std::shared_ptr<GrpcTransport> transport,
                                   const std::string& peer);

  SessionRegistry& registry_;
  PeerTable& peers_;
  CallCount count_;
  const std::unique_ptr<HealthService> health_;
  GrpcTransport::Host host_;
  v1::Broker::WithRawMethod_Attach<v1::Broker::Service> service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  std::thread poller_;
};

void GrpcServer::Impl::Configure(grpc::ServerBuilder& builder) {
  constexpr int kSlackBytes = 64 << 10;  // above our own cap: there we can still answer
  constexpr int kLookaheadBytes = 256 << 10;
  constexpr int kStreams = 100;
  constexpr int kIdleMs = 60'000;
  builder.SetMaxReceiveMessageSize(static_cast<int>(wire::WireLimits::kMaxPacketBytes) +
                                   kSlackBytes);
  builder.SetMaxSendMessageSize(-1);
  builder.SetDefaultCompressionAlgorithm(GRPC_COMPRESS_NONE);
  // A small compressed message must not become a large one.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kLookaheadBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreams);
  // A connection without a stream. Those with one have a lease to go by.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleMs);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

// gRPC pings all connections or none. On Unix sockets, whose kernel says when the other end is gone,
// pings would only wake idle clients: a broker without TCP sends none.
void GrpcServer::Impl::ConfigureTcp(grpc::ServerBuilder& builder) {
  const BrokerLimits& limits = registry_.services().limits;
  auto milliseconds = [](absl::Duration duration) {
    return static_cast<int>(absl::ToInt64Milliseconds(duration));
  };
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, milliseconds(limits.tcp_ping_after));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, milliseconds(limits.tcp_ping_within));
  // Clients may look after their end in the same way. gRPC would throw those out that ping more
  // often than every five minutes.
  constexpr int kClientPingsMs = 10'000;
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kClientPingsMs);
}

absl::Status GrpcServer::Impl::Start(const Options& options) {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  // Packets are read without the generated classes, so nothing else links them in; but reflection
  // describes a service only if its messages are there.
  (void)v1::Packet::descriptor();
  grpc::ServerBuilder builder;
  Configure(builder);
  if (options.tcp) ConfigureTcp(builder);
  builder.RegisterService(&service_);
  builder.RegisterService(&health_->service());
  queue_ = builder.AddCompletionQueue();
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) {
    queue_->Shutdown();
    void* tag = nullptr;
    for (bool ok = false; queue_->Next(&tag, &ok);) {
    }
    return absl::InternalError("gRPC did not start");
  }
  GrpcTransport::Await(host_);
  health_->Start(queue_.get());
  poller_ = std::thread([this] { Poll(); });
  pthread_setname_np(poller_.native_handle(), "stream");
  return absl::OkStatus();
}

void GrpcServer::Impl::Poll() {
  void* tag = nullptr;
  LeaseClock& leases = registry_.lease_clock();
  for (bool ok = false; queue_->Next(&tag, &ok);) {
    leases.ReaderBegins();
    static_cast<GrpcOperation*>(tag)->Complete(ok);
    leases.ReaderDone();
  }
}

std::shared_ptr<Connection> GrpcServer::Impl::Open(std::shared_ptr<GrpcTransport> transport,
                                                   const std::string& peer) {
  std::optional<Peer> known = peers_.Find(peer);
  if (!known) return nullptr;
  return Connection::Open(registry_, std::move(transport), *std::move(known));
}

void GrpcServer::Impl::Shutdown(absl::Duration grace) {
  if (server_ == nullptr) return;
  health_->Stop();
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(grace));
  peers_.CutAll();
  count_.AwaitNone();
  queue_->Shutdown();
  poller_.join();
  server_ = nullptr;
}

GrpcServer::GrpcServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

GrpcServer::~GrpcServer() { Shutdown(absl::Seconds(1)); }

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(SessionRegistry& registry,
                                                              PeerTable& peers, Options options) {
  auto impl = std::make_unique<Impl>(registry, peers);
  if (absl::Status started = impl->Start(options); !started.ok()) return started;
  return std::unique_ptr<GrpcServer>(new GrpcServer(std::move(impl)));
}

void GrpcServer::AddConnection(UniqueFd socket) { impl_->AddConnection(std::move(socket)); }
void GrpcServer::SetServing(bool serving) { impl_->SetServing(serving); }
void GrpcServer::Shutdown(absl::Duration grace) { impl_->Shutdown(grace); }

}  // namespace hawser::broker
