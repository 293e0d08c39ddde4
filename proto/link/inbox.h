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

namespace hawser::link {

class Inbox {
 public:
  struct Packet {
    Bytes bytes;
    std::vector<std::string_view> frames;  // in `bytes`; at least one
    uint64_t first_frame;                  // number of frames[0]
    uint64_t clock_us;                     // the peer's session clock when it left
    base::MonoTime received;
    size_t done = 0;  // of the frames
  };

  bool empty() const { return head_ == packets_.size(); }
  void Push(Packet packet);
  void Clear();

  // The packet whose turn it is, and its next frame; only if not empty().
  const Packet& packet() const { return packets_[head_]; }
  std::string_view frame() const { return packet().frames[packet().done]; }
  uint64_t frame_number() const { return packet().first_frame + packet().done; }
  // The next frame is done. True with a packet's last one: packet() is another, or none, and
  // `frames` has its memory.
  bool Pop(std::vector<std::string_view>* frames);

 private:
  std::vector<Packet> packets_;  // those before head_ are done
  size_t head_ = 0;
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_INBOX_H_
