#include "plugins/sqlite/database.h"

#include <utility>

#include "plugins/sqlite/sqlite_error.h"
#include "plugins/sqlite/statement.h"
#include "plugins/sqlite/transaction.h"

namespace hawser::sqlite {
namespace {

// Virtual machine steps of SQLite between two looks at whether anybody still waits.
constexpr int kStepsPerLook = 2000;
// First pause before a locked file is tried again; doubles up to the last.
constexpr absl::Duration kFirstRetry = absl::Milliseconds(2);
constexpr absl::Duration kLastRetry = absl::Milliseconds(100);

Error Closed(const std::string& path) {
  return Error(absl::StatusCode::kFailedPrecondition, "database " + path + " is closed",
               "SqliteError");
}

bool IsBusy(const Outcome& outcome) {
  return !outcome.ok() && outcome.error().code() == absl::StatusCode::kUnavailable;
}

}  // namespace

absl::StatusOr<OpenOptions> OpenOptions::From(const Record& record) {
  OpenOptions options;
  for (const auto& [name, value] : record) {
    if (name == "readonly" && value.is(Kind::kBool)) {
      options.readonly = value.AsBool();
    } else if (name == "create" && value.is(Kind::kBool)) {
      options.create = value.AsBool();
    } else if (name == "busyTimeoutMs" && value.As<int64_t>().ok() && *value.As<int64_t>() >= 0) {
      options.busy_timeout = absl::Milliseconds(*value.As<int64_t>());
    } else {
      return absl::InvalidArgumentError(
          "option " + name +
          ": known are readonly (boolean), create (boolean), busyTimeoutMs (integer >= 0)");
    }
  }
  return options;
}

absl::StatusOr<sqlite3*> Database::Connect(const std::string& path, const OpenOptions& options) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= options.readonly ? SQLITE_OPEN_READONLY
                            : SQLITE_OPEN_READWRITE | (options.create ? SQLITE_OPEN_CREATE : 0);
  sqlite3* connection = nullptr;
  int code = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
  if (code == SQLITE_OK) return connection;
  Error error = connection != nullptr ? LastError(connection) : ErrorOf(code, sqlite3_errstr(code));
  sqlite3_close_v2(connection);
  return error.ToStatus();
}

Database::Database(sqlite3* connection, std::string path, OpenOptions options,
                   std::function<void()> on_close)
    : connection_(connection),
      path_(std::move(path)),
      options_(options),
      on_close_(std::move(on_close)) {
  // Trying again is done by timers, never by sleeping in here.
  sqlite3_busy_timeout(connection_, 0);
  sqlite3_update_hook(
      connection_,
      [](void* self, int operation, const char* database, const char* table, sqlite3_int64 rowid) {
        auto* that = static_cast<Database*>(self);
        if (!that->has_listeners()) return;
        that->updates_.push_back(Record{
            {"operation", operation == SQLITE_INSERT   ? "insert"
                          : operation == SQLITE_UPDATE ? "update"
                                                       : "delete"},
            {"database", database},
            {"table", table},
            {"rowid", static_cast<int64_t>(rowid)},
        });
      },
      this);
  sqlite3_rollback_hook(
      connection_, [](void* self) { static_cast<Database*>(self)->updates_.clear(); }, this);
  sqlite3_progress_handler(
      connection_, kStepsPerLook,
      [](void* self) {
        const std::stop_token* stop = static_cast<Database*>(self)->stop_;
        return stop != nullptr && stop->stop_requested() ? 1 : 0;
      },
      this);
}

Database::~Database() { Close(); }

