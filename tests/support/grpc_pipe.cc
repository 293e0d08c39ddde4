#include "tests/support/grpc_pipe.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <utility>
#include <vector>

namespace hawser::tests {
namespace {

enum Tag : intptr_t { kStarted = 1, kRead, kWritten, kFinished };
void* AsTag(Tag tag) { return reinterpret_cast<void*>(static_cast<intptr_t>(tag)); }

}  // namespace

struct GrpcPipe::Impl {
  std::shared_ptr<grpc::Channel> channel;
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream;
  grpc::ByteBuffer incoming;
  bool reading = false;    // a read is under way
  bool read_done = false;  // ... and has ended
  bool read_ok = false;
  bool write_done = false;
  bool write_ok = false;
  bool finished = false;
  grpc::Status status;

  // Takes one event from the queue. False if none came in time.
  bool Turn(absl::Duration timeout) {
    void* tag = nullptr;
    bool ok = false;
    auto until = std::chrono::system_clock::now() + absl::ToChronoMicroseconds(timeout);
    if (queue.AsyncNext(&tag, &ok, until) != grpc::CompletionQueue::GOT_EVENT) return false;
    switch (static_cast<Tag>(reinterpret_cast<intptr_t>(tag))) {
      case kStarted:
      case kWritten:
        write_done = true;
        write_ok = ok;
        break;
      case kRead:
        read_done = true;
        read_ok = ok;
        break;
      case kFinished:
        finished = true;
        break;
    }
    return true;
  }
  bool AwaitWrite() {
    while (!write_done) {
      if (!Turn(kPatience)) return false;
    }
    return write_ok;
  }
  void Read() {
    if (reading) return;
    reading = true;
    stream->Read(&incoming, AsTag(kRead));
  }
};

GrpcPipe::GrpcPipe(const std::string& address, const std::string& method)
    : impl_(std::make_unique<Impl>()) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetMaxReceiveMessageSize(-1);
  impl_->channel =
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  grpc::GenericStub stub(impl_->channel);
  impl_->stream = stub.PrepareCall(&impl_->context, method, &impl_->queue);
  impl_->stream->StartCall(AsTag(kStarted));
  impl_->AwaitWrite();
}

GrpcPipe::~GrpcPipe() {
  Cut();
  (void)Finish();
  impl_->queue.Shutdown();
  void* tag = nullptr;
  for (bool ok = false; impl_->queue.Next(&tag, &ok);) {
  }
}

bool GrpcPipe::Send(std::string packet) {
  grpc::Slice slice(packet.data(), packet.size());
  grpc::ByteBuffer buffer(&slice, 1);
  impl_->write_done = false;
  impl_->stream->Write(buffer, AsTag(kWritten));
  return impl_->AwaitWrite();
}

std::optional<std::string> GrpcPipe::Receive(absl::Duration timeout) {
  impl_->Read();
  while (!impl_->read_done) {
    if (!impl_->Turn(timeout)) return std::nullopt;
  }
  if (!impl_->read_ok) return std::nullopt;
  impl_->reading = impl_->read_done = false;
  std::vector<grpc::Slice> slices;
  (void)impl_->incoming.Dump(&slices);
  std::string packet;
  for (const grpc::Slice& slice : slices) {
    packet.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return packet;
}

void GrpcPipe::Cut() { impl_->context.TryCancel(); }

absl::Status GrpcPipe::Finish() {
  if (!impl_->finished) {
    while (Receive(kPatience)) {
    }
    impl_->stream->Finish(&impl_->status, AsTag(kFinished));
    while (!impl_->finished) {
      if (!impl_->Turn(kPatience)) return absl::InternalError("the broker kept the stream open");
    }
  }
  return absl::Status(static_cast<absl::StatusCode>(impl_->status.error_code()),
                      impl_->status.error_message());
}

}  // namespace hawser::tests
