#include "hawser/ids.h"

#include "hawser/base/random.h"
#include "hawser/base/string_view.h"

namespace hawser {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

// Value of a hex digit, or -1.
int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

SessionId SessionId::Random() { return {base::RandomBits128()}; }

absl::StatusOr<SessionId> SessionId::Parse(std::string_view hex) {
  SessionId id;
  if (hex.size() != 2 * id.bytes.size()) {
    return absl::InvalidArgumentError("a session id has 32 hex digits, not " +
                                      std::to_string(hex.size()));
  }
  for (size_t i = 0; i < id.bytes.size(); ++i) {
    int high = DigitValue(hex[2 * i]);
    int low = DigitValue(hex[2 * i + 1]);
    if (high < 0 || low < 0) return absl::InvalidArgumentError("a session id has hex digits only");
    id.bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return id;
}

std::string SessionId::ToString() const {
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (uint8_t byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string SessionId::Short() const { return ToString().substr(0, 8); }

}  // namespace hawser
