#include "proto/wire/fields.h"

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"
#include "hawser/base/utf8.h"

namespace hawser::wire {

namespace {

bool IsBadTag(ReadNumber tag, const char* in) {
  return tag.number < 8 || tag.number > UINT32_MAX || tag.end - in > 5;
}

std::string_view NoVarint(const char* in, const char* end) {
  return static_cast<size_t>(end - in) < kMaxVarintBytes ? "is cut off" : "has an endless number";
}

// Why [in, end) does not begin with a field.
std::string_view WhyNoField(const char* in, const char* end) {
  ReadNumber tag = GetVarint(in, end);
  if (tag.end == nullptr) return NoVarint(in, end);
  if (tag.number < 8) return "has the number 0";
  if (IsBadTag(tag, in)) return "has too large a number";
  switch (tag.number & 7) {
    case kWireVarint:
      return NoVarint(tag.end, end);
    case kWireDelimited: {
      ReadNumber size = GetVarint(tag.end, end);
      if (size.end == nullptr) return NoVarint(tag.end, end);
      if (size.end - tag.end > 5) return "has a size of too many bytes";
      return "runs past the end of its message";
    }
    case kWireFixed64:
    case kWireFixed32:
      return "is cut off";
    case 3:
    case 4:
      return "is a group, which this protocol does not have";
    default:
      return "has an unknown wire type";
  }
}

}  // namespace

ReadNumber Fields::GetLongTag(const char* in, const char* end) {
  ReadNumber tag = GetVarint(in, end);
  if (tag.end != nullptr && IsBadTag(tag, in)) tag.end = nullptr;
  return tag;
}

ReadNumber Fields::GetFixed(uint32_t tag, const char* in, const char* end) {
  auto available = static_cast<size_t>(end - in);
  if ((tag & 7) == kWireFixed64 && available >= 8) return {in + 8, LoadFixed64(in)};
  if ((tag & 7) == kWireFixed32 && available >= 4) return {in + 4, 0};  // of no field we know
  return {nullptr, 0};
}

bool Fields::Refuse(const char* start, const char* field, const char* end, Refusal* refusal) {
  return refusal->Because(
      absl::StrCat("the field at byte ", field - start, " ", base::ToAbsl(WhyNoField(field, end))));
}

bool CheckText(std::string_view text, Refusal* refusal) {
  size_t good = base::Utf8Prefix(text);
  return good == text.size() || refusal->Because(absl::StrCat("not UTF-8 at byte ", good));
}

bool ReadText(std::string_view bytes, std::string_view part, std::string_view* text,
              Refusal* refusal) {
  if (!CheckText(bytes, refusal)) return refusal->In(part);
  *text = bytes;
  return true;
}

}  // namespace hawser::wire
