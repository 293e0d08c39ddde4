#include "proto/link/replay_buffer.h"

#include <algorithm>

namespace hawser::link {
namespace {

// An empty buffer larger than this gives its memory back: idle sessions are many.
constexpr size_t kKeepBytes = 16 << 10;
// The front is cut off once it is at least this large and half of all.
constexpr size_t kCompactBytes = 64 << 10;

}  // namespace

void ReplayBuffer::Sizes::Pop(size_t n) {
  head_ += n;
  if (head_ == sizes_.size()) {
    sizes_.clear();
    head_ = 0;
    if (sizes_.capacity() > 4096) sizes_.shrink_to_fit();
  } else if (head_ >= 1024 && head_ * 2 >= sizes_.size()) {
    sizes_.erase(sizes_.begin(), sizes_.begin() + static_cast<ptrdiff_t>(head_));
    head_ = 0;
  }
}

uint64_t ReplayBuffer::Commit() {
  uint64_t number = next_number();
  sizes_.Push(static_cast<uint32_t>(data_.size() - committed_));
  committed_ = data_.size();
  return number;
}

void ReplayBuffer::Forget(uint64_t number, uint64_t end) {
  // Only frames that were sent can be acknowledged: a peer that claims more is believed up to
  // there.
  uint64_t limit = std::min<uint64_t>(number, end - 1);
  if (limit < first_) return;
  size_t count = limit - first_ + 1;
  for (size_t i = 0; i < count; ++i) head_ += sizes_[i];
  sizes_.Pop(count);
  first_ += count;
  sent_ -= std::min(sent_, count);
  sent_offset_ = std::max(sent_offset_, head_);
  if (sizes_.size() == 0) {
    data_.clear();
    if (data_.capacity() > kKeepBytes) data_.shrink_to_fit();
    head_ = committed_ = sent_offset_ = 0;
  } else if (head_ >= kCompactBytes && head_ * 2 >= data_.size()) {
    data_.erase(0, head_);
    committed_ -= head_;
    sent_offset_ -= head_;
    head_ = 0;
  }
}

uint64_t ReplayBuffer::TakeUnsent(size_t max_bytes, std::string* packet) {
  uint64_t first = first_unsent();
  size_t end = sent_offset_;
  size_t count = 0;
  while (sent_ + count < sizes_.size()) {
    size_t size = sizes_[sent_ + count];
    if (count > 0 && end - sent_offset_ + size > max_bytes) break;
    end += size;
    ++count;
  }
  packet->append(data_, sent_offset_, end - sent_offset_);
  sent_ += count;
  sent_offset_ = end;
  last_sent_ = std::max(last_sent_, first_unsent() - 1);
  return first;
}

}  // namespace hawser::link
