#include "tests/bench/protobuf_peer.h"

#include <cstdlib>
#include <string>

#include "hawser/v1/session.pb.h"

namespace hawser::bench {
namespace {

void Header(uint64_t calls, v1::Packet* packet) {
  packet->Clear();
  packet->set_ack(calls);
  packet->set_first_frame(calls + 1);
}

}  // namespace

// Kept for their memory, as who wants speed from protobuf does.
struct ProtobufPeer::Packets {
  v1::Packet sent, received, reply_sent, reply_received;
  std::string bytes;
};

ProtobufPeer::ProtobufPeer() : packets_(std::make_unique<Packets>()) {}
ProtobufPeer::~ProtobufPeer() = default;

int64_t ProtobufPeer::Add(int64_t a, int64_t b) {
  auto& [sent, received, reply_sent, reply_received, bytes] = *packets_;
  Header(calls_, &sent);
  v1::Call* call = sent.add_frames()->mutable_call();
  call->set_id(++calls_);
  call->set_handle(1);
  call->set_index(1);
  call->add_args()->set_integer(a);
  call->add_args()->set_integer(b);
  bytes.clear();
  if (!sent.AppendToString(&bytes) || !received.ParseFromString(bytes)) std::abort();

  const v1::Call& asked = received.frames(0).call();
  Header(calls_, &reply_sent);
  v1::Return* result = reply_sent.add_frames()->mutable_result();
  result->set_call(asked.id());
  result->mutable_value()->set_integer(asked.args(0).integer() + asked.args(1).integer());
  bytes.clear();
  if (!reply_sent.AppendToString(&bytes) || !reply_received.ParseFromString(bytes)) std::abort();
  return reply_received.frames(0).result().value().integer();
}

}  // namespace hawser::bench
