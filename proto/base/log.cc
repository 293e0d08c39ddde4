// spdlog does the writing: time stamp, level, one write a line, destinations. The text of a line is
// ours (log_format.h), and reaches spdlog as a finished string, never as a format.

#include "hawser/base/log.h"

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "hawser/base/log_format.h"
#include "hawser/base/mutex.h"
#include "spdlog/logger.h"
#include "spdlog/sinks/basic_file_sink.h"
#include "spdlog/sinks/stdout_sinks.h"

namespace hawser::base {
namespace {

// The lines go to one writer at a time. It is shared because a line being written keeps the writer
// it started with alive while another thread replaces it.
struct Writer {
  std::shared_ptr<spdlog::logger> logger;
  LogFormat format = LogFormat::kText;
};

struct CurrentWriter {
  Mutex mu;
  Writer writer HAWSER_GUARDED_BY(mu);
};

Writer MakeWriter(std::shared_ptr<spdlog::sinks::sink> sink, LogFormat format) {
  auto logger = std::make_shared<spdlog::logger>("hawser", std::move(sink));
  logger->set_level(spdlog::level::trace);  // the level is checked before we come here
  logger->flush_on(
      spdlog::level::trace);  // lines are few, and the last one before a crash matters most
  logger->set_pattern(format == LogFormat::kJson
                          ? R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v})"
                          : "time=%Y-%m-%dT%H:%M:%S.%fZ level=%l %v",
                      spdlog::pattern_time_type::utc);
  return {std::move(logger), format};
}

// Never destroyed: threads may log until the process is gone.
CurrentWriter& Current() {
  static auto& current = *new CurrentWriter{
      {}, MakeWriter(std::make_shared<spdlog::sinks::stderr_sink_mt>(), LogFormat::kText)};
  return current;
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      break;
  }
  return spdlog::level::off;
}

}  // namespace

namespace internal {

std::atomic<LogLevel> log_level = LogLevel::kInfo;

void WriteLog(LogLevel level, std::string_view event, std::span<const LogField> fields) {
  Writer writer;
  {
    CurrentWriter& current = Current();
    MutexLock lock(current.mu);
    writer = current.writer;
  }
  const std::string pairs =
      writer.format == LogFormat::kJson ? JsonPairs(event, fields) : TextPairs(event, fields);
  writer.logger->log(ToSpdlog(level), spdlog::string_view_t(pairs.data(), pairs.size()));
}

}  // namespace internal

absl::Status ConfigureLog(const LogOptions& options) {
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (options.file.empty()) {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  } else {
    try {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
    } catch (const spdlog::spdlog_ex& error) {
      return absl::FailedPreconditionError(
          absl::StrCat("cannot open the log file: ", error.what()));
    }
  }
  Writer writer = MakeWriter(std::move(sink), options.format);
  {
    CurrentWriter& current = Current();
    MutexLock lock(current.mu);
    std::swap(current.writer, writer);
  }
  internal::log_level.store(options.level, std::memory_order_relaxed);
  return absl::OkStatus();
}

}  // namespace hawser::base
