#include "client/internal/grpc_transport.h"

#include <grpcpp/alarm.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "hawser/base/host_port.h"
#include "hawser/base/mutex.h"
#include "hawser/base/status_macros.h"
#include "hawser/base/string_view.h"
#include "proto/wire/frame.h"

// One bidirectional stream of raw bytes per connection, on one completion queue per session: the
// packets are parsed by the link, so no generated class is needed. Each connection has a channel
// of its own, because the session's own backoff decides when to try again, not gRPC's.
//
// Operations on one stream: a read is always outstanding until one fails, then Finish; at most one
// write. The transport holds itself while any is, and reports OnClosed after the last.

namespace hawser::internal {
namespace {

constexpr char kMethod[] = "/hawser.v1.Broker/Attach";

// Up to this size a packet is copied, and its memory used again; above, it is handed over.
constexpr size_t kCopyBytes = 4 << 10;

// What a tag on the queue points to.
class Event {
 public:
  virtual void Happened(bool ok) = 0;

 protected:
  ~Event() = default;
};

class Queue final : public EventSource, private Event {
 public:
  ~Queue() override { Shutdown(); }

  bool RunOne(absl::Duration at_most) override {
    void* tag = nullptr;
    bool ok = false;
    switch (queue_.AsyncNext(&tag, &ok, Deadline(at_most))) {
      case grpc::CompletionQueue::GOT_EVENT:
        static_cast<Event*>(tag)->Happened(ok);
        return true;
      case grpc::CompletionQueue::TIMEOUT:
      case grpc::CompletionQueue::SHUTDOWN:
        break;
    }
    return false;
  }

  void Wake() override {
    if (woken_.exchange(true, std::memory_order_acq_rel)) return;
    base::MutexLock lock(mu_);
    if (!shut_down_)
      alarm_.Set(&queue_, gpr_inf_past(GPR_CLOCK_MONOTONIC), static_cast<Event*>(this));
  }

  void Shutdown() override {
    {
      base::MutexLock lock(mu_);
      if (std::exchange(shut_down_, true)) return;
    }
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) static_cast<Event*>(tag)->Happened(ok);
  }

  grpc::CompletionQueue* get() { return &queue_; }

 private:
  // Wake's.
  void Happened(bool /*ok*/) override { woken_.store(false, std::memory_order_release); }

  static gpr_timespec Deadline(absl::Duration at_most) {
    if (at_most >= absl::Hours(24 * 365)) return gpr_inf_future(GPR_CLOCK_MONOTONIC);
    if (at_most <= absl::ZeroDuration()) return gpr_inf_past(GPR_CLOCK_MONOTONIC);
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                        gpr_time_from_nanos(absl::ToInt64Nanoseconds(at_most), GPR_TIMESPAN));
  }

  grpc::CompletionQueue queue_;
  std::atomic<bool> woken_{false};  // the alarm is set and has not rung
  base::Mutex mu_;
  bool shut_down_ HAWSER_GUARDED_BY(mu_) = false;
  grpc::Alarm alarm_ HAWSER_GUARDED_BY(mu_);
};

grpc::ByteBuffer ToBuffer(std::string* packet) {
  if (packet->size() <= kCopyBytes) {
    grpc::Slice slice(packet->data(), packet->size());
    return grpc::ByteBuffer(&slice, 1);
  }
  auto* owned = new std::string(std::move(*packet));
  packet->clear();
  grpc::Slice slice(
      owned->data(), owned->size(), [](void* owner) { delete static_cast<std::string*>(owner); },
      owned);
  return grpc::ByteBuffer(&slice, 1);
}

Bytes ToBytes(const grpc::ByteBuffer& buffer) {
  grpc::Slice single;
  if (buffer.TrySingleSlice(&single).ok()) return Bytes::Copy(single.begin(), single.size());
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return Bytes();
  std::string whole;
  whole.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    whole.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return Bytes(std::move(whole));
}

class GrpcTransport final : public ClientTransport {
 public:
  GrpcTransport(TransportSink& sink, Queue& queue, std::shared_ptr<grpc::Channel> channel,
                std::string description)
      : ClientTransport(sink),
        queue_(queue),
        description_(std::move(description)),
        channel_(std::move(channel)),
        stub_(channel_) {}

