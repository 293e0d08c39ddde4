// The module `sqlite`: SQLite databases, statements and transactions as shared objects.
//
//   const db = require('sqlite').open('/var/lib/shop/orders.db')
//   db.exec('CREATE TABLE IF NOT EXISTS orders (what TEXT, pieces INTEGER)')
//   db.prepare('INSERT INTO orders VALUES (?, ?)').run('tea', 3)
//   const tx = db.begin();  tx.exec("DELETE FROM orders");  tx.rollback()
//   db.on('update', change => ...)
//
// Clients that open the same file, by whatever name, share one Database, with the options of the
// first; those that open it read-only share another. It is closed when nobody refers to it or to a
// statement of it any more. A transaction belongs to the client that began it: if that client dies,
// it is rolled back, and those who waited go on.
//
// While a transaction is under way, whatever else is asked of the database waits for its end. That
// goes for the client that began it too, since another part of the same program may be about to end
// it: one that means to be part of it calls the transaction, not the database. A call's deadline
// bounds the wait.

#include <sys/stat.h>

#include <compare>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "plugins/sqlite/database.h"
#include "plugins/sqlite/statement.h"
#include "plugins/sqlite/transaction.h"

namespace hawser::sqlite {
namespace {

// The open databases, by the file and whether it may be written. Strand-bound.
//
// A file is known by what it is, not by a name: it may have several (hard links, a symbolic link
// that was made before the file), and two connections under different names would have different
// journals. As long as a database is open, no other file gets its numbers.
struct OpenKey {
  dev_t device;
  ino_t inode;
  bool readonly;
  auto operator<=>(const OpenKey&) const = default;
};
using OpenDatabases = std::map<OpenKey, Database*>;

// Nothing if there is no such file.
std::optional<OpenKey> KeyOf(const std::string& name, const OpenOptions& options) {
  struct stat file;
  if (stat(name.c_str(), &file) != 0) return std::nullopt;
  return OpenKey{file.st_dev, file.st_ino, options.readonly};
}

// The absolute name of a file; empty for a database in memory, which is nobody else's.
absl::StatusOr<std::string> NameOf(const std::string& path) {
  if (path.empty() || path == ":memory:") return std::string();
  if (path.find('\0') != std::string::npos)
    return absl::InvalidArgumentError("the path contains a NUL byte");
  // SQLite would take it for a URI, whose parameters are options that `open` does not give: another
  // VFS, no locks, a cache of its own.
  if (path.starts_with("file:")) {
    return absl::InvalidArgumentError(path +
                                      ": open takes the path of a file, no URI (one that is named "
                                      "like that is opened as ./file:...)");
  }
  std::error_code error;
  // weakly_canonical leaves a relative path as it is when nothing of it exists.
  std::filesystem::path name = std::filesystem::absolute(path, error);
  if (!error) name = std::filesystem::weakly_canonical(name, error);
  if (error) return absl::InvalidArgumentError(path + ": " + error.message());
  return name.string();
}

// The open database of the file, if there is one that is not on its way out, its last reference
// gone.
Ref<Database> Find(const OpenDatabases& open, const std::optional<OpenKey>& key) {
  auto found = key ? open.find(*key) : open.end();
  if (found == open.end() || !found->second->TryAddRef()) return nullptr;
  return Ref<Database>::Adopt(found->second);
}

absl::StatusOr<Ref<Database>> Open(const std::shared_ptr<OpenDatabases>& open,
                                   const std::string& path, const OpenOptions& options) {
  absl::StatusOr<std::string> name = NameOf(path);
  if (!name.ok()) return name.status();
  bool in_memory = name->empty();
  std::string shown = in_memory ? ":memory:" : *name;
  if (!in_memory) {
    if (Ref<Database> shared = Find(*open, KeyOf(shown, options))) return shared;
  }
  absl::StatusOr<sqlite3*> connection = Database::Connect(shown, options);
  if (!connection.ok()) return connection.status();
  // SQLite has made the file by now. One that somebody removed at once cannot be found again.
  std::optional<OpenKey> key = in_memory ? std::nullopt : KeyOf(shown, options);
  // The entry may be another's by the time this one goes.
  auto self = std::make_shared<Database*>(nullptr);
  auto forget = [open, key, self] {
    auto entry = key ? open->find(*key) : open->end();
    if (entry != open->end() && entry->second == *self) open->erase(entry);
  };
  auto database = Make<Database>(*connection, shown, options, forget);
  if (key) {
    *self = database.get();
    open->insert_or_assign(*key, database.get());
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
      .Doc(
          "Runs SQL, several statements too; {changes, lastInsertRowid}. A COMMIT or ROLLBACK must "
          "be the last.")
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
      .Doc("The next row, undefined after the last. What writes is done by the first step.")
      .Blocking()
      .Method("reset", &Statement::Reset)
      .Doc("Begins anew with nothing bound.")
      .Method("columns", &Statement::Columns)
      .Doc("Names of the columns it gives.")
      .Property("sql", &Statement::sql)
      .Property("parameterCount", &Statement::parameter_count);

  module.Class<Database>("Database")
      .Method("exec", &Database::Exec)
      .Doc(
          "Runs SQL, several statements too; {changes, lastInsertRowid}. A transaction under way "
          "is "
          "waited for, one's own too; a deadline bounds that.")
      .Blocking()
      .Method("prepare", &Database::Prepare)
      .Doc(
          "A statement, to be run many times. A transaction under way is waited for, one's own "
          "too, "
          "here and in each run; a deadline bounds that.")
      .Blocking()
      .Method("begin", &Database::Begin)
      .Doc(
          "A transaction: deferred, immediate (default) or exclusive. Others wait until it ends. "
          "One "
          "under way is waited for, one's own too; a deadline bounds that.")
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
      .Doc(
          "Opens a database file, or \":memory:\". Options: readonly, create, busyTimeoutMs. Who "
          "opens a file that is open gets the same database, with the options of who opened it "
          "first.")
      .Blocking();
  module.Constant("version", sqlite3_libversion());
}
