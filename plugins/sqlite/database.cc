#include "plugins/sqlite/database.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
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

bool IsLocked(const Outcome& outcome) {
  return !outcome.ok() && outcome.error().code() == absl::StatusCode::kUnavailable;
}

// Whether there is anything to run in `sql`, which begins between two statements. Found out without
// SQLite, which carries out some pragmas while it prepares them.
bool HasStatement(std::string_view sql) {
  while (true) {
    sql.remove_prefix(std::min(sql.find_first_not_of(" \t\r\n\f;"), sql.size()));
    std::string_view end;
    if (sql.starts_with("--")) {
      end = "\n";
    } else if (sql.starts_with("/*")) {
      end = "*/";
    } else {
      return !sql.empty();
    }
    // One that is not closed goes to the end. The `*` of its beginning is none of its end.
    size_t found = sql.find(end, 2);
    if (found == std::string_view::npos) return false;
    sql.remove_prefix(found + end.size());
  }
}

absl::Status NulInSql() { return absl::InvalidArgumentError("the SQL contains a NUL byte"); }

void RollBack(sqlite3* connection) {
  sqlite3_exec(connection, "ROLLBACK", nullptr, nullptr, nullptr);
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
      connection_,
      [](void* self) {
        auto* that = static_cast<Database*>(self);
        that->updates_.clear();
        that->rolled_back_ = true;
      },
      this);
  sqlite3_progress_handler(
      connection_, kStepsPerLook,
      [](void* self) {
        const std::stop_token* stop = static_cast<Database*>(self)->stop_;
        return stop != nullptr && stop->stop_requested() ? 1 : 0;
      },
      this);
}

Database::~Database() {
  // Whoever waits has the database among its call's targets, or the session is gone: nobody waits.
  if (retry_ != 0) module().CancelTimer(retry_);
  if (sqlite3_get_autocommit(connection_) == 0) RollBack(connection_);
  sqlite3_close_v2(connection_);
  if (on_close_ != nullptr) on_close_();
}

void Database::Exec(LateReply reply, std::string sql) {
  Submit(nullptr, std::move(reply),
         [this, script = Script{std::move(sql)}]() mutable { return ExecNow(script); });
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
    rolled_back_ = false;
    transaction->RollBackWith(session);
    return Value(transaction);
  });
}

void Database::Submit(Transaction* transaction, LateReply reply, Work work) {
  Operation operation{transaction, std::move(reply), std::move(work), absl::ZeroDuration()};
  // Whoever comes while others wait does not overtake them, unless the connection is its own.
  bool free = turn_ != nullptr ? turn_ == transaction : waiting_.empty();
  if (free && !locked_.has_value()) {
    Run(std::move(operation));
    RunWaiting();
  } else {
    waiting_.push_back(std::move(operation));
  }
}

void Database::Run(Operation operation) {
  if (operation.transaction != nullptr && operation.transaction != turn_) {
    operation.reply.Fail(absl::FailedPreconditionError("the transaction has ended"));
    return;
  }
  std::stop_token stop = operation.reply.stop_token();
  // Nobody waits for it any more: what would be the use. What it has begun is not left open.
  if (stop.stop_requested()) {
    Outcome nobody_waits;
    Settle(nobody_waits);
    return;
  }
  kept_updates_ = updates_.size();
  stop_ = &stop;
  NeverSleep();
  Outcome outcome = operation.work();
  stop_ = nullptr;
  // What its last statement had changed before it failed is undone.
  if (!outcome.ok()) updates_.resize(std::min(kept_updates_, updates_.size()));
  if (IsLocked(outcome) && operation.tried < options_.busy_timeout) {
    TryLater(std::move(operation));
    return;
  }
  Settle(outcome);
  operation.reply.Answer(std::move(outcome));
}

void Database::NeverSleep() { sqlite3_busy_timeout(connection_, 0); }

void Database::Settle(Outcome& outcome) {
  bool open = sqlite3_get_autocommit(connection_) == 0;
  if (turn_ != nullptr && !open) {
    // Committed, or rolled back: by its own methods, by SQL of its own, or by SQLite.
    std::string why = rolled_back_ ? "rolled back" : "committed";
    if (rolled_back_ && !outcome.ok()) why += ": " + std::string(outcome.error().message());
    std::exchange(turn_, nullptr)->Ended(std::move(why));
  } else if (turn_ == nullptr && open) {
    // Other clients' operations would become part of it.
    RollBack(connection_);
    if (outcome.ok()) {
      outcome = Outcome::Failed(absl::InvalidArgumentError(
          "a shared database takes no BEGIN or SAVEPOINT in its SQL; use begin()"));
    }
  }
  if (turn_ == nullptr) TellUpdates();
}

