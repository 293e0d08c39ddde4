#ifndef HAWSER_PLUGINS_SQLITE_DATABASE_H_
#define HAWSER_PLUGINS_SQLITE_DATABASE_H_

// Database: one connection to an SQLite database, shared by all clients that open the same file.
//
// Turns. Operations run one at a time on the module's strand. While a transaction is open, the
// connection is its: operations of others wait in order, as late replies, until it ends. Nothing
// waits inside a method: a database locked by another process is tried again by a timer until
// busyTimeoutMs is over.
//
// Events. `update` {operation, database, table, rowid} for each row that was inserted, updated or
// deleted, once the change is committed; changes that are rolled back are not told.
//
// Strand-bound.

#include <sqlite3.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hawser/module.h"

namespace hawser::sqlite {

class Statement;
class Transaction;

// Whose turn an operation belongs to: the transaction it is part of, or null.
using Turn = const void*;

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

  // --- What clients use; see sqlite.cc.
  void Exec(LateReply reply, std::string sql);
  void Prepare(LateReply reply, std::string sql);
  void Begin(LateReply reply, std::optional<std::string> mode);
  void Close();
  const std::string& path() const { return path_; }
  bool in_transaction() const { return turn_ != nullptr; }

  // --- For statements and transactions.
  // Runs `work` and answers `reply` with its outcome, when it is `turn`'s turn. An outcome of
  // SQLITE_BUSY is tried again.
  using Work = std::function<Outcome()>;
  void Submit(Turn turn, LateReply reply, Work work);
  Outcome ExecNow(const std::string& sql);
  Outcome PrepareNow(const std::string& sql, Ref<Transaction> transaction);
  // The transaction has ended: rolled back if it was open. What waited goes on.
  void EndTurn(Turn turn);
  sqlite3* connection() const { return connection_; }

 private:
  struct Waiting {
    Turn turn;
    LateReply reply;
    Work work;
    absl::Duration tried;  // how long it has been tried while the file was locked
  };

  ~Database() override;
  void Run(Waiting operation);
  void RunWaiting();
  void TellUpdates();

  sqlite3* connection_;
  const std::string path_;
  const OpenOptions options_;
  std::function<void()> on_close_;
  Turn turn_ = nullptr;
  std::deque<Waiting> waiting_;
  bool running_waiting_ = false;
  const std::stop_token* stop_ = nullptr;  // of the operation that runs
  std::vector<Record> updates_;            // not committed yet
};

}  // namespace hawser::sqlite

#endif  // HAWSER_PLUGINS_SQLITE_DATABASE_H_
