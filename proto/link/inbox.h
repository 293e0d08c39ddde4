#ifndef HAWSER_PROTO_LINK_INBOX_H_
#define HAWSER_PROTO_LINK_INBOX_H_

// Inbox: the frames received that are not done yet, packet by packet. Thread-compatible; used under
// the endpoint's lock.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "hawser/base/clock.h"
#include "hawser/bytes.h"
#include "proto/wire/reader.h"

namespace hawser::link {

class Inbox {
 public:
  struct Packet {
    Bytes bytes;
    wire::FrameList::Iterator next;  // in `bytes`; the first that is not done
    uint64_t number = 0;             // of that one
    uint64_t clock_us = 0;           // the peer's session clock when the packet left, or 0
    base::MonoTime received;         // if there is that clock
  };

  bool empty() const { return waiting_ == 0; }
  // A packet behind the others, to be filled in; it has a frame.
  Packet& Push();
  void Clear();

  // The packet whose turn it is, and its next frame; only if not empty().
  const Packet& packet() const { return packets_[head_]; }
  std::string_view frame() const { return *packet().next; }
  uint64_t frame_number() const { return packet().number; }
  // The next frame is done.
  void Pop() {
    Packet& packet = packets_[head_];
    ++packet.next;
    ++packet.number;
    if (packet.next.left() == 0) PopPacket();
  }

 private:
  void PopPacket();

  std::vector<Packet> packets_;  // those before head_ are done
  size_t head_ = 0;
  size_t waiting_ = 0;  // packets_ from head_ on
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_INBOX_H_
