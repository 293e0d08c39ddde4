#include "hawser/base/log_format.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hawser/base/log.h"

namespace hawser::base::internal {
namespace {

// The length of the UTF-8 sequence at the start of `text`, or 0 if there is no valid one.
size_t SequenceLength(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what lies beyond U+10FFFF.
  if (lead == 0xe0 && byte(1) < 0xa0) return 0;
  if (lead == 0xed && byte(1) > 0x9f) return 0;
  if (lead == 0xf0 && byte(1) < 0x90) return 0;
  if (lead == 0xf4 && byte(1) > 0x8f) return 0;
  return length;
}

// Whether a valid sequence is a control character: the bytes below space, DEL, and U+0080 to
// U+009F, which terminals obey as well.
bool IsControl(std::string_view sequence) {
  const auto lead = static_cast<uint8_t>(sequence[0]);
  if (sequence.size() == 1) return lead < 0x20 || lead == 0x7f;
  return lead == 0xc2 && static_cast<uint8_t>(sequence[1]) < 0xa0;
}

void AppendHex(std::string& out, std::string_view prefix, uint8_t byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += prefix;
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

// The letter of a control byte's usual escape, or 0.
char ShortEscape(char byte) {
  switch (byte) {
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

bool NeedsQuotes(std::string_view text) {
  if (text.empty()) return true;
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 0 || IsControl(text.substr(0, length))) return true;
    if (std::string_view(" \"=\\").find(text[0]) != std::string_view::npos) return true;
    text.remove_prefix(length);
  }
  return false;
}

void AppendQuoted(std::string& out, std::string_view text, LogFormat format) {
  out += '"';
  while (!text.empty()) {
    size_t length = SequenceLength(text);
    const std::string_view sequence = text.substr(0, length);
    if (length == 0) {
      length = 1;
      if (format == LogFormat::kJson) {
        out += "\\ufffd";
      } else {
        AppendHex(out, "\\x", static_cast<uint8_t>(text[0]));
      }
    } else if (text[0] == '"' || text[0] == '\\') {
      out += '\\';
      out += text[0];
    } else if (!IsControl(sequence)) {
      out += sequence;
    } else if (ShortEscape(text[0]) != 0) {
      out += '\\';
      out += ShortEscape(text[0]);
    } else if (format == LogFormat::kJson) {
      AppendHex(out, "\\u00", static_cast<uint8_t>(sequence.back()));
    } else {
      for (const char byte : sequence) AppendHex(out, "\\x", static_cast<uint8_t>(byte));
    }
    text.remove_prefix(length);
  }
  out += '"';
}

void AppendString(std::string& out, std::string_view text, LogFormat format) {
  if (format == LogFormat::kJson || NeedsQuotes(text)) {
    AppendQuoted(out, text, format);
  } else {
    out += text;
  }
}

template <typename Number>
void AppendNumber(std::string& out, Number number) {
  std::array<char, 32> digits;
  out.append(digits.data(),
             std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

void AppendValue(std::string& out, const LogValue& value, LogFormat format) {
  std::visit(
      [&out, format](const auto& alternative) {
        using T = std::decay_t<decltype(alternative)>;
        if constexpr (std::is_same_v<T, std::string_view>) {
          AppendString(out, alternative, format);
        } else if constexpr (std::is_same_v<T, bool>) {
          out += alternative ? "true" : "false";
        } else if constexpr (std::is_same_v<T, double>) {
          if (std::isfinite(alternative)) {
            AppendNumber(out, alternative);
          } else {  // JSON has no word for these
            AppendString(out,
                         std::isnan(alternative) ? "nan"
                         : alternative > 0       ? "inf"
                                                 : "-inf",
                         format);
          }
        } else if constexpr (std::is_integral_v<T>) {
          AppendNumber(out, alternative);
        } else if constexpr (std::is_same_v<T, absl::Duration>) {
          AppendString(out, absl::FormatDuration(alternative), format);
        } else {
          AppendString(out, alternative->ToString(absl::StatusToStringMode::kDefault), format);
        }
      },
      value.get());
}

}  // namespace

std::string TextPairs(std::string_view event, std::span<const LogField> fields) {
  std::string out = "event=";
  AppendString(out, event, LogFormat::kText);
  for (const LogField& field : fields) {
    out += ' ';
    out += field.key;
    out += '=';
    AppendValue(out, field.value, LogFormat::kText);
  }
  return out;
}

std::string JsonPairs(std::string_view event, std::span<const LogField> fields) {
  std::string out = "\"event\":";
  AppendString(out, event, LogFormat::kJson);
  for (const LogField& field : fields) {
    out += ',';
    AppendString(out, field.key, LogFormat::kJson);
    out += ':';
    AppendValue(out, field.value, LogFormat::kJson);
  }
  return out;
}

}  // namespace hawser::base::internal