  void Open(std::string first) override {
    first_ = std::move(first);
    stream_ = stub_.PrepareCall(&context_, kMethod, queue_.get());
    Begin();
    stream_->StartCall(&started_);
  }

  void Kill() override { context_.TryCancel(); }
  std::string_view description() const override { return description_; }

 protected:
  void Write(std::string packet) override {
    grpc::ByteBuffer buffer = ToBuffer(&packet);
    {
      base::MutexLock lock(mu_);
      spare_ = std::move(packet);
    }
    Begin();
    stream_->Write(buffer, &written_);
  }

  void HalfClose() override {
    Begin();
    stream_->WritesDone(&half_closed_);
  }

 private:
  // An operation, by what is to be done when it is over.
  class Step final : public Event {
   public:
    using Handler = void (GrpcTransport::*)(bool ok);
    Step(GrpcTransport* transport, Handler handler) : transport_(transport), handler_(handler) {}
    void Happened(bool ok) override {
      (transport_->*handler_)(ok);
      transport_->Ended();
    }

   private:
    GrpcTransport* const transport_;
    const Handler handler_;
  };

  void Begin() {
    base::MutexLock lock(mu_);
    if (operations_++ == 0) self_ = shared_from_this();
  }

  void Ended() {
    std::shared_ptr<ClientTransport> self;
    {
      base::MutexLock lock(mu_);
      if (--operations_ > 0) return;
      self = std::move(self_);
      if (!finished_) return;
    }
    sink_.OnClosed(*this, absl::Status(static_cast<absl::StatusCode>(status_.error_code()),
                                       status_.error_message()));
  }

  void Started(bool ok) {
    if (!ok) {
      Finish();
      return;
    }
    Begin();
    stream_->Read(&incoming_, &read_);
    Write(std::move(first_));
  }

  void WriteDone(bool ok) {
    if (!ok) {
      // The read fails too, and that ends it.
      Broken();
      return;
    }
    std::string spare;
    {
      base::MutexLock lock(mu_);
      spare = std::move(spare_);
    }
    Written(std::move(spare));
  }

  void ReadDone(bool ok) {
    if (!ok) {
      Broken();
      Finish();
      return;
    }
    Bytes packet = ToBytes(incoming_);
    incoming_.Clear();
    Begin();
    stream_->Read(&incoming_, &read_);
    sink_.OnPacket(*this, std::move(packet));
  }

  void Finish() {
    Begin();
    stream_->Finish(&status_, &finish_);
  }

  void FinishDone(bool /*ok*/) {
    base::MutexLock lock(mu_);
    finished_ = true;
  }

  void NothingMore(bool /*ok*/) {}

  Queue& queue_;
  const std::string description_;
  const std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  Step started_{this, &GrpcTransport::Started};
  Step written_{this, &GrpcTransport::WriteDone};
  Step half_closed_{this, &GrpcTransport::NothingMore};
  Step read_{this, &GrpcTransport::ReadDone};
  Step finish_{this, &GrpcTransport::FinishDone};

  // Of the thread that leads.
  std::string first_;
  grpc::ByteBuffer incoming_;
  grpc::Status status_;

  base::Mutex mu_;
  int operations_ HAWSER_GUARDED_BY(mu_) = 0;
  bool finished_ HAWSER_GUARDED_BY(mu_) = false;
  std::shared_ptr<ClientTransport> self_ HAWSER_GUARDED_BY(mu_);
  std::string spare_ HAWSER_GUARDED_BY(mu_);
};

grpc::ChannelArguments Arguments(bool over_tcp) {
  grpc::ChannelArguments arguments;
  // The session decides when to try again and where; the environment has no say.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetServiceConfigJSON("{}");
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, wire::WireLimits::kMaxPacketBytes);
  arguments.SetInt(GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, wire::WireLimits::kMaxPacketBytes);
  arguments.SetInt(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  if (over_tcp) {
    // A broker that vanished without a word. Not more often than it allows.
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  }
  return arguments;
}

