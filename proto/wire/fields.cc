#include "proto/wire/fields.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "proto/wire/utf8.h"

namespace hawser::wire {

bool Fields::LongTag() {
  uint64_t tag;
  const char* next = GetVarint(next_, end_, &tag);
  if (next == nullptr || next - next_ > 5 || tag > UINT32_MAX) {
    return Break(end_ - next_ < 5 ? kCutOff : "has a number too large");
  }
  tag_ = static_cast<uint32_t>(tag);
  next_ = next;
  return true;
}

bool Fields::Rare() {
  size_t size = (tag_ & 7) == kWireFixed64 ? 8 : 4;
  switch (tag_ & 7) {
    case kWireFixed64:
    case kWireFixed32:
      break;
    case 3:
    case 4:
      return Break("is a group, which this protocol does not have");
    default:
      return Break("has an unknown wire type");
  }
  if (static_cast<size_t>(end_ - next_) < size) return Break(kCutOff);
  number_ = 0;
  for (size_t i = 0; i < size; ++i)
    number_ |= static_cast<uint64_t>(static_cast<uint8_t>(next_[i])) << (8 * i);
  next_ += size;
  return true;
}

bool Fields::Refuse(Refusal* refusal) const {
  return refusal->Because(absl::StrCat("the field at byte ", field_ - start_, " ", fault_));
}

bool ReadText(std::string_view bytes, std::string_view part, std::string_view* text,
              Refusal* refusal) {
  size_t good = Utf8Prefix(bytes);
  if (good != bytes.size()) {
    refusal->Because(absl::StrCat("not UTF-8 at byte ", good));
    return refusal->In(part);
  }
  *text = bytes;
  return true;
}

}  // namespace hawser::wire
