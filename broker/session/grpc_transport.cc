#include "broker/session/grpc_transport.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "proto/wire/frame.h"

namespace hawser::broker {
namespace {

grpc::Status ToGrpc(const absl::Status& status) {
  // The numbers are the same.
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()));
}

// A small packet is copied into the slice; of a large one the slice takes the string.
grpc::ByteBuffer ToByteBuffer(std::string packet) {
  constexpr size_t kCopied = 1024;
  if (packet.size() <= kCopied) {
    grpc::Slice slice(packet.data(), packet.size());
    return grpc::ByteBuffer(&slice, 1);
  }
  auto* owned = new std::string(std::move(packet));
  grpc::Slice slice(
      owned->data(), owned->size(), [](void* string) { delete static_cast<std::string*>(string); },
      owned);
  return grpc::ByteBuffer(&slice, 1);
}

Bytes ToBytes(const grpc::ByteBuffer& buffer) {
  std::string bytes;
  bytes.reserve(buffer.Length());
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return Bytes();
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return Bytes(std::move(bytes));
}

}  // namespace

// Invariants: writing_ and finishing_ are never both set; once finishing_ or over_ is, no operation
// but the read already under way is. Operations are started under mu_, so that none can follow
// Finish.

void GrpcTransport::Await(Host& host) {
  auto transport = std::make_shared<GrpcTransport>(host);
  transport->context_.AsyncNotifyWhenDone(transport->done_.Begin(transport));
  host.request(&transport->context_, &transport->stream_, transport->accepted_.Begin(transport));
}

GrpcTransport::GrpcTransport(Host& host) : GrpcCall(host.count), host_(host) {}

void GrpcTransport::OnAccepted(bool ok) {
  if (!ok) {
    // The server shuts down. Of a call that never began the end is not reported.
    done_.Forget();
    return;
  }
  Await(host_);
  peer_ = context_.peer();
  connection_ = host_.open(Self(), peer_);
  if (connection_ == nullptr) {
    Close(absl::UnavailableError("the connection is not known any more"));
  } else {
    StartRead();
  }
}

void GrpcTransport::StartRead() {
  base::MutexLock lock(mu_);
  if (finishing_ || over_) return;
  stream_.Read(&incoming_, read_.Begin(Self()));
}

void GrpcTransport::OnRead(bool ok) {
  std::shared_ptr<Connection> connection = connection_;
  if (connection == nullptr) return;  // the end was reported first
  if (!ok) {
    // The client closed its side, or the call is over.
    connection->OnLost(absl::UnavailableError("the client closed the stream"));
    Close(absl::OkStatus());
    return;
  }
  if (incoming_.Length() > wire::WireLimits::kMaxPacketBytes) {
    absl::Status status = absl::ResourceExhaustedError(
        absl::StrCat("a packet of ", incoming_.Length(), " bytes (limit ",
                     wire::WireLimits::kMaxPacketBytes, ")"));
    connection->OnLost(status);
    Close(status);
    return;
  }
  Bytes packet = ToBytes(incoming_);
  incoming_.Clear();
  connection->OnPacket(std::move(packet));
  StartRead();
}

void GrpcTransport::Send(std::string packet) {
  grpc::ByteBuffer buffer = ToByteBuffer(std::move(packet));
  base::MutexLock lock(mu_);
  if (!writing_ && !closing_) StartWrite(buffer);
}

void GrpcTransport::SendLast(std::string packet) {
  grpc::ByteBuffer buffer = ToByteBuffer(std::move(packet));
  base::MutexLock lock(mu_);
  if (closing_) return;
  if (writing_) {
    last_ = std::move(buffer);
  } else {
    StartWrite(buffer);
  }
}

void GrpcTransport::StartWrite(const grpc::ByteBuffer& packet) {
  if (finishing_ || over_) return;
  writing_ = true;
  stream_.Write(packet, written_.Begin(Self()));
}

void GrpcTransport::OnWritten(bool ok) {
  {
    base::MutexLock lock(mu_);
    writing_ = false;
    if (last_) {
      StartWrite(*last_);
      last_.reset();
      return;
    }
    if (closing_) {
      if (!over_) StartFinish();
      return;
    }
  }
  // A failed write is followed by a failed read, which says that the stream is lost.
  if (ok && connection_ != nullptr) connection_->OnSent();
}

void GrpcTransport::Close(const absl::Status& status) {
  bool stuck = false;
  {
    base::MutexLock lock(mu_);
    if (closing_ || over_) return;
    closing_ = ToGrpc(status);
    stuck = writing_;
    if (!stuck) StartFinish();
  }
  if (stuck) CutLater();
}

void GrpcTransport::StartFinish() {
  finishing_ = true;
  stream_.Finish(*closing_, finished_.Begin(Self()));
}

// A client that does not read keeps a write, and with it the call, for as long as it likes. Its
// socket goes.
void GrpcTransport::CutLater() {
  const SessionServices& services = host_.services;
  services.timers.Start(services.clock.Now() + services.limits.close_within, services.control,
                        [weak = std::weak_ptr<GrpcTransport>(Self())] {
                          std::shared_ptr<GrpcTransport> self = weak.lock();
                          if (self == nullptr) return;
                          {
                            base::MutexLock lock(self->mu_);
                            if (!self->writing_) return;
                          }
                          self->context_.TryCancel();
                          self->host_.cut(self->peer_);
                        });
}

void GrpcTransport::OnFinished(bool /*ok*/) {}

// The call is over: finished by us, or ended by the client or its connection.
void GrpcTransport::OnDone(bool /*ok*/) {
  bool stuck = false;
  {
    base::MutexLock lock(mu_);
    over_ = true;
    stuck = writing_;
  }
  if (connection_ != nullptr) {
    std::exchange(connection_, nullptr)->OnLost(absl::UnavailableError("the connection was lost"));
  }
  if (stuck) CutLater();
}

}  // namespace hawser::broker
