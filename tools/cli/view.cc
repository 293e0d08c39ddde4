#include "tools/cli/view.h"

#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "fmt/format.h"
#include "tools/cli/failure.h"
#include "tools/cli/suggest.h"
#include "tools/cli/value_text.h"

namespace hawser::cli {
namespace {

constexpr std::string_view kNothing = "-";

constexpr std::pair<std::string_view, Tone> kStates[] = {
    {"attached", Tone::kGood}, {"serving", Tone::kGood},     {"loaded", Tone::kGood},
    {"alive", Tone::kGood},    {"detached", Tone::kWarning}, {"draining", Tone::kWarning},
    {"ended", Tone::kBad},     {"gone", Tone::kBad},         {"failed", Tone::kBad},
    {"expired", Tone::kBad},
};

// The field, also of a record inside: "limits.calls".
const Value* FindField(const Record& record, std::string_view field) {
  if (const Value* value = record.Find(field)) return value;
  size_t dot = field.find('.');
  if (dot == field.npos) return nullptr;
  const Value* inner = record.Find(field.substr(0, dot));
  return inner == nullptr ? nullptr : FindField(inner->AsRecord(), field.substr(dot + 1));
}

std::string PlainText(const Value& value, Format format) {
  if (value.is(Kind::kString)) return std::string(value.AsString());
  if (!value.is(Kind::kArray)) return ValueText(value);
  std::string text;
  for (const Value& item : value.AsArray()) {
    if (!text.empty()) text += ' ';
    text += format == Format::kText && item.is(Kind::kString) ? std::string(item.AsString())
                                                              : ValueText(item);
  }
  return text;
}

bool IsNumber(const Value& value) { return value.is(Kind::kInt) || value.is(Kind::kDouble); }

// What is counted in millions is remembered to the second, and so there is nothing to say below.
std::string AgeText(Date since, absl::Time now) {
  absl::Duration age = now - since.ToTime();
  return age < absl::Seconds(1) ? "<1s" : DurationText(age);
}

std::string FormatValue(const Value& value, Format format, absl::Time now) {
  switch (format) {
    case Format::kBytes:
      return ByteText(value.AsInt());
    case Format::kDuration:
      return DurationText(absl::Milliseconds(value.AsDouble()));
    case Format::kAge:
      return AgeText(value.AsDate(), now);
    case Format::kTime:
      return absl::FormatTime("%H:%M:%E3S", value.AsDate().ToTime(), absl::LocalTimeZone());
    case Format::kSession:
      return std::string(value.AsString().substr(0, 8));
    case Format::kObject:
      return value.AsInt() == 0 ? std::string(kNothing) : fmt::format("@{}", value.AsInt());
    case Format::kYesNo:
      return value.AsBool() ? "yes" : "no";
    case Format::kText:
    case Format::kProse:
    case Format::kNumber:
    case Format::kState:
    case Format::kValue:
      return PlainText(value, format);
  }
  return {};
}

}  // namespace

std::string CellText(const Record& record, const Column& column, absl::Time now) {
  const Value* value = FindField(record, column.field);
  if (value == nullptr || value->is_undefined() || value->is(Kind::kNull))
    return std::string(kNothing);
  std::string text = Printable(FormatValue(*value, column.format, now));
  return text.empty() ? std::string(kNothing) : text;
}

bool HasCell(const Record& record, const Column& column) {
  // Of no format is the time of importance here.
  return CellText(record, column, absl::UnixEpoch()) != kNothing;
}

Tone CellTone(const Record& record, const Column& column) {
  if (column.format == Format::kObject) return Tone::kObject;
  if (column.format != Format::kState) return Tone::kPlain;
  const Value* value = FindField(record, column.field);
  std::string_view text = value == nullptr ? std::string_view() : value->AsString();
  for (const auto& [state, tone] : kStates) {
    if (text == state) return tone;
  }
  return Tone::kPlain;
}

absl::StatusOr<const Column*> FindColumn(const View& view, std::string_view name) {
  // "HELD BY", "held_by" and "held-by" are the same.
  auto canonical = [](std::string_view text) {
    std::string canonical;
    for (char c : text) canonical += c == ' ' || c == '_' ? '-' : absl::ascii_tolower(c);
    return canonical;
  };
  const std::string wanted = canonical(name);
  std::vector<std::string> names;
  for (const Column& column : view.columns) {
    names.push_back(canonical(column.heading));
    if (names.back() == wanted || column.field == name) return &column;
  }
  return WithHint(Fail(Exit::kUsage, fmt::format("there is no column '{}' here", name),
                       DidYouMean(wanted, names)),
                  fmt::format("the columns: {}", fmt::join(names, ", ")));
}

bool ComesBefore(const Record& a, const Record& b, const Column& column) {
  const Value& left = *FindField(a, column.field);
  const Value& right = *FindField(b, column.field);
  auto kind = [](const Value& value) {
    if (IsNumber(value)) return std::isnan(value.AsDouble()) ? 1 : 0;
    return value.is(Kind::kDate) ? 2 : 3;
  };
  if (kind(left) != kind(right)) return kind(left) < kind(right);
  switch (kind(left)) {
    case 0:
      return left.AsDouble() < right.AsDouble();
    case 1:
      return false;
    case 2: {
      bool youngest_first = column.format == Format::kAge;
      return youngest_first ? right.AsDate() < left.AsDate() : left.AsDate() < right.AsDate();
    }
    default:
      return PlainText(left, column.format) < PlainText(right, column.format);
  }
}

bool IsRightAligned(Format format) {
  return format == Format::kNumber || format == Format::kBytes || format == Format::kDuration ||
         format == Format::kAge;
}

std::string DurationText(absl::Duration duration) {
  if (duration == absl::InfiniteDuration()) return "forever";
  int64_t us = std::max<int64_t>(absl::ToInt64Microseconds(duration), 0);
  int64_t ms = us / 1000;
  if (us == 0) return "0s";
  if (ms == 0) return fmt::format("{}us", us);
  if (ms < 1000) return fmt::format("{}ms", ms);
  int64_t s = ms / 1000;
  int64_t min = s / 60;
  int64_t h = min / 60;
  if (s < 60) return fmt::format("{}s", s);
  if (min < 60) return fmt::format("{}m{}s", min, s % 60);
  if (h < 24) return fmt::format("{}h{}m", h, min % 60);
  return fmt::format("{}d{}h", h / 24, h % 24);
}

std::string ByteText(int64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto number = static_cast<double>(bytes);
  size_t unit = 0;
  while (number >= 1024 && unit + 1 < kUnits.size()) {
    number /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", number, kUnits[unit]);
}

}  // namespace hawser::cli
