#ifndef TESTS_PLUGINS_SQLITE_SQLITE_FIXTURE_H_
#define TESTS_PLUGINS_SQLITE_SQLITE_FIXTURE_H_

// SqliteTest: fixture with the module in a harness and a database file of its own.

#include <sqlite3.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/testing/module_harness.h"
#include "tests/support/status_matchers.h"

namespace hawser {

// A connection that is not the module's, as another process has one.
class Outsider {
 public:
  explicit Outsider(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &connection_), SQLITE_OK);
  }
  ~Outsider() { sqlite3_close(connection_); }
  void Exec(const char* sql) {
    EXPECT_EQ(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(connection_);
  }
  // The number in the first column of the first row.
  int64_t Number(const char* sql) {
    int64_t number = -1;
    auto take = [](void* to, int, char** columns, char**) {
      *static_cast<int64_t*>(to) = std::atoll(columns[0]);
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(connection_, sql, take, &number, nullptr), SQLITE_OK)
        << sqlite3_errmsg(connection_);
    return number;
  }

 private:
  sqlite3* connection_ = nullptr;
};

class SqliteTest : public ::testing::Test {
 protected:
  SqliteTest() {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/test.db";
  }
  ~SqliteTest() override { std::filesystem::remove_all(folder_); }

  testing::TestObject Open(testing::TestSession& session, Value options = {}) {
    return *session.module_exports().CallObject("open", path_, std::move(options));
  }
  testing::TestObject Open(Value options = {}) {
    return Open(harness_.session(), std::move(options));
  }
  // The database with a table `t` (a INTEGER PRIMARY KEY, b).
  testing::TestObject OpenWithTable(Value options = {}) {
    testing::TestObject database = Open(std::move(options));
    EXPECT_THAT(database.Call("exec", "CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b)"),
                tests::IsOk());
    return database;
  }
  static absl::StatusOr<Value> Rows(const testing::TestObject& database, const char* sql) {
    absl::StatusOr<testing::TestObject> statement = database.CallObject("prepare", sql);
    if (!statement.ok()) return statement.status();
    return statement->Call("all");
  }
  static absl::StatusOr<Value> Count(const testing::TestObject& database) {
    absl::StatusOr<testing::TestObject> statement =
        database.CallObject("prepare", "SELECT count(*) AS n FROM t");
    if (!statement.ok()) return statement.status();
    absl::StatusOr<Value> row = statement->Call("get");
    if (!row.ok()) return row.status();
    return row->AsRecord()["n"];
  }

  std::string folder_ = "/tmp/hawser-sqlite-XXXXXX";
  std::string path_;
  testing::ModuleHarness harness_;
};

}  // namespace hawser

#endif  // TESTS_PLUGINS_SQLITE_SQLITE_FIXTURE_H_
