#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <type_traits>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "hawser/base/string_view.h"
#include "hawser/error.h"
#include "hawser/object.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"
#include "tools/cli/control_character.h"
#include "tools/cli/json.h"

namespace hawser::cli {
namespace {

void AppendString(std::string_view text, std::string* out) {
  *out += '"';
  for (size_t i = 0; i < text.size(); ++i) {
    switch (char c = text[i]; c) {
      case '"':
        *out += "\\\"";
        break;
      case '\\':
        *out += "\\\\";
        break;
      case '\n':
        *out += "\\n";
        break;
      case '\t':
        *out += "\\t";
        break;
      case '\r':
        *out += "\\r";
        break;
      default:
        // Also those that JSON would allow: what is printed here may reach a terminal.
        if (std::optional<ControlCharacter> control = ControlAt(text.substr(i))) {
          *out += fmt::format("\\u{:04x}", control->code);
          i += control->size - 1;
        } else {
          *out += c;
        }
    }
  }
  *out += '"';
}

void AppendDouble(double number, std::string* out) {
  if (std::isnan(number)) {
    *out += "\"NaN\"";
  } else if (std::isinf(number)) {
    *out += number < 0 ? "\"-Infinity\"" : "\"Infinity\"";
  } else {
    // An exponent tells a number from an integer that has all these digits, which is read exactly or
    // not at all.
    constexpr double kIntegers = 9223372036854775808.0;
    std::array<char, 32> digits;
    char* last = digits.data() + digits.size();
    std::to_chars_result end =
        std::abs(number) < kIntegers
            ? std::to_chars(digits.data(), last, number)
            : std::to_chars(digits.data(), last, number, std::chars_format::scientific);
    out->append(digits.data(), end.ptr);
  }
}

// Each number as JSON. Not by way of a Value, which has no integers above those of int64.
template <typename T>
std::vector<std::string> Numbers(const TypedArray& array) {
  std::vector<std::string> numbers;
  for (T number : array.To<T>()) {
    std::string& text = numbers.emplace_back();
    if constexpr (std::is_integral_v<T>) {
      text = std::to_string(number);
    } else {
      AppendDouble(number, &text);
    }
  }
  return numbers;
}

std::vector<std::string> NumbersOf(const TypedArray& array) {
  switch (array.element()) {
    using enum TypedArray::Element;
    case kInt8:
      return Numbers<int8_t>(array);
    case kUint8:
      return Numbers<uint8_t>(array);
    case kInt16:
      return Numbers<int16_t>(array);
    case kUint16:
      return Numbers<uint16_t>(array);
    case kInt32:
      return Numbers<int32_t>(array);
    case kUint32:
      return Numbers<uint32_t>(array);
    case kInt64:
      return Numbers<int64_t>(array);
    case kUint64:
      return Numbers<uint64_t>(array);
    case kFloat32:
      return Numbers<float>(array);
    case kFloat64:
      return Numbers<double>(array);
  }
  return {};
}

Record RecordOf(const Error& error) {
  Record record{{"name", error.name()},
                {"message", error.message()},
                {"code", absl::StatusCodeToString(error.code())}};
  if (!error.cause().is_undefined()) record.Set("cause", error.cause());
  for (const auto& [name, value] : error.members()) {
    if (!record.Has(name)) record.Append(name, value);
  }
  return record;
}

Record RecordOf(const Object& object) {
  ShapeRef shape = object.shape();
  Record record{{"$object", object.oid().value()}};
  record.Append("kind", ObjectKindName(shape == nullptr ? ObjectKind::kObject : shape->kind()));
  if (shape != nullptr && !shape->name().empty()) record.Append("name", shape->name());
  return record;
}

class Writer {
 public:
  Writer(JsonLayout layout, std::string* out) : layout_(layout), out_(*out) {}

  void Append(const Value& value) {
    switch (value.kind()) {
      case Kind::kUndefined:
      case Kind::kNull:
        out_ += "null";
        break;
      case Kind::kBool:
        out_ += value.AsBool() ? "true" : "false";
        break;
      case Kind::kInt:
        out_ += std::to_string(value.AsInt());
        break;
      case Kind::kDouble:
        AppendDouble(value.AsDouble(), &out_);
        break;
      case Kind::kString:
        AppendString(value.AsString(), &out_);
        break;
      case Kind::kBytes:
        AppendString(Base64(value.AsBytes().view()), &out_);
        break;
      case Kind::kDate:
        AppendString(FormatDate(value.AsDate()), &out_);
        break;
      case Kind::kArray:
        AppendArray(value.AsArray());
        break;
      case Kind::kTypedArray:
        AppendNumbers(NumbersOf(value.AsTypedArray()));
        break;
      case Kind::kRecord:
        AppendRecord(value.AsRecord());
        break;
      case Kind::kError:
        AppendRecord(RecordOf(value.AsError()));
        break;
      case Kind::kObject:
        AppendRecord(RecordOf(*value.AsObject()));
        break;
    }
  }

 private:
  void AppendArray(const Array& array) {
    out_ += '[';
    ++depth_;
    for (size_t i = 0; i < array.size(); ++i) {
      Separate(i);
      Append(array[i]);
    }
    Close(array.empty(), ']');
  }

  void AppendNumbers(const std::vector<std::string>& numbers) {
    out_ += '[';
    ++depth_;
    for (size_t i = 0; i < numbers.size(); ++i) {
      Separate(i);
      out_ += numbers[i];
    }
    Close(numbers.empty(), ']');
  }

  void AppendRecord(const Record& record) {
    out_ += '{';
    ++depth_;
    size_t i = 0;
    for (const auto& [name, value] : record) {
      Separate(i++);
      AppendString(name, &out_);
      out_ += layout_ == JsonLayout::kIndented ? ": " : ":";
      Append(value);
    }
    Close(record.empty(), '}');
  }

  void Separate(size_t position) {
    if (position > 0) out_ += ',';
    NewLine();
  }

  void Close(bool empty, char bracket) {
    --depth_;
    if (!empty) NewLine();
    out_ += bracket;
  }

  void NewLine() {
    if (layout_ != JsonLayout::kIndented) return;
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }

  const JsonLayout layout_;
  size_t depth_ = 0;
  std::string& out_;
};

}  // namespace

std::string ToJson(const Value& value, JsonLayout layout) {
  std::string text;
  Writer(layout, &text).Append(value);
  return text;
}

std::string FormatDate(Date date) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", date.ToTime(), absl::UTCTimeZone());
}

std::string Base64(std::string_view bytes) { return absl::Base64Escape(base::ToAbsl(bytes)); }

}  // namespace hawser::cli
