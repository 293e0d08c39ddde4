#include "plugins/sqlite/statement.h"

#include <iterator>
#include <utility>

#include "plugins/sqlite/sqlite_error.h"

namespace hawser::sqlite {
namespace {

Value ColumnValue(sqlite3_stmt* statement, int column) {
  auto size = [&] { return static_cast<size_t>(sqlite3_column_bytes(statement, column)); };
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return static_cast<int64_t>(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return std::string_view(text, size());
    }
    case SQLITE_BLOB: {
      const void* data = sqlite3_column_blob(statement, column);
      return Bytes::Copy(data, size());
    }
    default:
      return Null{};
  }
}

}  // namespace

Statement::Statement(Ref<Database> database, Ref<Transaction> transaction, sqlite3_stmt* statement)
    : database_(std::move(database)), transaction_(std::move(transaction)), statement_(statement) {}

Statement::~Statement() { sqlite3_finalize(statement_); }

absl::Status Statement::BindOne(int index, const Value& value) {
  int code = SQLITE_OK;
  switch (value.kind()) {
    case Kind::kUndefined:
    case Kind::kNull:
      code = sqlite3_bind_null(statement_, index);
      break;
    case Kind::kBool:
      code = sqlite3_bind_int64(statement_, index, value.AsBool() ? 1 : 0);
      break;
    case Kind::kInt:
      code = sqlite3_bind_int64(statement_, index, value.AsInt());
      break;
    case Kind::kDouble:
      code = sqlite3_bind_double(statement_, index, value.AsDouble());
      break;
    case Kind::kDate:
      code = sqlite3_bind_int64(statement_, index, value.AsDate().unix_ms);
      break;
    case Kind::kString: {
      std::string_view text = value.AsString();
      code = sqlite3_bind_text64(statement_, index, text.data(), text.size(), SQLITE_TRANSIENT,
                                 SQLITE_UTF8);
      break;
    }
    case Kind::kBytes: {
      Bytes bytes = value.AsBytes();
      code = bytes.empty() ? sqlite3_bind_zeroblob(statement_, index, 0)
                           : sqlite3_bind_blob64(statement_, index, bytes.data(), bytes.size(),
                                                 SQLITE_TRANSIENT);
      break;
    }
    default:
      return absl::InvalidArgumentError("parameter " + std::to_string(index) +
                                        ": SQLite stores no " +
                                        std::string(KindName(value.kind())));
  }
  return code == SQLITE_OK ? absl::OkStatus() : LastError(sqlite3_db_handle(statement_)).ToStatus();
}

absl::Status Statement::Bind(Args values) {
  if (values.empty()) return absl::OkStatus();
  Restart();
  auto count = static_cast<size_t>(parameter_count());
  if (values.size() == 1 && values[0].is(Kind::kRecord)) {
    for (const auto& [name, value] : values[0].AsRecord()) {
      int index = 0;
      for (const char* prefix : {":", "@", "$"}) {
        if (index == 0) index = sqlite3_bind_parameter_index(statement_, (prefix + name).c_str());
      }
      if (index == 0) return absl::InvalidArgumentError("the statement has no parameter :" + name);
      if (absl::Status status = BindOne(index, value); !status.ok()) return status;
    }
    return absl::OkStatus();
  }
  if (values.size() != count) {
    return absl::InvalidArgumentError("the statement has " + std::to_string(count) +
                                      " parameters, got " + std::to_string(values.size()) +
                                      " values");
  }
  for (size_t i = 0; i < count; ++i) {
    if (absl::Status status = BindOne(static_cast<int>(i + 1), values[i]); !status.ok())
      return status;
  }
  return absl::OkStatus();
}