void Database::Close() {
  if (connection_ == nullptr) return;
  sqlite3_update_hook(connection_, nullptr, nullptr);
  sqlite3_rollback_hook(connection_, nullptr, nullptr);
  sqlite3_progress_handler(connection_, 0, nullptr, nullptr);
  // An open transaction is rolled back by it; statements still referred to keep the memory, not the
  // file's locks.
  if (sqlite3_get_autocommit(connection_) == 0)
    sqlite3_exec(connection_, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close_v2(std::exchange(connection_, nullptr));
  turn_ = nullptr;
  for (Waiting& operation : std::exchange(waiting_, {})) operation.reply.Fail(Closed(path_));
  if (auto on_close = std::exchange(on_close_, nullptr)) on_close();
}

void Database::Exec(LateReply reply, std::string sql) {
  Submit(nullptr, std::move(reply), [this, sql = std::move(sql)] { return ExecNow(sql); });
}

void Database::Prepare(LateReply reply, std::string sql) {
  Submit(nullptr, std::move(reply),
         [this, sql = std::move(sql)] { return PrepareNow(sql, nullptr); });
}

void Database::Begin(LateReply reply, std::optional<std::string> mode) {
  if (mode && *mode != "deferred" && *mode != "immediate" && *mode != "exclusive") {
    reply.Fail(absl::InvalidArgumentError("mode \"" + *mode +
                                          "\": known are deferred, immediate, exclusive"));
    return;
  }
  SessionRef session = reply.session();
  std::string sql = "BEGIN " + mode.value_or("immediate");
  Submit(nullptr, std::move(reply), [this, sql, session]() -> Outcome {
    Outcome begun = ExecNow(sql);
    if (!begun.ok()) return begun;
    auto transaction = Make<Transaction>(Ref<Database>(this));
    turn_ = transaction.get();
    transaction->RollBackWith(session);
    return Value(transaction);
  });
}

void Database::Submit(Turn turn, LateReply reply, Work work) {
  Waiting operation{turn, std::move(reply), std::move(work), absl::ZeroDuration()};
  // Whoever comes while others wait does not overtake them, unless the connection is its own.
  if (turn_ != nullptr ? turn_ == turn : waiting_.empty()) {
    Run(std::move(operation));
  } else {
    waiting_.push_back(std::move(operation));
  }
}

void Database::Run(Waiting operation) {
  if (connection_ == nullptr) {
    operation.reply.Fail(Closed(path_));
    return;
  }
  if (operation.turn != nullptr && operation.turn != turn_) {
    operation.reply.Fail(absl::FailedPreconditionError("the transaction has ended"));
    return;
  }
  std::stop_token stop = operation.reply.stop_token();
  // Nobody waits for it any more: what would be the use.
  if (stop.stop_requested()) return;
  stop_ = &stop;
  Outcome outcome = operation.work();
  stop_ = nullptr;
  if (IsBusy(outcome) && operation.tried < options_.busy_timeout) {
    absl::Duration pause = std::clamp(operation.tried, kFirstRetry, kLastRetry);
    operation.tried += pause;
    auto again = std::make_shared<Waiting>(std::move(operation));
    module().Timer(pause, [self = Ref<Database>(this), again]() mutable {
      if (self->turn_ == nullptr || self->turn_ == again->turn) {
        self->Run(std::move(*again));
      } else {
        self->waiting_.push_front(std::move(*again));
      }
      self->RunWaiting();
    });
    return;
  }
  if (connection_ != nullptr && sqlite3_get_autocommit(connection_) != 0) TellUpdates();
  operation.reply.Answer(std::move(outcome));
}

void Database::EndTurn(Turn turn) {
  if (turn_ != turn || turn == nullptr) return;
  if (connection_ != nullptr && sqlite3_get_autocommit(connection_) == 0) {
    // Nothing may stay open behind it; statements of it that are half-way are reset by the
    // rollback.
    sqlite3_exec(connection_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  updates_.clear();
  turn_ = nullptr;
  RunWaiting();
}

void Database::RunWaiting() {
  // An operation may end a turn and so get here again.
  if (std::exchange(running_waiting_, true)) return;
  while (turn_ == nullptr && !waiting_.empty()) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    Run(std::move(next));
  }
  running_waiting_ = false;
}

void Database::TellUpdates() {
  for (Record& update : std::exchange(updates_, {})) Emit("update", Value(std::move(update)));
}

Outcome Database::ExecNow(const std::string& sql) {
  int64_t before = sqlite3_total_changes64(connection_);
  if (sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return Outcome::Failed(LastError(connection_));
  }
  return Value(
      Record{{"changes", static_cast<int64_t>(sqlite3_total_changes64(connection_)) - before},
             {"lastInsertRowid", static_cast<int64_t>(sqlite3_last_insert_rowid(connection_))}});
}

Outcome Database::PrepareNow(const std::string& sql, Ref<Transaction> transaction) {
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  if (sqlite3_prepare_v2(connection_, sql.data(), static_cast<int>(sql.size()), &statement,
                         &rest) != SQLITE_OK) {
    return Outcome::Failed(LastError(connection_));
  }
  if (statement == nullptr) return Outcome::Failed(absl::InvalidArgumentError("the SQL is empty"));
  if (std::string_view(rest).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    sqlite3_finalize(statement);
    return Outcome::Failed(
        absl::InvalidArgumentError("prepare takes one statement; use exec for several"));
  }
  return Value(Make<Statement>(Ref<Database>(this), std::move(transaction), statement));
}

}  // namespace hawser::sqlite
