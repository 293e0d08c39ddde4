#include "hawser/bytes.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

namespace hawser {

// Holds the content in the string, or, if it was copied in, right behind itself.
struct Bytes::Buffer {
  std::atomic<uint32_t> refs{1};
  std::string content;
};

Bytes::Bytes(std::string content) {
  if (content.empty()) return;
  size_ = static_cast<uint32_t>(std::min(content.size(), kMaxSize));
  buffer_ = new (::operator new(sizeof(Buffer))) Buffer{.content = std::move(content)};
  data_ = reinterpret_cast<const uint8_t*>(buffer_->content.data());
}

Bytes Bytes::Copy(const void* data, size_t size) {
  Bytes bytes;
  if (size == 0) return bytes;
  bytes.size_ = static_cast<uint32_t>(std::min(size, kMaxSize));
  bytes.buffer_ = new (::operator new(sizeof(Buffer) + bytes.size_)) Buffer;
  auto* copy = reinterpret_cast<uint8_t*>(bytes.buffer_ + 1);
  std::memcpy(copy, data, bytes.size_);
  bytes.data_ = copy;
  return bytes;
}

Bytes Bytes::Slice(size_t offset, size_t size) const {
  Bytes slice;
  if (offset >= size_ || size == 0) return slice;
  slice = *this;
  slice.data_ += offset;
  slice.size_ = static_cast<uint32_t>(std::min(size, size_ - offset));
  return slice;
}

void Bytes::AddRef(Buffer* buffer) noexcept {
  buffer->refs.fetch_add(1, std::memory_order_relaxed);
}

void Bytes::Unref(Buffer* buffer) noexcept {
  // Who holds the only reference need not count down: nobody else can count up.
  if (buffer->refs.load(std::memory_order_acquire) != 1 &&
      buffer->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) {
    return;
  }
  buffer->~Buffer();
  ::operator delete(buffer);
}

}  // namespace hawser
