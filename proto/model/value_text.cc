// Values as text for people; what scripts read is made elsewhere.

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "hawser/error.h"
#include "hawser/object.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"
#include "hawser/value.h"

namespace hawser {
namespace {

// Levels shown; what lies deeper is "...".
constexpr int kMaxDepth = 64;

void AppendNumber(auto number, std::string* out) {
  std::array<char, 32> digits;
  std::to_chars_result end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out->append(digits.data(), end.ptr);
}

void AppendDouble(double d, std::string* out) {
  if (std::isnan(d)) {
    *out += "NaN";
  } else if (std::isinf(d)) {
    *out += d < 0 ? "-Infinity" : "Infinity";
  } else {
    AppendNumber(d, out);
  }
}

void AppendQuoted(std::string_view text, std::string* out) {
  *out += '"';
  for (char c : text) {
    switch (c) {
      case '"':
        *out += "\\\"";
        break;
      case '\\':
        *out += "\\\\";
        break;
      case '\n':
        *out += "\\n";
        break;
      case '\r':
        *out += "\\r";
        break;
      case '\t':
        *out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          std::array<char, 8> escape;
          std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
          *out += escape.data();
        } else {
          *out += c;
        }
    }
  }
  *out += '"';
}

// True for a name that needs no quotes.
bool IsWord(std::string_view name) {
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kWord =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$";
  return !name.empty() && kDigits.find(name[0]) == kDigits.npos &&
         name.find_first_not_of(kWord) == name.npos;
}

// "BrowserWindow @7", "function add".
void AppendObject(const Object& object, std::string* out) {
  ShapeRef shape = object.shape();
  ObjectKind kind = shape == nullptr ? ObjectKind::kObject : shape->kind();
  bool named = shape != nullptr && !shape->name().empty();
  if (kind != ObjectKind::kObject || !named) *out += ObjectKindName(kind);
  if (kind != ObjectKind::kObject && named) *out += ' ';
  if (named) *out += shape->name();
  if (object.oid() != ObjectId()) {
    *out += " @";
    AppendNumber(object.oid().value(), out);
  }
}

void AppendValue(const Value& value, int depth, std::string* out);

void AppendArray(const Array& array, int depth, std::string* out) {
  *out += '[';
  std::string_view separator;
  for (const Value& item : array) {
    *out += separator;
    AppendValue(item, depth, out);
    separator = ", ";
  }
  *out += ']';
}

void AppendRecord(const Record& record, int depth, std::string* out) {
  *out += '{';
  std::string_view separator;
  for (const auto& [name, value] : record) {
    *out += separator;
    if (IsWord(name)) {
      *out += name;
    } else {
      AppendQuoted(name, out);
    }
    *out += ": ";
    AppendValue(value, depth, out);
    separator = ", ";
  }
  *out += '}';
}

void AppendTypedArray(const TypedArray& array, std::string* out) {
  *out += TypedArray::ElementName(array.element());
  *out += " array ";
  AppendNumber(array.size(), out);
}

void AppendDate(Date date, std::string* out) {
  *out += absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", date.ToTime(), absl::UTCTimeZone());
}

// `depth` counts the arrays and records around the value.
void AppendValue(const Value& value, int depth, std::string* out) {
  if (depth > kMaxDepth) {
    *out += "...";
    return;
  }
  // clang-format off
  switch (value.kind()) {
    case Kind::kUndefined:
    case Kind::kNull: *out += KindName(value.kind()); break;
    case Kind::kBool: *out += value.AsBool() ? "true" : "false"; break;
    case Kind::kInt: AppendNumber(value.AsInt(), out); break;
    case Kind::kDouble: AppendDouble(value.AsDouble(), out); break;
    case Kind::kString: AppendQuoted(value.AsString(), out); break;
    case Kind::kBytes: *out += "<bytes "; AppendNumber(value.AsBytes().size(), out); *out += '>'; break;
    case Kind::kDate: AppendDate(value.AsDate(), out); break;
    case Kind::kArray: AppendArray(value.AsArray(), depth + 1, out); break;
    case Kind::kRecord: AppendRecord(value.AsRecord(), depth + 1, out); break;
    case Kind::kTypedArray: *out += '<'; AppendTypedArray(value.AsTypedArray(), out); *out += '>'; break;
    case Kind::kError: *out += '<' + value.AsError().ToString() + '>'; break;
    case Kind::kObject: *out += '<'; AppendObject(*value.AsObject(), out); *out += '>'; break;
  }
  // clang-format on
}

}  // namespace

std::string Value::ToString() const {
  std::string text;
  AppendValue(*this, 0, &text);
  return text;
}

}  // namespace hawser
