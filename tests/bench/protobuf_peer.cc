#include "tests/bench/protobuf_peer.h"

#include <cstdlib>

namespace hawser::bench {
namespace {

void Header(uint64_t calls, v1::Packet* packet) {
  packet->Clear();
  packet->set_ack(calls);
  packet->set_clock_us(1'000'000 + calls);
  packet->set_first_frame(calls + 1);
}

}  // namespace

int64_t ProtobufPeer::Add(int64_t a, int64_t b) {
  Header(calls_, &sent_);
  v1::Call* call = sent_.add_frames()->mutable_call();
  call->set_id(++calls_);
  call->set_handle(1);
  call->set_index(1);
  call->add_args()->set_integer(a);
  call->add_args()->set_integer(b);
  bytes_.clear();
  if (!sent_.AppendToString(&bytes_) || !received_.ParseFromString(bytes_)) std::abort();

  const v1::Call& asked = received_.frames(0).call();
  Header(calls_, &reply_sent_);
  v1::Return* result = reply_sent_.add_frames()->mutable_result();
  result->set_call(asked.id());
  result->mutable_value()->set_integer(asked.args(0).integer() + asked.args(1).integer());
  bytes_.clear();
  if (!reply_sent_.AppendToString(&bytes_) || !reply_received_.ParseFromString(bytes_))
    std::abort();
  return reply_received_.frames(0).result().value().integer();
}

}  // namespace hawser::bench
