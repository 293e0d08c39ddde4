#ifndef HAWSER_PROTO_LINK_REPLAY_BUFFER_H_
#define HAWSER_PROTO_LINK_REPLAY_BUFFER_H_

// ReplayBuffer: the numbered frames the peer has not acknowledged, as the bytes they are sent with,
// so that sending and sending again is one copy of a run of bytes. Thread-compatible.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "hawser/ids.h"

namespace hawser::link {

class ReplayBuffer {
 public:
  // Number the next appended frame gets. The first is 1.
  uint64_t next_number() const { return first_ + sizes_.size(); }

  // Where the next frame's bytes go; Commit() numbers what was appended there.
  std::string* tail() { return &data_; }
  // Numbers the bytes appended to tail() since the last Commit as one frame.
  uint64_t Commit() {
    uint64_t number = next_number();
    sizes_.Push(static_cast<uint32_t>(data_.size() - committed_));
    committed_ = data_.size();
    return number;
  }
  // Forgets all frames up to `number`, as far as they were sent on this connection.
  void Acknowledge(uint64_t number) { Forget(number, first_ + sent_); }
  // The same at the start of a connection: whatever was numbered may have been sent on an earlier
  // one.
  void AcknowledgeAll(uint64_t number) { Forget(number, next_number()); }

  // Frames up to this one are forgotten.
  uint64_t acknowledged() const { return first_ - 1; }

  // Sends again from the first frame kept.
  void Rewind() {
    sent_ = 0;
    sent_offset_ = head_;
  }
  bool HasUnsent() const { return sent_ < sizes_.size(); }
  // Appends unsent frames to `packet`, whole ones, at most `max_bytes` but at least one; gives the
  // number of the first. Marks them sent.
  uint64_t TakeUnsent(size_t max_bytes, std::string* packet);
  uint64_t first_unsent() const { return first_ + sent_; }
  // Highest frame that was ever handed out for sending, on this connection or an earlier one.
  uint64_t last_sent() const { return last_sent_; }

  // Bytes of frames not acknowledged.
  size_t bytes() const { return committed_ - head_; }
  size_t frames() const { return sizes_.size(); }

 private:
  // An empty buffer larger than this gives its memory back: idle sessions are many.
  static constexpr size_t kKeepBytes = 16 << 10;
  static constexpr size_t kKeepSizes = 4096;

  // Forgets frames up to `number` but below `end`.
  void Forget(uint64_t number, uint64_t end) {
    // Only frames that were sent can be acknowledged: a peer that claims more is believed up to
    // there.
    uint64_t limit = std::min<uint64_t>(number, end - 1);
    if (limit < first_) return;
    size_t count = limit - first_ + 1;
    if (count < sizes_.size()) return ForgetSome(count);
    first_ += count;
    sizes_.Clear();
    data_.clear();
    sent_ = head_ = committed_ = sent_offset_ = 0;
    if (data_.capacity() > kKeepBytes || sizes_.capacity() > kKeepSizes) Trim();
  }
  // Not all of them.
  void ForgetSome(size_t count);
  void Trim();

  // Invariant: data_[head_, committed_) holds the frames first_, first_ + 1, ... with sizes sizes_,
  // back to back; the first sent_ of them, up to sent_offset_, went out on the present connection.
  std::string data_;
  size_t head_ = 0;
  size_t committed_ = 0;
  uint64_t first_ = 1;
  class Sizes {  // queue of sizes that keeps its memory while in use
   public:
    size_t size() const { return sizes_.size() - head_; }
    void Push(uint32_t size) { sizes_.push_back(size); }
    uint32_t operator[](size_t i) const { return sizes_[head_ + i]; }
    void Pop(size_t n);  // not all
    void Clear() {
      sizes_.clear();
      head_ = 0;
    }
    size_t capacity() const { return sizes_.capacity(); }
    void Trim() { sizes_.shrink_to_fit(); }

   private:
    std::vector<uint32_t> sizes_;
    size_t head_ = 0;
  };
  Sizes sizes_;
  size_t sent_ = 0;
  size_t sent_offset_ = 0;
  uint64_t last_sent_ = 0;
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_REPLAY_BUFFER_H_