void Statement::Submit(LateReply reply, Args values, Database::Work work) {
  if (transaction_) {
    if (absl::Status status = transaction_->CheckOpen(); !status.ok()) {
      reply.Fail(status);
      return;
    }
  }
  // Values are bound in its turn: another client may use the statement before.
  Array bound(values.begin(), values.end());
  database_->Submit(transaction_.get(), std::move(reply),
                    [self = Ref<Statement>(this), bound = std::move(bound),
                     work = std::move(work)]() mutable -> Outcome {
                      if (absl::Status status = self->Bind(bound); !status.ok())
                        return Outcome::Failed(status);
                      return work();
                    });
}

absl::StatusOr<bool> Statement::StepNow() {
  int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(statement_);
    return false;
  }
  absl::Status status = LastError(sqlite3_db_handle(statement_)).ToStatus();
  sqlite3_reset(statement_);
  return status;
}

Record Statement::Row() const {
  Record row;
  int columns = sqlite3_column_count(statement_);
  for (int i = 0; i < columns; ++i)
    row.Set(sqlite3_column_name(statement_, i), ColumnValue(statement_, i));
  return row;
}

void Statement::Restart() {
  sqlite3_reset(statement_);
  kept_.reset();
}

absl::StatusOr<std::deque<Record>> Statement::RunToEnd() {
  Restart();
  std::deque<Record> rows;
  while (true) {
    absl::StatusOr<bool> row = StepNow();
    if (!row.ok()) return row.status();
    if (!*row) return rows;
    rows.push_back(Row());
  }
}

void Statement::Run(LateReply reply, Args values) {
  Submit(std::move(reply), values, [this]() -> Outcome {
    sqlite3* connection = sqlite3_db_handle(statement_);
    Restart();
    int64_t before = sqlite3_total_changes64(connection);
    while (true) {
      absl::StatusOr<bool> row = StepNow();
      if (!row.ok()) return Outcome::Failed(row.status());
      if (!*row) break;
    }
    return Value(
        Record{{"changes", static_cast<int64_t>(sqlite3_total_changes64(connection)) - before},
               {"lastInsertRowid", static_cast<int64_t>(sqlite3_last_insert_rowid(connection))}});
  });
}

void Statement::Get(LateReply reply, Args values) {
  Submit(std::move(reply), values, [this]() -> Outcome {
    Restart();
    absl::StatusOr<bool> row = StepNow();
    if (!row.ok()) return Outcome::Failed(row.status());
    if (!*row) return Value();
    Value first(Row());
    // What writes is done to its end.
    while (Writes() && row.ok() && *row) row = StepNow();
    if (!row.ok()) return Outcome::Failed(row.status());
    sqlite3_reset(statement_);
    return first;
  });
}

void Statement::All(LateReply reply, Args values) {
  Submit(std::move(reply), values, [this]() -> Outcome {
    absl::StatusOr<std::deque<Record>> rows = RunToEnd();
    if (!rows.ok()) return Outcome::Failed(rows.status());
    return Value(
        Array(std::make_move_iterator(rows->begin()), std::make_move_iterator(rows->end())));
  });
}

void Statement::Step(LateReply reply) {
  Submit(std::move(reply), {}, [this]() -> Outcome {
    if (!Writes()) {
      absl::StatusOr<bool> row = StepNow();
      if (!row.ok()) return Outcome::Failed(row.status());
      return *row ? Value(Row()) : Value();
    }
    if (!kept_) {
      absl::StatusOr<std::deque<Record>> rows = RunToEnd();
      if (!rows.ok()) return Outcome::Failed(rows.status());
      kept_ = *std::move(rows);
    }
    if (kept_->empty()) {
      kept_.reset();
      return Value();
    }
    Value next(std::move(kept_->front()));
    kept_->pop_front();
    return next;
  });
}

absl::Status Statement::Reset() {
  Restart();
  sqlite3_clear_bindings(statement_);
  return absl::OkStatus();
}

std::vector<std::string> Statement::Columns() const {
  std::vector<std::string> names;
  for (int i = 0; i < sqlite3_column_count(statement_); ++i)
    names.emplace_back(sqlite3_column_name(statement_, i));
  return names;
}

std::string Statement::sql() const { return sqlite3_sql(statement_); }

}  // namespace hawser::sqlite
