#include "proto/link/replay_buffer.h"

namespace hawser::link {
namespace {

// The front is cut off once it is at least this large and half of all.
constexpr size_t kCompactBytes = 64 << 10;

}  // namespace

void ReplayBuffer::Sizes::Pop(size_t n) {
  head_ += n;
  if (head_ >= 1024 && head_ * 2 >= sizes_.size()) {
    sizes_.erase(sizes_.begin(), sizes_.begin() + static_cast<ptrdiff_t>(head_));
    head_ = 0;
  }
}

void ReplayBuffer::Trim() {
  if (data_.capacity() > kKeepBytes) data_.shrink_to_fit();
  if (sizes_.capacity() > kKeepSizes) sizes_.Trim();
}

void ReplayBuffer::ForgetSome(size_t count) {
  for (size_t i = 0; i < count; ++i) head_ += sizes_[i];
  sizes_.Pop(count);
  first_ += count;
  sent_ -= std::min(sent_, count);
  sent_offset_ = std::max(sent_offset_, head_);
  if (head_ >= kCompactBytes && head_ * 2 >= data_.size()) {
    data_.erase(0, head_);
    committed_ -= head_;
    sent_offset_ -= head_;
    head_ = 0;
  }
}

uint64_t ReplayBuffer::TakeUnsent(size_t max_bytes, std::string* packet) {
  uint64_t first = first_unsent();
  size_t end = committed_;
  size_t count = sizes_.size() - sent_;
  if (count > 1 && end - sent_offset_ > max_bytes) {
    end = sent_offset_ + sizes_[sent_];
    for (count = 1; end - sent_offset_ + sizes_[sent_ + count] <= max_bytes; ++count)
      end += sizes_[sent_ + count];
  }
  packet->append(data_, sent_offset_, end - sent_offset_);
  sent_ += count;
  sent_offset_ = end;
  last_sent_ = std::max(last_sent_, first_unsent() - 1);
  return first;
}

}  // namespace hawser::link
