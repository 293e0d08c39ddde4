#ifndef HAWSER_PLUGINS_SQLITE_STATEMENT_H_
#define HAWSER_PLUGINS_SQLITE_STATEMENT_H_

// Statement: one prepared SQL statement of a database, or of a transaction of it. Values map
// exactly: integer, number, string, bytes, null; a boolean is bound as 0 or 1, a date as
// milliseconds since 1970. Strand-bound.

#include <deque>
#include <optional>

#include "plugins/sqlite/database.h"
#include "plugins/sqlite/transaction.h"

namespace hawser::sqlite {

class Statement final : public ModuleObject {
 public:
  // Takes over `statement`.
  Statement(Ref<Database> database, Ref<Transaction> transaction, sqlite3_stmt* statement);

  // Each takes values for the parameters: one by one, or one record for named ones; none keeps what
  // is bound.
  absl::Status Bind(Args values);
  void Run(LateReply reply, Args values);  // {changes, lastInsertRowid}
  void Get(LateReply reply, Args values);  // the first row, undefined if there is none
  void All(LateReply reply, Args values);  // every row
  // The next row, undefined after the last; then it begins anew. A statement that writes is run to
  // its end by the first step, which keeps its rows: half-way, it could undo what others were told
  // is done.
  void Step(LateReply reply);
  absl::Status Reset();
  std::vector<std::string> Columns() const;
  std::string sql() const;
  int64_t parameter_count() const { return sqlite3_bind_parameter_count(statement_); }

 private:
  ~Statement() override;
  absl::Status BindOne(int index, const Value& value);
  void Submit(LateReply reply, Args values, Database::Work work);
  // True: a row is there; false: the end. An error resets the statement.
  absl::StatusOr<bool> StepNow();
  // From the beginning to the end.
  absl::StatusOr<std::deque<Record>> RunToEnd();
  // From the beginning, or for one that was stepped, anew.
  void Restart();
  Record Row() const;
  bool Writes() const { return sqlite3_stmt_readonly(statement_) == 0; }

  const Ref<Database> database_;
  const Ref<Transaction> transaction_;  // null: of the database itself
  sqlite3_stmt* const statement_;
  // Of a statement that writes and is being stepped: the rows to come.
  std::optional<std::deque<Record>> kept_;
};

}  // namespace hawser::sqlite

#endif  // HAWSER_PLUGINS_SQLITE_STATEMENT_H_
