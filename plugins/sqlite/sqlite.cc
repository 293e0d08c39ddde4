// The module `sqlite`: SQLite databases, statements and transactions as shared objects.
//
//   const db = require('sqlite').open('/var/lib/shop/orders.db')
//   db.exec('CREATE TABLE IF NOT EXISTS orders (what TEXT, pieces INTEGER)')
//   db.prepare('INSERT INTO orders VALUES (?, ?)').run('tea', 3)
//   const tx = db.begin();  tx.exec("DELETE FROM orders");  tx.rollback()
//   db.on('update', change => ...)
//
// Clients that open the same file share one Database, with the options of the first; those that
// open it read-only share another. It is closed when nobody refers to it or to a statement of it
// any more. A transaction belongs to the client that began it: if that client dies, it is rolled
// back, and those who waited go on.

#include <filesystem>
#include <map>
#include <utility>

#include "plugins/sqlite/database.h"
#include "plugins/sqlite/statement.h"
#include "plugins/sqlite/transaction.h"

namespace hawser::sqlite {
namespace {

// The open databases, by the file's path and whether they may be written. Strand-bound.
using OpenKey = std::pair<std::string, bool>;
using OpenDatabases = std::map<OpenKey, Database*>;

// One name for a file, however it was given. Databases in memory are nobody else's.
absl::StatusOr<std::string> NameOf(const std::string& path) {
  if (path.empty() || path == ":memory:") return std::string();
  if (path.find('\0') != std::string::npos)
    return absl::InvalidArgumentError("the path contains a NUL byte");
  std::error_code error;
  std::filesystem::path name = std::filesystem::weakly_canonical(path, error);
  if (error) return absl::InvalidArgumentError(path + ": " + error.message());
  return name.string();
}

absl::StatusOr<Ref<Database>> Open(const std::shared_ptr<OpenDatabases>& open,
                                   const std::string& path, const OpenOptions& options) {
  absl::StatusOr<std::string> name = NameOf(path);
  if (!name.ok()) return name.status();
  bool in_memory = name->empty();
  OpenKey key(*name, options.readonly);
  auto found = open->find(key);
  // One that is on its way out, its last reference gone, is not found again.
  if (!in_memory && found != open->end() && found->second->TryAddRef()) {
    return Ref<Database>::Adopt(found->second);
  }
  std::string shown = in_memory ? ":memory:" : *name;
  absl::StatusOr<sqlite3*> connection = Database::Connect(shown, options);
  if (!connection.ok()) return connection.status();
  // The entry may be another's by the time this one goes.
  auto self = std::make_shared<Database*>(nullptr);
  auto forget = [open, key, self] {
    auto entry = open->find(key);
    if (entry != open->end() && entry->second == *self) open->erase(entry);
  };
  auto database = Make<Database>(*connection, shown, options, forget);
  if (!in_memory) {
    *self = database.get();
    open->insert_or_assign(key, database.get());
  }
  return database;
}

}  // namespace
}  // namespace hawser::sqlite

HAWSER_MODULE(sqlite, module) {
  using namespace hawser::sqlite;  // NOLINT(google-build-using-namespace): the block is the module
  module.Version("1.0");

  // What reads or writes the file may have to wait for the disk.
  module.Class<Transaction>("Transaction")
      .Method("exec", &Transaction::Exec)
      .Doc("Runs SQL, several statements too; {changes, lastInsertRowid}.")
      .Blocking()
      .Method("prepare", &Transaction::Prepare)
      .Doc("A statement of this transaction.")
      .Blocking()
      .Method("commit", &Transaction::Commit)
      .Blocking()
      .Method("rollback", &Transaction::Rollback)
      .Blocking()
      .Property("open", &Transaction::open)
      .Doc("Neither committed nor rolled back.");

  module.Class<Statement>("Statement")
      .Method("bind", &Statement::Bind)
      .Doc("Binds values one by one, or a record of named ones.")
      .Method("run", &Statement::Run)
      .Doc("Runs it to its end; {changes, lastInsertRowid}.")
      .Blocking()
      .Method("get", &Statement::Get)
      .Doc("The first row, or undefined.")
      .Blocking()
      .Method("all", &Statement::All)
      .Doc("Every row, as records.")
      .Blocking()
      .Method("step", &Statement::Step)
      .Doc("The next row, undefined after the last.")
      .Blocking()
      .Method("reset", &Statement::Reset)
      .Doc("Begins anew with nothing bound.")
      .Method("columns", &Statement::Columns)
      .Doc("Names of the columns it gives.")
      .Property("sql", &Statement::sql)
      .Property("parameterCount", &Statement::parameter_count);

  module.Class<Database>("Database")
      .Method("exec", &Database::Exec)
      .Doc("Runs SQL, several statements too; {changes, lastInsertRowid}.")
      .Blocking()
      .Method("prepare", &Database::Prepare)
      .Doc("A statement, to be run many times.")
      .Blocking()
      .Method("begin", &Database::Begin)
      .Doc("A transaction: deferred, immediate (default) or exclusive. Others wait until it ends.")
      .Blocking()
      .Property("path", &Database::path)
      .Property("inTransaction", &Database::in_transaction)
      .Event<hawser::Record>("update")
      .Doc("A committed change of a row: {operation, database, table, rowid}.");

  auto open = std::make_shared<OpenDatabases>();
  module
      .Function(
          "open",
          [open](const std::string& path,
                 std::optional<hawser::Record> options) -> absl::StatusOr<hawser::Ref<Database>> {
            absl::StatusOr<OpenOptions> parsed =
                OpenOptions::From(options.value_or(hawser::Record()));
            if (!parsed.ok()) return parsed.status();
            return Open(open, path, *parsed);
          })
      .Doc("Opens a database file, or \":memory:\". Options: readonly, create, busyTimeoutMs.")
      .Blocking();
  module.Constant("version", sqlite3_libversion());
}
