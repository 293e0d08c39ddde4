#include "plugins/sqlite/sqlite_error.h"

#include <algorithm>
#include <iterator>

namespace hawser::sqlite {
namespace {

struct Known {
  int code;
  const char* name;
  absl::StatusCode status;
};

using enum absl::StatusCode;

constexpr Known kKnown[] = {
    {SQLITE_ERROR, "SQLITE_ERROR", kInvalidArgument},
    {SQLITE_PERM, "SQLITE_PERM", kPermissionDenied},
    {SQLITE_ABORT, "SQLITE_ABORT", kAborted},
    // What has read too early to write now: trying again changes nothing.
    {SQLITE_BUSY_SNAPSHOT, "SQLITE_BUSY", kFailedPrecondition},
    {SQLITE_BUSY, "SQLITE_BUSY", kUnavailable},
    {SQLITE_LOCKED, "SQLITE_LOCKED", kFailedPrecondition},
    {SQLITE_NOMEM, "SQLITE_NOMEM", kResourceExhausted},
    {SQLITE_READONLY, "SQLITE_READONLY", kPermissionDenied},
    {SQLITE_INTERRUPT, "SQLITE_INTERRUPT", kCancelled},
    {SQLITE_IOERR, "SQLITE_IOERR", kInternal},
    {SQLITE_CORRUPT, "SQLITE_CORRUPT", kDataLoss},
    {SQLITE_FULL, "SQLITE_FULL", kResourceExhausted},
    {SQLITE_CANTOPEN, "SQLITE_CANTOPEN", kNotFound},
    {SQLITE_SCHEMA, "SQLITE_SCHEMA", kInvalidArgument},
    {SQLITE_TOOBIG, "SQLITE_TOOBIG", kResourceExhausted},
    {SQLITE_CONSTRAINT, "SQLITE_CONSTRAINT", kFailedPrecondition},
    {SQLITE_MISMATCH, "SQLITE_MISMATCH", kInvalidArgument},
    {SQLITE_MISUSE, "SQLITE_MISUSE", kInvalidArgument},
    {SQLITE_AUTH, "SQLITE_AUTH", kPermissionDenied},
    {SQLITE_RANGE, "SQLITE_RANGE", kInvalidArgument},
    {SQLITE_NOTADB, "SQLITE_NOTADB", kDataLoss},
};

}  // namespace

Error ErrorOf(int extended_code, std::string_view message) {
  int code = extended_code & 0xff;
  const auto* known = std::find_if(std::begin(kKnown), std::end(kKnown), [&](const Known& k) {
    return k.code == code || k.code == extended_code;
  });
  bool found = known != std::end(kKnown);
  return Error(found ? known->status : kInternal, message, "SqliteError")
      .WithMember("sqliteCode", found ? known->name : "SQLITE_OTHER")
      .WithMember("extendedCode", extended_code);
}

Error LastError(sqlite3* connection) {
  return ErrorOf(sqlite3_extended_errcode(connection), sqlite3_errmsg(connection));
}

}  // namespace hawser::sqlite
