#ifndef HAWSER_PLUGINS_SQLITE_SQLITE_ERROR_H_
#define HAWSER_PLUGINS_SQLITE_SQLITE_ERROR_H_

#include <sqlite3.h>

#include "hawser/error.h"

namespace hawser::sqlite {

// The error of the last failed operation on `connection`: a SqliteError with SQLite's message and
// the members `sqliteCode`
// ("SQLITE_CONSTRAINT") and `extendedCode` (the number).
//   INVALID_ARGUMENT     the SQL or a bound value is wrong
//   FAILED_PRECONDITION  a constraint says no
//   UNAVAILABLE          locked by another process for longer than busyTimeoutMs; try again
//   NOT_FOUND            the file cannot be opened
//   PERMISSION_DENIED    read-only, or no right to
//   RESOURCE_EXHAUSTED   disk or memory is full, or a value too large
//   DATA_LOSS            the file is no database, or corrupt
//   CANCELLED            interrupted because nobody waits for it any more
Error LastError(sqlite3* connection);
// The same for a result code that no connection knows of.
Error ErrorOf(int extended_code, std::string_view message);

}  // namespace hawser::sqlite

#endif  // HAWSER_PLUGINS_SQLITE_SQLITE_ERROR_H_
