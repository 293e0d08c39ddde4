#ifndef HAWSER_TESTS_BENCH_PROTOBUF_PEER_H_
#define HAWSER_TESTS_BENCH_PROTOBUF_PEER_H_

// ProtobufPeer: what the link is measured beside. The two packets of a call of add(int64, int64),
// written and read by protobuf's generated classes, and nothing else: no tables, no order, no lock.
// Thread-compatible.

#include <cstdint>
#include <memory>

namespace hawser::bench {

class ProtobufPeer {
 public:
  ProtobufPeer();
  ~ProtobufPeer();

  int64_t Add(int64_t a, int64_t b);

 private:
  struct Packets;
  const std::unique_ptr<Packets> packets_;
  uint64_t calls_ = 0;
};

}  // namespace hawser::bench

#endif  // HAWSER_TESTS_BENCH_PROTOBUF_PEER_H_