class GrpcConnector final : public Connector {
 public:
  GrpcConnector(std::string description, std::string target,
                const grpc::ChannelArguments& arguments,
                std::shared_ptr<grpc::ChannelCredentials> credentials)
      : description_(std::move(description)),
        target_(std::move(target)),
        arguments_(arguments),
        credentials_(std::move(credentials)) {}

  std::shared_ptr<ClientTransport> NewTransport(TransportSink& sink) override {
    return std::make_shared<GrpcTransport>(
        sink, queue_, grpc::CreateCustomChannel(target_, credentials_, arguments_), description_);
  }

  EventSource& events() override { return queue_; }

 private:
  const std::string description_;
  const std::string target_;
  const grpc::ChannelArguments arguments_;
  const std::shared_ptr<grpc::ChannelCredentials> credentials_;
  Queue queue_;
};

// gRPC reads a target as a URI: of a path that has '%', '?' or '#' it would take another.
std::string UriPath(absl::string_view path) {
  std::string encoded;
  for (char c : path) {
    auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || absl::StrContains("/-._~", absl::string_view(&c, 1))) {
      encoded.push_back(c);
    } else {
      absl::StrAppend(&encoded, "%", absl::Hex(byte, absl::kZeroPad2));
    }
  }
  return encoded;
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (!file || !(content << file.rdbuf())) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  }
  return std::move(content).str();
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const std::optional<TlsOptions>& tls) {
  if (!tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  HAWSER_ASSIGN_OR_RETURN(options.pem_root_certs, ReadFile(tls->ca_file));
  HAWSER_ASSIGN_OR_RETURN(options.pem_cert_chain, ReadFile(tls->certificate_file));
  HAWSER_ASSIGN_OR_RETURN(options.pem_private_key, ReadFile(tls->key_file));
  return grpc::SslCredentials(options);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connector>> MakeGrpcConnector(std::string_view endpoint,
                                                             const std::optional<TlsOptions>& tls) {
  absl::string_view rest = base::ToAbsl(endpoint);
  if (absl::StartsWith(rest, "/") || absl::ConsumePrefix(&rest, "unix:")) {
    absl::ConsumePrefix(&rest, "//");
    // The kernel's limit for the path of a socket.
    if (rest.empty() || rest.size() > 107) {
      return absl::InvalidArgumentError(absl::StrCat("endpoint ", base::ToAbsl(endpoint),
                                                     ": the path of a socket has 1 to 107 bytes"));
    }
    // gRPC takes it for the end of one path of several, however it is written.
    if (absl::StrContains(rest, ",")) {
      return absl::InvalidArgumentError(absl::StrCat("endpoint ", base::ToAbsl(endpoint),
                                                     ": the path of a socket may have no comma"));
    }
    if (tls) return absl::InvalidArgumentError("certificates are for tcp: endpoints");
    return std::make_unique<GrpcConnector>(std::string(endpoint),
                                           absl::StrCat("unix:", UriPath(rest)), Arguments(false),
                                           grpc::InsecureChannelCredentials());
  }
  if (absl::ConsumePrefix(&rest, "tcp:")) {
    absl::ConsumePrefix(&rest, "//");
    if (!base::IsHostPort(base::ToStd(rest), 1)) {
      return absl::InvalidArgumentError(
          absl::StrCat("endpoint ", base::ToAbsl(endpoint),
                       ": expected tcp:host:port, port 1 to 65535, an IPv6 address in brackets"));
    }
    HAWSER_ASSIGN_OR_RETURN(std::shared_ptr<grpc::ChannelCredentials> credentials,
                            Credentials(tls));
    grpc::ChannelArguments arguments = Arguments(true);
    if (tls && !tls->server_name.empty()) arguments.SetSslTargetNameOverride(tls->server_name);
    return std::make_unique<GrpcConnector>(std::string(endpoint), absl::StrCat("dns:///", rest),
                                           std::move(arguments), std::move(credentials));
  }
  return absl::InvalidArgumentError(absl::StrCat("endpoint ", base::ToAbsl(endpoint),
                                                 ": expected unix:PATH, /PATH or tcp:HOST:PORT"));
}

}  // namespace hawser::internal
