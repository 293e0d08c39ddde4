#ifndef HAWSER_TESTS_BENCH_PROTOBUF_PEER_H_
#define HAWSER_TESTS_BENCH_PROTOBUF_PEER_H_

// ProtobufPeer: what the link is measured beside. The two packets of a call of add(int64, int64),
// written and read by protobuf's generated classes, and nothing else: no tables, no order, no lock.
// Thread-compatible.

#include <cstdint>
#include <string>

#include "hawser/v1/session.pb.h"

namespace hawser::bench {

class ProtobufPeer {
 public:
  int64_t Add(int64_t a, int64_t b);

 private:
  uint64_t calls_ = 0;
  // Kept for their memory, as who wants speed from protobuf does.
  v1::Packet sent_, received_, reply_sent_, reply_received_;
  std::string bytes_;
};

}  // namespace hawser::bench

#endif  // HAWSER_TESTS_BENCH_PROTOBUF_PEER_H_
