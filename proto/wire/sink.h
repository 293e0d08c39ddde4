#ifndef HAWSER_PROTO_WIRE_SINK_H_
#define HAWSER_PROTO_WIRE_SINK_H_

// Where messages are written to. Lengths stand before contents, so a message is gone through twice:
// once with a SizeSink, which notes the size of every nested message in the order they begin, then
// with a WriteSink, which takes them in that order. A message that is sure to be short is written
// at once: its length takes one byte, put there when it is known. Both sinks have the same
// functions, and each message is described once, by one template, for both.
//
// As proto3 wants it, Number, Text and Packed leave out what is zero or empty; Always, AlwaysText
// and Blob, for members of a oneof, do not.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wire/tags.h"
#include "proto/wire/varint.h"

namespace hawser::wire {

constexpr size_t kTagBytes = 1;  // see tags.h
constexpr size_t kShort = 127;   // bytes whose number takes one byte itself

// Size of a Blob field.
constexpr size_t BlobSize(size_t content) { return kTagBytes + VarintSize(content) + content; }
// Size of an Always field.
constexpr size_t NumberSize(uint64_t number) { return kTagBytes + VarintSize(number); }

class SizeSink {
 public:
  // Appends to `sizes`.
  explicit SizeSink(std::vector<uint32_t>* sizes) : sizes_(*sizes) {}

  size_t size() const { return size_; }

  void Always(uint32_t, uint64_t number) { size_ += NumberSize(number); }
  void Number(uint32_t tag, uint64_t number) {
    if (number != 0) Always(tag, number);
  }
  void Fixed64(uint32_t, uint64_t) { size_ += kTagBytes + sizeof(uint64_t); }
  void Blob(uint32_t, std::string_view content) { size_ += BlobSize(content.size()); }
  void AlwaysText(uint32_t tag, std::string_view text) { Blob(tag, text); }
  void Text(uint32_t tag, std::string_view text) {
    if (!text.empty()) AlwaysText(tag, text);
  }
  template <typename Numbers>
  void Packed(uint32_t, const Numbers& numbers) {
    if (numbers.empty()) return;
    size_t content = 0;
    for (auto number : numbers) content += VarintSize(static_cast<uint64_t>(number));
    sizes_.push_back(static_cast<uint32_t>(content));
    size_ += BlobSize(content);
  }
  // A message whose fields are what `fields` writes.
  template <typename Fields>
  void Message(uint32_t, const Fields& fields) {
    size_t slot = sizes_.size();
    sizes_.push_back(0);
    size_t before = size_;
    fields();
    size_t content = size_ - before;
    sizes_[slot] = static_cast<uint32_t>(content);
    size_ += kTagBytes + VarintSize(content);
  }
  // The same where the caller knows the size of the fields.
  template <typename Fields>
  void Sized(uint32_t, size_t content, const Fields&) {
    size_ += BlobSize(content);
  }

  // A message of one number.
  void Nested(uint32_t, uint32_t, uint64_t number) { size_ += BlobSize(NumberSize(number)); }

  uint32_t NextReference() { return next_reference_++; }

 private:
  std::vector<uint32_t>& sizes_;
  size_t size_ = 0;
  uint32_t next_reference_ = 0;
};

// Gathers small fields on the stack and appends them to the output in runs; large contents go there
// directly.
class WriteSink {
 public:
  // `sizes`: what a SizeSink noted for the same messages.
  WriteSink(const std::vector<uint32_t>& sizes, std::string* out)
      : next_size_(sizes.data()), out_(*out) {}
  // For at most kShort bytes in all, not measured.
  explicit WriteSink(std::string* out) : next_size_(nullptr), out_(*out) {}
  WriteSink(const WriteSink&) = delete;
  WriteSink& operator=(const WriteSink&) = delete;
  ~WriteSink() { Flush(); }

  void Always(uint32_t tag, uint64_t number) {
    char* p = Room();
    *p++ = static_cast<char>(tag);
    p_ = PutVarint(p, number);
  }
  void Number(uint32_t tag, uint64_t number) {
    if (number != 0) Always(tag, number);
  }
  void Fixed64(uint32_t tag, uint64_t bits) {
    char* p = Room();
    *p++ = static_cast<char>(tag);
    for (int shift = 0; shift < 64; shift += 8) *p++ = static_cast<char>(bits >> shift);
    p_ = p;
  }
  void Blob(uint32_t tag, std::string_view content) {
    Always(tag, content.size());
    Append(content);
  }
  // Text that is no UTF-8 would make the whole packet unreadable to the peer: bad bytes become '?'.
  void AlwaysText(uint32_t tag, std::string_view text) {
    Always(tag, text.size());
    AppendText(text);
  }
  void Text(uint32_t tag, std::string_view text) {
    if (!text.empty()) AlwaysText(tag, text);
  }
  template <typename Numbers>
  void Packed(uint32_t tag, const Numbers& numbers) {
    if (numbers.empty()) return;
    Message(tag, [&] {
      for (auto number : numbers) p_ = PutVarint(Room(), static_cast<uint64_t>(number));
    });
  }
  template <typename Fields>
  void Message(uint32_t tag, const Fields& fields) {
    if (next_size_ != nullptr) {
      Always(tag, *next_size_++);
      return fields();
    }
    *p_ = static_cast<char>(tag);
    char* size = p_ + 1;
    p_ += 2;
    fields();
    *size = static_cast<char>(p_ - (size + 1));
  }
  template <typename Fields>
  void Sized(uint32_t tag, size_t content, const Fields& fields) {
    Always(tag, content);
    fields();
  }

  void Nested(uint32_t tag, uint32_t number_tag, uint64_t number) {
    char* p = Room();
    p[0] = static_cast<char>(tag);
    p[2] = static_cast<char>(number_tag);
    p_ = PutVarint(p + 3, number);
    p[1] = static_cast<char>(p_ - (p + 2));
  }

  uint32_t NextReference() { return next_reference_++; }

 private:
  static constexpr size_t kBuffer = 256;
  static constexpr size_t kLongestField = 3 + kMaxVarintBytes;

  // Where the next tags and number may be written.
  char* Room() {
    if (p_ > buffer_ + kBuffer) Flush();
    return p_;
  }
  void Append(std::string_view content) {
    if (content.empty()) return;  // and perhaps null
    if (content.size() > static_cast<size_t>(buffer_ + sizeof(buffer_) - p_)) {
      return AppendLong(content);
    }
    std::memcpy(p_, content.data(), content.size());
    p_ += content.size();
  }
  void AppendLong(std::string_view content);
  void AppendText(std::string_view text);
  void Flush() {
    out_.append(buffer_, static_cast<size_t>(p_ - buffer_));
    p_ = buffer_;
  }

  const uint32_t* next_size_;  // null: nothing was measured
  std::string& out_;
  uint32_t next_reference_ = 0;
  char* p_ = buffer_;
  char buffer_[kBuffer + kLongestField];
};

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_SINK_H_
