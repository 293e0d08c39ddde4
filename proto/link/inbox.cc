#include "proto/link/inbox.h"

#include <utility>

namespace hawser::link {
namespace {

// Packets done that are kept in front of those that wait, at most.
constexpr size_t kMostDone = 64;

}  // namespace

void Inbox::Push(Packet packet) {
  if (head_ >= kMostDone) {
    packets_.erase(packets_.begin(), packets_.begin() + static_cast<ptrdiff_t>(head_));
    head_ = 0;
  }
  packets_.push_back(std::move(packet));
}

void Inbox::Clear() {
  packets_.clear();
  head_ = 0;
}

bool Inbox::Pop(std::vector<std::string_view>* frames) {
  Packet& packet = packets_[head_];
  if (++packet.done < packet.frames.size()) return false;
  *frames = std::move(packet.frames);
  packet.bytes = Bytes();
  if (++head_ == packets_.size()) Clear();
  return true;
}

}  // namespace hawser::link
