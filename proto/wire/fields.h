#ifndef HAWSER_PROTO_WIRE_FIELDS_H_
#define HAWSER_PROTO_WIRE_FIELDS_H_

// Goes through the fields of one message that a peer sent. A field's content is taken in whole
// before it is looked at, so a field nobody knows is skipped by not looking, whatever is nested in
// it.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proto/wire/refusal.h"
#include "proto/wire/tags.h"
#include "proto/wire/varint.h"

namespace hawser::wire {

class Fields {
 public:
  explicit Fields(std::string_view message)
      : start_(message.data()), next_(message.data()), end_(message.data() + message.size()) {}

  // Steps to the next field. False at the end, and also before something that is no field: Finish
  // tells which.
  bool Next() {
    if (next_ == end_) return false;
    field_ = next_;
    tag_ = static_cast<uint8_t>(*next_);
    if (tag_ < 0x80) {
      ++next_;
    } else if (!LongTag()) {
      return false;
    }
    if (tag_ < 8) return Break("has the number 0");
    switch (tag_ & 7) {
      case kWireVarint:
        return Number(&number_);
      case kWireDelimited: {
        uint64_t size;
        if (!Number(&size)) return false;
        if (size > static_cast<size_t>(end_ - next_))
          return Break("runs past the end of its message");
        bytes_ = std::string_view(next_, static_cast<size_t>(size));
        next_ += size;
        return true;
      }
      default:
        return Rare();
    }
  }

  // Of the field stepped to: field number and wire type, see tags.h; the content of a varint or
  // fixed64; the content of a delimited one.
  uint32_t tag() const { return tag_; }
  uint64_t number() const { return number_; }
  bool flag() const { return number_ != 0; }
  std::string_view bytes() const { return bytes_; }

  // After Next gave false: true if the message ended well, else refused.
  bool Finish(Refusal* refusal) const { return fault_ == nullptr || Refuse(refusal); }

 private:
  bool Number(uint64_t* number) {
    if (next_ != end_ && static_cast<uint8_t>(*next_) < 0x80) {
      *number = static_cast<uint8_t>(*next_++);
    } else {
      const char* next = GetVarint(next_, end_, number);
      if (next == nullptr)
        return Break(end_ - next_ < static_cast<ptrdiff_t>(kMaxVarintBytes)
                         ? kCutOff
                         : "has an endless number");
      next_ = next;
    }
    return true;
  }
  bool LongTag();
  bool Rare();
  bool Break(const char* fault) {
    fault_ = fault;
    return false;
  }
  bool Refuse(Refusal* refusal) const;

  static constexpr const char* kCutOff = "is cut off";

  const char* const start_;
  const char* field_ = nullptr;  // where the present field begins
  const char* next_;
  const char* const end_;
  uint32_t tag_ = 0;
  uint64_t number_ = 0;
  std::string_view bytes_;
  const char* fault_ = nullptr;  // why the walk ended early
};

// `bytes` if they are UTF-8.
bool ReadText(std::string_view bytes, std::string_view part, std::string_view* text,
              Refusal* refusal);

// Calls `use(uint64_t)` for each number of a packed repeated field.
template <typename Use>
bool ForEachPacked(std::string_view bytes, const Use& use, Refusal* refusal) {
  const char* next = bytes.data();
  const char* end = next + bytes.size();
  while (next != end) {
    uint64_t number;
    next = GetVarint(next, end, &number);
    if (next == nullptr) return refusal->Because("the last number is cut off or endless");
    use(number);
  }
  return true;
}

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_FIELDS_H_
