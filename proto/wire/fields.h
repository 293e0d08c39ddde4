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

// The walk lives in registers: what is rare is left to functions that do not see the object.
class Fields {
 public:
  explicit Fields(std::string_view message)
      : start_(message.data()), next_(message.data()), end_(message.data() + message.size()) {}

  // Steps to the next field. False at the end, and also before something that is no field: Finish
  // tells which.
  [[gnu::always_inline]] bool Next() {
    if (next_ == end_) return false;
    field_ = next_;
    tag_ = static_cast<uint8_t>(*next_++);
    if (tag_ - 8 >= 0x80 - 8) [[unlikely]] {  // a number above 15, or none
      ReadNumber tag = GetLongTag(field_, end_);
      if (!Take(tag)) return false;
      tag_ = static_cast<uint32_t>(tag.number);
    }
    if ((tag_ & 7 & ~kWireDelimited) != 0) [[unlikely]] {
      return Take(GetFixed(tag_, next_, end_));
    }
    const char* content = next_;
    if (!Take(GetVarint(content, end_))) return false;
    if ((tag_ & kWireDelimited) != 0) {
      if (number_ > static_cast<size_t>(end_ - next_) || next_ - content > 5) return Break();
      bytes_ = next_;
      next_ += number_;
    }
    return true;
  }

  // Of the field stepped to: field number and wire type, see tags.h; the content of a varint or
  // fixed64; the content of a delimited one.
  uint32_t tag() const { return tag_; }
  uint64_t number() const { return number_; }
  bool flag() const { return number_ != 0; }
  std::string_view bytes() const { return {bytes_, static_cast<size_t>(number_)}; }

  // After Next gave false: true if the message ended well, else refused.
  bool Finish(Refusal* refusal) const { return !broken_ || Refuse(start_, field_, end_, refusal); }

 private:
  bool Break() {
    broken_ = true;
    return false;
  }
  bool Take(ReadNumber number) {
    if (number.end == nullptr) return Break();
    next_ = number.end;
    number_ = number.number;
    return true;
  }
  static ReadNumber GetLongTag(const char* in, const char* end);
  static ReadNumber GetFixed(uint32_t tag, const char* in, const char* end);
  // Says why [field, end) does not begin with a field.
  static bool Refuse(const char* start, const char* field, const char* end, Refusal* refusal);

  const char* const start_;
  const char* field_ = nullptr;  // where the present field begins
  const char* next_;
  const char* const end_;
  uint32_t tag_ = 0;
  uint64_t number_ = 0;  // also the size of bytes()
  const char* bytes_ = nullptr;
  bool broken_ = false;
};

// Goes through fields that stand in the order in which our own writers put them, which takes half
// the steps: asked for each in turn, it takes it if it is next. What is not at its end when all were
// asked for is in another order, or has more to it, or is malformed: Fields tells.
class FieldsInOrder {
 public:
  explicit FieldsInOrder(std::string_view message)
      : next_(message.data()), end_(message.data() + message.size()) {}

  // `tag` is of a number.
  bool Number(uint32_t tag, uint64_t* number) {
    if (!IsNext(tag)) return false;
    ReadNumber read = GetVarint(next_ + 1, end_);
    if (read.end == nullptr) return false;
    next_ = read.end;
    *number = read.number;
    return true;
  }
  // `tag` is of a delimited field.
  bool Bytes(uint32_t tag, std::string_view* bytes) {
    if (!IsNext(tag)) return false;
    ReadNumber size = GetVarint(next_ + 1, end_);
    if (size.end == nullptr || size.end - next_ > 6 ||
        size.number > static_cast<size_t>(end_ - size.end)) {
      return false;
    }
    *bytes = {size.end, static_cast<size_t>(size.number)};
    next_ = size.end + size.number;
    return true;
  }
  bool AtEnd() const { return next_ == end_; }

 private:
  bool IsNext(uint32_t tag) const { return next_ != end_ && static_cast<uint8_t>(*next_) == tag; }

  const char* next_;
  const char* const end_;
};

// Refuses text that is not UTF-8.
bool CheckText(std::string_view text, Refusal* refusal);

// `bytes` if they are UTF-8; `part` names them.
bool ReadText(std::string_view bytes, std::string_view part, std::string_view* text,
              Refusal* refusal);

// Calls `use(uint64_t)` for each number of a packed repeated field.
template <typename Use>
bool ForEachPacked(std::string_view bytes, const Use& use, Refusal* refusal) {
  const char* next = bytes.data();
  const char* end = next + bytes.size();
  while (next != end) {
    ReadNumber number = GetVarint(next, end);
    if (number.end == nullptr) return refusal->Because("the last number is cut off or endless");
    next = number.end;
    use(number.number);
  }
  return true;
}

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_FIELDS_H_
