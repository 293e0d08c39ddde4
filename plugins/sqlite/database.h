#ifndef HAWSER_PLUGINS_SQLITE_DATABASE_H_
#define HAWSER_PLUGINS_SQLITE_DATABASE_H_

// Database: one connection to an SQLite database, shared by all clients that open the same file.
//
// Turns. Operations run one at a time on the module's strand, in the order they came. While a
// transaction is open, the connection is its: operations of others wait, as late replies, until it
// ends. Others are all that do not come through the transaction, those of the session that began it
// too: another part of the same program may be about to end it, and a deadline bounds the wait of
// one that waits for itself. Nothing waits inside a method: an operation that finds the file locked
// by another process is tried again by a timer, and everything behind it waits, until busyTimeoutMs
// is over. Of several statements those that were done stay done: it goes on with the one that found
// it locked.
//
// Events. `update` {operation, database, table, rowid} for each row that was inserted, updated or
// deleted, once the change is committed; changes that are rolled back are not told (those undone to
// a savepoint are). SQLite does not tell of tables without rowid, nor of each row when a table is
// emptied by a DELETE without WHERE.
//
// A statement that is stepped half-way goes on reading, and others write meanwhile. What SQLite
// does not do beside it fails at once, as trying again would not help: dropping a table or an
// index, and in WAL mode writing after another process has, are FAILED_PRECONDITION; VACUUM is
// INVALID_ARGUMENT.
//
// Strand-bound.

#include <sqlite3.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <hawser/module.h>

namespace hawser::sqlite {

class Transaction;

struct OpenOptions {
  bool readonly = false;
  bool create = true;
  // How long an operation keeps trying while another process has the file locked.
  absl::Duration busy_timeout = absl::Seconds(5);

  // From {readonly, create, busyTimeoutMs}. INVALID_ARGUMENT for others.
  static absl::StatusOr<OpenOptions> From(const Record& record);
};

class Database final : public EventEmitter {
 public:
  // Takes over `connection`. `on_close` runs once, when it is closed.
  Database(sqlite3* connection, std::string path, OpenOptions options,
           std::function<void()> on_close);
  static absl::StatusOr<sqlite3*> Connect(const std::string& path, const OpenOptions& options);

  // What clients use; see sqlite.cc.
  void Exec(LateReply reply, std::string sql);
  void Prepare(LateReply reply, std::string sql);
  void Begin(LateReply reply, std::optional<std::string> mode);
  const std::string& path() const { return path_; }
  bool in_transaction() const { return turn_ != nullptr; }

  // For statements and transactions.
  // Runs `work` and answers `reply` with its outcome, when it is the turn of `transaction` (null:
  // of nobody's). An outcome that says the file is locked is tried again.
  using Work = std::function<Outcome()>;
  void Submit(Transaction* transaction, LateReply reply, Work work);
  // Statements to be run one after the other, and how far they have come.
  struct Script {
    std::string sql;
    size_t done = 0;  // bytes of it
    std::optional<int64_t> changes_before = {};
  };
  // Runs what is left of `script`; called again after a failure, it goes on with what failed. In a
  // transaction's turn nothing is run once the transaction has ended: FAILED_PRECONDITION.
  Outcome ExecNow(Script& script);
  Outcome ExecNow(std::string sql) {
    Script script{std::move(sql)};
    return ExecNow(script);
  }
  Outcome PrepareNow(const std::string& sql, Ref<Transaction> transaction);
  // Rolls `transaction` back if it is open. What waited goes on.
  void EndTurn(Transaction* transaction);

 private:
  struct Operation {
    Transaction* transaction;  // only compared: it may be gone
    LateReply reply;
    Work work;
    absl::Duration tried;  // how long it has been tried while the file was locked
  };

  ~Database() override;
  void Run(Operation operation);
  // Trying again is done by timers, never by sleeping in here, whatever a PRAGMA busy_timeout says.
  void NeverSleep();
  // After an operation: has it opened or ended a transaction? May turn a success into a failure.
  void Settle(Outcome& outcome);
  void RunWaiting();
  void TryLater(Operation operation);
  void TellUpdates();

  sqlite3* const connection_;
  const std::string path_;
  const OpenOptions options_;
  const std::function<void()> on_close_;

  Transaction* turn_ = nullptr;  // whose the connection is; it ends its turn before it goes
  bool rolled_back_ = false;     // since that turn began
  std::deque<Operation> waiting_;
  std::optional<Operation> locked_;  // found the file locked, and is tried again by retry_
  uint64_t retry_ = 0;
  bool running_waiting_ = false;
  const std::stop_token* stop_ = nullptr;  // of the operation that runs
  std::vector<Record> updates_;            // not committed yet
  size_t kept_updates_ = 0;                // of those, what stays if the operation that runs fails
};

}  // namespace hawser::sqlite

#endif  // HAWSER_PLUGINS_SQLITE_DATABASE_H_
