#include "tools/cli/literal.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/base/string_view.h"
#include "tools/cli/expected.h"
#include "tools/cli/failure.h"
#include "tools/cli/read_file.h"

namespace hawser::cli {
namespace {

// How many bytes the character at the beginning of `text` has; 0 if it is none.
size_t CharacterSize(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char first = byte(0);
  if (first < 0x80) return 1;
  size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || size > text.size()) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Written longer than needed, a half of a surrogate pair, beyond the last character.
  bool wrong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) ||
               (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f);
  return wrong ? 0 : size;
}

}  // namespace

absl::Status CheckText(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    size_t size = CharacterSize(text.substr(at));
    if (size == 0) {
      return Fail(Exit::kUsage,
                  fmt::format("expected text in UTF-8, got byte 0x{:02x} at {}",
                              static_cast<unsigned char>(text[at]), at),
                  "what is no text can be passed as bytes: hex:6869, file:PATH");
    }
    at += size;
  }
  return absl::OkStatus();
}

std::optional<int64_t> ReadInteger(std::string_view text) {
  int base = 10;
  bool negative = text.starts_with('-');
  std::string_view digits = text.substr(negative || text.starts_with('+') ? 1 : 0);
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    base = 16;
    digits.remove_prefix(2);
  }
  if (digits.empty() || digits[0] == '-') return std::nullopt;
  std::string number = (negative ? "-" : "") + std::string(digits);
  int64_t integer = 0;
  const char* end = number.data() + number.size();
  auto read = std::from_chars(number.data(), end, integer, base);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return integer;
}

bool IsTooLarge(std::string_view text) {
  std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  return !digits.empty() && digits.find_first_not_of("0123456789") == digits.npos &&
         !ReadInteger(text);
}

std::string TooLarge(std::string_view digits) {
  constexpr size_t kShown = 40;
  return fmt::format(
      "the integer {}{} does not fit 64 bits; a string keeps its digits, with a decimal point or "
      "an "
      "exponent it is a number that does not",
      digits.substr(0, kShown), digits.size() > kShown ? "..." : "");
}

std::optional<Value> ReadNumber(std::string_view text) {
  if (auto integer = ReadInteger(text)) return Value(*integer);
  if (IsTooLarge(text)) return std::nullopt;
  if (text == "NaN") return Value(std::numeric_limits<double>::quiet_NaN());
  if (text == "Infinity") return Value(std::numeric_limits<double>::infinity());
  if (text == "-Infinity") return Value(-std::numeric_limits<double>::infinity());
  double number = 0;
  const char* end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ec != std::errc() || read.ptr != end || !std::isfinite(number)) {
    return std::nullopt;
  }
  return Value(number);
}

std::optional<Value> ReadDate(std::string_view text) {
  if (text == "now") return Value(Date::From(absl::Now()));
  if (auto ms = ReadInteger(text)) return Value(Date{*ms});
  for (const char* format :
       {"%Y-%m-%dT%H:%M:%E*S%Ez", "%Y-%m-%d %H:%M:%E*S%Ez", "%Y-%m-%dT%H:%M:%E*S",
        "%Y-%m-%d %H:%M:%E*S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    absl::Time time;
    std::string error;
    if (absl::ParseTime(format, base::ToAbsl(text), absl::UTCTimeZone(), &time, &error)) {
      return Value(Date::From(time));
    }
  }
  return std::nullopt;
}

absl::StatusOr<Value> ReadBase64(std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(base::ToAbsl(text), &bytes) &&
      !absl::WebSafeBase64Unescape(base::ToAbsl(text), &bytes)) {
    return ExpectedText("base64", text);
  }
  return Value(Bytes(std::move(bytes)));
}

absl::StatusOr<Value> ReadBytes(std::string_view text) {
  auto skip = [&](std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
  };
  if (skip("base64:")) return ReadBase64(text);
  if (skip("hex:")) {
    if (text.size() % 2 != 0 || text.find_first_not_of("0123456789abcdefABCDEF") != text.npos) {
      return ExpectedText("pairs of hexadecimal digits", text);
    }
    return Value(Bytes(absl::HexStringToBytes(base::ToAbsl(text))));
  }
  if (skip("file:")) {
    HAWSER_ASSIGN_OR_RETURN(std::string content, ReadFile(std::string(text)));
    return Value(Bytes(std::move(content)));
  }
  return Value(Bytes::Copy(text));
}

}  // namespace hawser::cli
