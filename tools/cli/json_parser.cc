// One pass over the text, without building anything but the value. Nesting is bounded, so that no
// input can exhaust the stack.

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/record.h"
#include "tools/cli/json.h"
#include "tools/cli/literal.h"

namespace hawser::cli {
namespace {

constexpr int kMaxDepth = 100;

void AppendUtf8(uint32_t code, std::string* out) {
  if (code < 0x80) {
    *out += static_cast<char>(code);
  } else if (code < 0x800) {
    *out += static_cast<char>(0xc0 | (code >> 6));
    *out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    *out += static_cast<char>(0xe0 | (code >> 12));
    *out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    *out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    *out += static_cast<char>(0xf0 | (code >> 18));
    *out += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
    *out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    *out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  absl::StatusOr<Value> Parse() {
    HAWSER_ASSIGN_OR_RETURN(Value value, ParseValue(0));
    SkipSpace();
    if (at_ < text_.size()) return Wrong("there is more text behind the value");
    if (!too_large_.ok()) return too_large_;
    return value;
  }

 private:
  absl::Status Wrong(std::string_view what) const {
    return absl::InvalidArgumentError(fmt::format("{} {}", what, Place(at_)));
  }

  std::string Place(size_t at) const {
    size_t line = 1;
    size_t column = 1;
    for (char c : text_.substr(0, at)) {
      column = c == '\n' ? 1 : column + 1;
      if (c == '\n') ++line;
    }
    return fmt::format("at line {}, column {}", line, column);
  }

  void SkipSpace() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  bool Skip(char c) {
    SkipSpace();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool SkipWord(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  absl::StatusOr<Value> ParseValue(int depth) {
    if (depth > kMaxDepth)
      return Wrong(fmt::format("more than {} arrays and objects in each other", kMaxDepth));
    SkipSpace();
    if (at_ == text_.size()) return Wrong("a value is missing");
    if (text_[at_] == '{') return ParseRecord(depth);
    if (text_[at_] == '[') return ParseArray(depth);
    if (text_[at_] == '"') {
      HAWSER_ASSIGN_OR_RETURN(std::string text, ParseString());
      return Value(text);
    }
    if (SkipWord("true")) return Value(true);
    if (SkipWord("false")) return Value(false);
    if (SkipWord("null")) return Value(nullptr);
    return ParseNumber();
  }

  absl::StatusOr<Value> ParseRecord(int depth) {
    Record record;
    Skip('{');
    if (Skip('}')) return Value(std::move(record));
    do {
      SkipSpace();
      if (at_ == text_.size() || text_[at_] != '"') return Wrong("a name in quotes is missing");
      HAWSER_ASSIGN_OR_RETURN(std::string name, ParseString());
      if (!Skip(':')) return Wrong("a ':' is missing");
      bool outside = std::exchange(unsigned_, name == "$uint64");
      HAWSER_ASSIGN_OR_RETURN(Value value, ParseValue(depth + 1));
      unsigned_ = outside;
      record.Set(name, std::move(value));
    } while (Skip(','));
    if (!Skip('}')) return Wrong("',' or '}' is missing");
    return Value(std::move(record));
  }

  absl::StatusOr<Value> ParseArray(int depth) {
    Array array;
    Skip('[');
    if (Skip(']')) return Value(std::move(array));
    do {
      HAWSER_ASSIGN_OR_RETURN(Value value, ParseValue(depth + 1));
      array.push_back(std::move(value));
    } while (Skip(','));
    if (!Skip(']')) return Wrong("',' or ']' is missing");
    return Value(std::move(array));
  }

  // As JSON has them: no sign +, no leading zeros, digits on both sides of a dot.
  absl::StatusOr<Value> ParseNumber() {
    size_t begin = at_;
    auto digits = [&] {
      size_t from = at_;
      at_ = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
      return at_ > from;
    };
    SkipWord("-");
    size_t first = at_;
    bool whole = true;
    if (!digits() || (text_[first] == '0' && at_ > first + 1)) {
      at_ = begin;
      return Wrong("this is no JSON value");
    }
    if (SkipWord(".")) {
      whole = false;
      if (!digits()) return Wrong("a digit is missing");
    }
    if (SkipWord("e") || SkipWord("E")) {
      whole = false;
      if (!SkipWord("-")) SkipWord("+");
      if (!digits()) return Wrong("a digit is missing");
    }
    const char* from = text_.data() + begin;
    const char* to = text_.data() + at_;
    int64_t integer = 0;
    if (whole && std::from_chars(from, to, integer).ec == std::errc()) return Value(integer);
    uint64_t large = 0;
    if (whole && unsigned_ && std::from_chars(from, to, large).ec == std::errc())
      return Value(std::string_view(from, to));
    if (whole) {
      // Only said if the rest is JSON: what is none may be meant as text.
      if (too_large_.ok())
        too_large_ = absl::OutOfRangeError(
            fmt::format("{} {}", TooLarge(text_.substr(begin, at_ - begin)), Place(begin)));
      return Value();
    }
    double number = 0;
    if (std::from_chars(from, to, number).ec == std::errc()) return Value(number);
    // One that is too small is 0, as everywhere.
    std::string text(text_.substr(begin, at_ - begin));
    number = std::strtod(text.c_str(), nullptr);
    if (std::isfinite(number)) return Value(number);
    if (too_large_.ok())
      too_large_ = absl::OutOfRangeError(
          fmt::format("{} is beyond the range of numbers {}", text, Place(begin)));
    return Value();
  }

  absl::StatusOr<std::string> ParseString() {
    std::string text;
    for (++at_; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == '"') {
        ++at_;
        return text;
      }
      if (static_cast<unsigned char>(c) < 0x20)
        return Wrong("a control character in a string must be escaped");
      if (c == '\\') {
        HAWSER_RETURN_IF_ERROR(ParseEscape(&text));
      } else {
        text += c;
      }
    }
    return Wrong("a closing quote is missing");
  }

  // At a backslash; ends at the last character of the escape.
  absl::Status ParseEscape(std::string* out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    ++at_;
    if (at_ == text_.size()) return Wrong("a closing quote is missing");
    if (text_[at_] != 'u') {
      size_t letter = kLetters.find(text_[at_]);
      if (letter == kLetters.npos) return Wrong("there is no such escape");
      *out += kMeanings[letter];
      return absl::OkStatus();
    }
    HAWSER_ASSIGN_OR_RETURN(uint32_t code, ParseHex());
    if (code >= 0xd800 && code < 0xdc00) {
      ++at_;
      if (!SkipWord("\\")) return Wrong("half of a surrogate pair is missing");
      HAWSER_ASSIGN_OR_RETURN(uint32_t low, ParseHex());
      if (low < 0xdc00 || low > 0xdfff) return Wrong("half of a surrogate pair is missing");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code <= 0xdfff) {
      return Wrong("half of a surrogate pair is missing");
    }
    AppendUtf8(code, out);
    return absl::OkStatus();
  }

  // At the u of "u12ab"; ends at its last digit.
  absl::StatusOr<uint32_t> ParseHex() {
    uint32_t code = 0;
    std::string_view digits = text_.substr(std::min(at_ + 1, text_.size()), 4);
    auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (at_ >= text_.size() || text_[at_] != 'u' || digits.size() != 4 ||
        parsed.ptr != digits.data() + digits.size()) {
      return Wrong("an escape \\u takes four hexadecimal digits");
    }
    at_ += 4;
    return code;
  }

  const std::string_view text_;
  size_t at_ = 0;
  bool unsigned_ = false;   // in the value of a field "$uint64"
  absl::Status too_large_;  // the first integer that 64 bits do not hold
};

}  // namespace

absl::StatusOr<Value> ParseJson(std::string_view text) { return Parser(text).Parse(); }

}  // namespace hawser::cli
