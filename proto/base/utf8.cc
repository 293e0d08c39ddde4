#include "hawser/base/utf8.h"

#include <cstdint>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"

namespace hawser::base {
namespace {

// Length of the one sequence at `p`, which starts with a byte that is not ASCII; 0 if it is not
// valid.
size_t SequenceLength(const uint8_t* p, size_t available) {
  uint8_t lead = p[0];
  size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead < 0xc2 || lead > 0xf4 || available < length) return 0;
  // The second byte carries what rules out overlong forms, surrogates and what is above the last
  // code point.
  uint8_t lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  uint8_t highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (p[1] < lowest || p[1] > highest) return 0;
  for (size_t i = 2; i < length; ++i) {
    if ((p[i] & 0xc0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

size_t Utf8Prefix(std::string_view text) {
  const auto* start = reinterpret_cast<const uint8_t*>(text.data());
  const uint8_t* end = start + text.size();
  const uint8_t* p = start;
  while (p != end) {
    while (end - p >= 8) {  // eight ASCII characters a step
      uint64_t eight;
      std::memcpy(&eight, p, 8);
      if ((eight & 0x8080808080808080) != 0) break;
      p += 8;
    }
    while (p != end && *p < 0x80) ++p;
    while (p != end && *p >= 0x80) {
      size_t length = SequenceLength(p, static_cast<size_t>(end - p));
      if (length == 0) return static_cast<size_t>(p - start);
      p += length;
    }
  }
  return text.size();
}

absl::Status CheckUtf8(std::string_view what, std::string_view text) {
  if (IsUtf8(text)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(ToAbsl(what), " \"", absl::CHexEscape(ToAbsl(text)), "\" is not UTF-8"));
}

std::string MendedUtf8(std::string_view text) {
  std::string mended;
  mended.reserve(text.size());
  for (;;) {
    size_t good = Utf8Prefix(text);
    mended += text.substr(0, good);
    if (good == text.size()) return mended;
    mended += '?';
    text.remove_prefix(good + 1);
  }
}

}  // namespace hawser::base
