#include "proto/link/inbox.h"

#include <utility>

namespace hawser::link {
namespace {

// Packets done that are kept in front of those that wait, at most.
constexpr size_t kMostDone = 64;

}  // namespace

Inbox::Packet& Inbox::Push() {
  if (head_ >= kMostDone) {
    packets_.erase(packets_.begin(), packets_.begin() + static_cast<ptrdiff_t>(head_));
    head_ = 0;
  }
  ++waiting_;
  return packets_.emplace_back();
}

void Inbox::Clear() {
  packets_.clear();
  head_ = waiting_ = 0;
}

void Inbox::PopPacket() {
  if (--waiting_ == 0) return Clear();
  packets_[head_++].bytes = Bytes();
}

}  // namespace hawser::link
