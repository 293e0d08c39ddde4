#include "tools/cli/value_text.h"

#include <algorithm>

#include "fmt/format.h"
#include "hawser/error.h"
#include "hawser/record.h"
#include "hawser/typed_array.h"
#include "tools/cli/json.h"

namespace hawser::cli {
namespace {

std::string FieldName(std::string_view name) {
  constexpr std::string_view kWord =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$0123456789";
  bool word = !name.empty() && name.find_first_not_of(kWord) == name.npos;
  return word ? std::string(name) : ToJson(Value(name));
}

// Appends values; if `width` is not 0, arrays and records that do not fit are laid out one element
// a line.
class Writer {
 public:
  Writer(size_t width, std::string* out) : width_(width), out_(*out) {}

  void Append(const Value& value, size_t indent) {
    switch (value.kind()) {
      case Kind::kString:
        out_ += ToJson(value);
        break;
      case Kind::kObject:
        out_ += ObjectText(value);
        break;
      case Kind::kDate:
        out_ += FormatDate(value.AsDate());
        break;
      case Kind::kArray:
        AppendArray(value, indent);
        break;
      case Kind::kRecord:
        AppendRecord(value, indent);
        break;
      case Kind::kTypedArray:
        out_ += fmt::format("{}{}", TypedArray::ElementName(value.AsTypedArray().element()),
                            ToJson(value));
        break;
      case Kind::kError:
        out_ += Printable(value.AsError().ToString());
        break;
      default:
        out_ += value.ToString();
    }
  }

 private:
  // True if it was appended in one line.
  bool AppendShort(const Value& value, size_t indent) {
    if (width_ == 0) return false;
    std::string line;
    Writer(0, &line).Append(value, 0);
    if (indent + WidthOf(line) > width_) return false;
    out_ += line;
    return true;
  }

  void Separate(bool first, size_t indent) {
    if (!first) out_ += width_ == 0 ? ", " : ",";
    NewLine(indent);
  }

  void NewLine(size_t indent) {
    if (width_ == 0) return;
    out_ += '\n';
    out_.append(indent, ' ');
  }

  void AppendArray(const Value& value, size_t indent) {
    if (AppendShort(value, indent)) return;
    out_ += '[';
    bool first = true;
    for (const Value& item : value.AsArray()) {
      Separate(first, indent + 2);
      Append(item, indent + 2);
      first = false;
    }
    if (!first) NewLine(indent);
    out_ += ']';
  }

  void AppendRecord(const Value& value, size_t indent) {
    if (AppendShort(value, indent)) return;
    out_ += '{';
    bool first = true;
    for (const auto& [name, field] : value.AsRecord()) {
      Separate(first, indent + 2);
      out_ += FieldName(name) + ": ";
      Append(field, indent + 2);
      first = false;
    }
    if (!first) NewLine(indent);
    out_ += '}';
  }

  const size_t width_;
  std::string& out_;
};

}  // namespace

std::string ResultText(const Value& value, const Look& look) {
  if (value.is(Kind::kString)) {
    return look.terminal ? PrintableLines(value.AsString()) : std::string(value.AsString());
  }
  std::string text;
  Writer(look.terminal ? look.width : 0, &text).Append(value, 0);
  return text;
}

std::string ValueText(const Value& value) {
  std::string text;
  Writer(0, &text).Append(value, 0);
  return text;
}

std::string ObjectText(const Value& object) {
  std::string text = object.ToString();  // in angle brackets
  return Printable(text.substr(1, text.size() - 2));
}

std::string MemberText(const Member& member) {
  std::string signature = member.signature.ToString();
  switch (member.kind) {
    case MemberKind::kMethod:
      return Printable(member.name + signature);
    case MemberKind::kProperty:
      return Printable(fmt::format("{}: {}{}", member.name, TypeName(member.signature.result),
                                   member.readonly ? ", read-only" : ""));
    case MemberKind::kEvent:
      return Printable(
          fmt::format("event {}{}", member.name, signature.substr(0, signature.find(" -> "))));
  }
  return member.name;
}

}  // namespace hawser::cli
