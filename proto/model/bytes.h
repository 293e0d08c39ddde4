#ifndef HAWSER_BYTES_H_
#define HAWSER_BYTES_H_

// Bytes: an immutable slice of a shared buffer. Copying and slicing are O(1) and never copy the
// content, so a megabyte that arrives in a packet is not copied again on its way to the module.
// Buffers (S11) cross processes by copy. Thread-compatible; distinct Bytes over one buffer may be
// used from different threads at once.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace hawser {

class Bytes {
 public:
  // Largest content, in bytes. Construction from more keeps the first kMaxSize.
  static constexpr size_t kMaxSize = UINT32_MAX;

  Bytes() = default;
  // Takes over `content` without copying it.
  explicit Bytes(std::string content);
  // Copies.
  static Bytes Copy(const void* data, size_t size);
  static Bytes Copy(std::string_view data) { return Copy(data.data(), data.size()); }

  Bytes(const Bytes& other) noexcept
      : buffer_(other.buffer_), data_(other.data_), size_(other.size_) {
    if (buffer_ != nullptr) AddRef(buffer_);
  }
  Bytes(Bytes&& other) noexcept
      : buffer_(std::exchange(other.buffer_, nullptr)),
        data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  Bytes& operator=(Bytes other) noexcept {
    std::swap(buffer_, other.buffer_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Bytes() {
    if (buffer_ != nullptr) Unref(buffer_);
  }

  // May be null if empty.
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  uint8_t operator[](size_t i) const { return data_[i]; }
  std::span<const uint8_t> span() const { return {data_, size_}; }
  std::string_view view() const { return {reinterpret_cast<const char*>(data_), size_}; }
  std::string ToString() const { return std::string(view()); }

  // The part [offset, offset + size) of this content, clipped to it; shares the buffer (an empty
  // part keeps none).
  Bytes Slice(size_t offset, size_t size) const;

  friend bool operator==(const Bytes& a, const Bytes& b) { return a.view() == b.view(); }

 private:
  friend class Value;
  struct Buffer;  // counted
  static void AddRef(Buffer* buffer) noexcept;
  static void Unref(Buffer* buffer) noexcept;

  Buffer* buffer_ = nullptr;  // null if empty
  const uint8_t* data_ = nullptr;
  uint32_t size_ = 0;
};

}  // namespace hawser

#endif  // HAWSER_BYTES_H_
