#ifndef PROTO_BASE_LOG_H_
#define PROTO_BASE_LOG_H_

// One line for each event, made of key=value pairs, for people and for grep alike:
//
//   base::Log(base::LogLevel::kInfo, "plugin loaded", {{"plugin", name}, {"took", elapsed}});
//
//   time=2026-01-31T12:00:00.123456Z level=info event="plugin loaded" plugin=window took=12ms
//
// or, in the JSON format, the same pairs as one object a line. Values are quoted when they need it,
// and nothing in them, whoever wrote it, can start a line of its own or reach the terminal as a
// control byte.
//
// Logging is for the administrator, and a healthy process has nothing to say: info at start, stop
// and load; warning for a peer or plugin that misbehaves; error when something we promised does not
// happen. All functions are thread-safe.

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "hawser/base/string_view.h"

namespace hawser::base {

enum class LogLevel : int { kDebug, kInfo, kWarning, kError, kOff };
enum class LogFormat : int { kText, kJson };

struct LogOptions {
  LogLevel level = LogLevel::kInfo;  // the least important level that is written
  LogFormat format = LogFormat::kText;
  std::string file;  // appended to, and made if need be; empty means stderr
};

template <typename T>
concept LogText = std::convertible_to<const T&, std::string_view> ||
    std::convertible_to<const T&, absl::string_view>;

// What a field may hold. Implicit, so that fields can be written in braces; borrows strings and
// statuses until Log returns.
class LogValue {
 public:
  // NOLINTBEGIN(google-explicit-constructor)
  template <LogText T>
  LogValue(const T& text) : value_(View(text)) {}
  template <std::signed_integral T>
  LogValue(T number) : value_(int64_t{number}) {}
  template <std::unsigned_integral T>
  LogValue(T number) : value_(uint64_t{number}) {}
  LogValue(bool flag) : value_(flag) {}
  LogValue(double number) : value_(number) {}
  LogValue(absl::Duration duration) : value_(duration) {}
  LogValue(const absl::Status& status) : value_(&status) {}
  // NOLINTEND(google-explicit-constructor)

  using Variant = std::variant<std::string_view, int64_t, uint64_t, bool, double, absl::Duration,
                               const absl::Status*>;
  const Variant& get() const { return value_; }

 private:
  template <typename T>
  static std::string_view View(const T& text) {
    if constexpr (std::convertible_to<const T&, std::string_view>) {
      return text;
    } else {
      return ToStd(text);
    }
  }

  Variant value_;
};

struct LogField {
  std::string_view key;  // lower_case, a word of ours: never a peer's
  LogValue value;
};

// Sets level, format and destination from now on; also how a file is opened again after it was
// moved away. The error says why the file cannot be opened; the old settings then stay. Without it,
// info and above go to stderr as text.
absl::Status ConfigureLog(const LogOptions& options);

namespace internal {
extern std::atomic<LogLevel> log_level;
void WriteLog(LogLevel level, std::string_view event, std::span<const LogField> fields);
}  // namespace internal

// Whether such a line would be written: for callers whose fields are costly to get.
inline bool LogEnabled(LogLevel level) {
  return level >= internal::log_level.load(std::memory_order_relaxed);
}

// Writes one line, if its level is enabled; if not, it costs one comparison: numbers, durations and
// statuses become text only here.
inline void Log(LogLevel level, std::string_view event,
                std::initializer_list<LogField> fields = {}) {
  if (LogEnabled(level)) internal::WriteLog(level, event, {fields.begin(), fields.size()});
}

}  // namespace hawser::base

#endif  // PROTO_BASE_LOG_H_