void Database::TryLater(Operation operation) {
  absl::Duration pause = std::clamp(operation.tried, kFirstRetry, kLastRetry);
  operation.tried += pause;
  locked_ = std::move(operation);
  // The call that waits holds the database. If it has given up, the destructor stops the timer.
  retry_ = module().Timer(pause, [this] {
    retry_ = 0;
    std::optional<Operation> again = std::exchange(locked_, std::nullopt);
    if (!TryAddRef()) return;
    Ref<Database> self = Ref<Database>::Adopt(this);
    Run(*std::move(again));
    RunWaiting();
  });
}

void Database::EndTurn(Transaction* transaction) {
  if (turn_ != transaction || transaction == nullptr) return;
  // Statements of it that are half-way are reset by this; the hook forgets the updates.
  RollBack(connection_);
  updates_.clear();
  turn_ = nullptr;
  if (locked_.has_value() && locked_->transaction == transaction) {
    module().CancelTimer(std::exchange(retry_, 0));
    waiting_.push_front(*std::exchange(locked_, std::nullopt));  // to be told that it has ended
  }
  RunWaiting();
}

void Database::RunWaiting() {
  // An operation may end a turn and so get here again.
  if (std::exchange(running_waiting_, true)) return;
  while (!locked_.has_value()) {
    auto next = std::find_if(waiting_.begin(), waiting_.end(), [this](const Operation& operation) {
      return turn_ == nullptr || operation.transaction == turn_;
    });
    if (next == waiting_.end()) break;
    Operation operation = std::move(*next);
    waiting_.erase(next);
    Run(std::move(operation));
  }
  running_waiting_ = false;
}

void Database::TellUpdates() {
  for (Record& update : std::exchange(updates_, {})) Emit("update", Value(std::move(update)));
}

Outcome Database::ExecNow(Script& script) {
  if (script.sql.find('\0') != std::string::npos) return Outcome::Failed(NulInSql());
  // Nobody else's operation runs between two tries.
  if (!script.changes_before) script.changes_before = sqlite3_total_changes64(connection_);
  const char* begin = script.sql.c_str();
  while (script.done < script.sql.size()) {
    if (turn_ != nullptr && sqlite3_get_autocommit(connection_) != 0 &&
        HasStatement(std::string_view(script.sql).substr(script.done))) {
      return Outcome::Failed(absl::FailedPreconditionError(absl::StrCat(
          "the script ended the transaction (", rolled_back_ ? "rolled back" : "committed",
          ") before its last statement; the rest was not run")));
    }
    sqlite3_stmt* prepared = nullptr;
    const char* rest = nullptr;
    int code = sqlite3_prepare_v2(connection_, begin + script.done, -1, &prepared, &rest);
    NeverSleep();
    std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared,
                                                                         sqlite3_finalize);
    if (code == SQLITE_OK && statement != nullptr) {
      do {
        code = sqlite3_step(statement.get());
      } while (code == SQLITE_ROW);
    }
    if (code != SQLITE_OK && code != SQLITE_DONE) return Outcome::Failed(LastError(connection_));
    script.done = static_cast<size_t>(rest - begin);
    kept_updates_ = updates_.size();
  }
  int64_t changes = sqlite3_total_changes64(connection_) - *script.changes_before;
  return Value(
      Record{{"changes", changes},
             {"lastInsertRowid", static_cast<int64_t>(sqlite3_last_insert_rowid(connection_))}});
}

Outcome Database::PrepareNow(const std::string& sql, Ref<Transaction> transaction) {
  if (sql.find('\0') != std::string::npos) return Outcome::Failed(NulInSql());
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  if (sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, &rest) != SQLITE_OK) {
    return Outcome::Failed(LastError(connection_));
  }
  if (statement == nullptr) return Outcome::Failed(absl::InvalidArgumentError("the SQL is empty"));
  if (HasStatement(rest)) {
    sqlite3_finalize(statement);
    return Outcome::Failed(
        absl::InvalidArgumentError("prepare takes one statement; use exec for several"));
  }
  return Value(Make<Statement>(Ref<Database>(this), std::move(transaction), statement));
}

}  // namespace hawser::sqlite
