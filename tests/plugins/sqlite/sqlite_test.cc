#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/testing/module_harness.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::hawser::testing::ModuleHarness;
using ::hawser::testing::PendingCall;
using ::hawser::testing::TestCallback;
using ::hawser::testing::TestObject;
using ::hawser::testing::TestSession;
using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::HasSubstr;
using enum absl::StatusCode;

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

  TestObject Open(TestSession& session, Value options = {}) {
    return *session.module_exports().CallObject("open", path_, std::move(options));
  }
  TestObject Open(Value options = {}) { return Open(harness_.session(), std::move(options)); }
  // The database with a table `t` (a INTEGER PRIMARY KEY, b).
  TestObject OpenWithTable(Value options = {}) {
    TestObject database = Open(std::move(options));
    EXPECT_THAT(database.Call("exec", "CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b)"),
                IsOk());
    return database;
  }
  static absl::StatusOr<Value> Rows(const TestObject& database, const char* sql) {
    absl::StatusOr<TestObject> statement = database.CallObject("prepare", sql);
    if (!statement.ok()) return statement.status();
    return statement->Call("all");
  }
  static absl::StatusOr<Value> Count(const TestObject& database) {
    absl::StatusOr<TestObject> statement =
        database.CallObject("prepare", "SELECT count(*) AS n FROM t");
    if (!statement.ok()) return statement.status();
    absl::StatusOr<Value> row = statement->Call("get");
    if (!row.ok()) return row.status();
    return row->AsRecord()["n"];
  }

  std::string folder_ = "/tmp/hawser-sqlite-XXXXXX";
  std::string path_;
  ModuleHarness harness_;
};

TEST_F(SqliteTest, RunsSqlAndTellsWhatItChanged) {
  TestObject database = OpenWithTable();
  EXPECT_THAT(
      database.Call("exec", "INSERT INTO t VALUES (1, 'x'); INSERT INTO t VALUES (7, 'y');"),
      IsOkAndHolds(Value(Record{{"changes", 2}, {"lastInsertRowid", 7}})));
  EXPECT_THAT(
      Rows(database, "SELECT * FROM t ORDER BY a"),
      IsOkAndHolds(Value(Array{Record{{"a", 1}, {"b", "x"}}, Record{{"a", 7}, {"b", "y"}}})));
  EXPECT_THAT(database.Get("path"), IsOkAndHolds(Value(path_)));
  EXPECT_THAT(harness_.Get("version"), IsOkAndHolds(Value(sqlite3_libversion())));
}

TEST_F(SqliteTest, TheSameFileIsTheSameObjectHoweverItIsNamed) {
  TestObject a = Open();
  std::filesystem::create_directory(folder_ + "/sub");
  TestSession& other = harness_.StartSession();
  TestObject b = *other.module_exports().CallObject("open", folder_ + "/sub/../test.db");
  EXPECT_EQ(a, b);
  EXPECT_FALSE(a == Open(Record{{"readonly", true}}));
  EXPECT_FALSE(*harness_.exports().CallObject("open", ":memory:") ==
               *harness_.exports().CallObject("open", ":memory:"));
}

TEST_F(SqliteTest, IsClosedWhenNobodyRefersToItAndMayBeOpenedAgain) {
  { TestObject database = OpenWithTable(); }
  harness_.Run();
  EXPECT_EQ(harness_.pins(), 0);
  EXPECT_THAT(Count(Open()), IsOkAndHolds(Value(0)));
}

TEST_F(SqliteTest, ValuesComeBackAsTheyWentIn) {
  TestObject database = OpenWithTable();
  TestObject insert = *database.CallObject("prepare", "INSERT INTO t (b) VALUES (?)");
  std::vector<Value> values = {Null(),
                               std::numeric_limits<int64_t>::min(),
                               std::numeric_limits<int64_t>::max(),
                               0.5,
                               1e300,
                               -std::numeric_limits<double>::infinity(),
                               "",
                               std::string("text with \0 inside", 18),
                               "ünïcode",
                               Bytes(std::string("\0\x01\xff", 3)),
                               Bytes()};
  for (const Value& value : values) EXPECT_THAT(insert.Call("run", value), IsOk());
  Value rows = *Rows(database, "SELECT b FROM t ORDER BY a");
  ASSERT_EQ(rows.AsArray().size(), values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const Value& back = rows.AsArray()[i].AsRecord()["b"];
    EXPECT_EQ(back, values[i]);
    EXPECT_EQ(back.kind(), values[i].kind()) << back.ToString();
  }
}

TEST_F(SqliteTest, BooleansAndDatesBecomeNumbers) {
  TestObject database = OpenWithTable();
  TestObject insert = *database.CallObject("prepare", "INSERT INTO t (b) VALUES (?)");
  EXPECT_THAT(insert.Call("run", true), IsOk());
  EXPECT_THAT(insert.Call("run", Date{1234}), IsOk());
  EXPECT_THAT(insert.Call("run", Undefined()), IsOk());
  EXPECT_THAT(insert.Call("run", Array{1}), StatusIs(kInvalidArgument, HasSubstr("parameter 1")));
  EXPECT_THAT(
      Rows(database, "SELECT b FROM t ORDER BY a"),
      IsOkAndHolds(Value(Array{Record{{"b", 1}}, Record{{"b", 1234}}, Record{{"b", Null()}}})));
}

TEST_F(SqliteTest, ParametersAreBoundByPlaceOrByName) {
  TestObject database = OpenWithTable();
  TestObject insert = *database.CallObject("prepare", "INSERT INTO t VALUES (:a, $b)");
  EXPECT_THAT(insert.Get("parameterCount"), IsOkAndHolds(Value(2)));
  EXPECT_THAT(insert.Call("run", 1, "x"), IsOk());
  EXPECT_THAT(insert.Call("run", Record{{"a", 2}, {"b", "y"}}), IsOk());
  EXPECT_THAT(insert.Call("bind", 3, "z"), IsOk());
  EXPECT_THAT(insert.Call("run"), IsOk());
  EXPECT_THAT(insert.Call("run", 4),
              StatusIs(kInvalidArgument, "the statement has 2 parameters, got 1 values"));
  EXPECT_THAT(insert.Call("run", Record{{"c", 2}}),
              StatusIs(kInvalidArgument, HasSubstr("no parameter :c")));
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(3)));
}

TEST_F(SqliteTest, AStatementStepsThroughItsRows) {
  TestObject database = OpenWithTable();
  EXPECT_THAT(database.Call("exec", "INSERT INTO t VALUES (1, 'x'), (2, 'y')"), IsOk());
  TestObject select = *database.CallObject("prepare", "SELECT a, b FROM t ORDER BY a;");
  EXPECT_THAT(select.Call("columns"), IsOkAndHolds(Value(Array{"a", "b"})));
  EXPECT_THAT(select.Get("sql"), IsOkAndHolds(Value("SELECT a, b FROM t ORDER BY a;")));
  EXPECT_THAT(select.Call("step"), IsOkAndHolds(Value(Record{{"a", 1}, {"b", "x"}})));
  EXPECT_THAT(select.Call("step"), IsOkAndHolds(Value(Record{{"a", 2}, {"b", "y"}})));
  EXPECT_THAT(select.Call("step"), IsOkAndHolds(Value()));
  EXPECT_THAT(select.Call("step"), IsOkAndHolds(Value(Record{{"a", 1}, {"b", "x"}})));
  EXPECT_THAT(select.Call("reset"), IsOk());
  EXPECT_THAT(select.Call("get"), IsOkAndHolds(Value(Record{{"a", 1}, {"b", "x"}})));
  EXPECT_THAT(Rows(database, "SELECT a FROM t WHERE a > 9"), IsOkAndHolds(Value(Array())));
  EXPECT_THAT(database.CallObject("prepare", "SELECT a FROM t WHERE a > 9")->Call("get"),
              IsOkAndHolds(Value()));
}

TEST_F(SqliteTest, ErrorsSayWhatSqliteSays) {
  TestObject database = OpenWithTable();
  EXPECT_THAT(database.Call("exec", "SELECT * FROM missing"),
              StatusIs(kInvalidArgument, "no such table: missing"));
  EXPECT_THAT(database.Call("exec", "INSERT INTO t VALUES (1, 1)"), IsOk());
  Error error = Error::FromStatus(database.Call("exec", "INSERT INTO t VALUES (1, 2)").status());
  EXPECT_EQ(error.code(), kFailedPrecondition);
  EXPECT_EQ(error.name(), "SqliteError");
  EXPECT_EQ(error.members()["sqliteCode"], Value("SQLITE_CONSTRAINT"));
  EXPECT_EQ(error.members()["extendedCode"], Value(SQLITE_CONSTRAINT_PRIMARYKEY));
  EXPECT_THAT(database.Call("prepare", "SELECT 1; SELECT 2"),
              StatusIs(kInvalidArgument, HasSubstr("one statement")));
  EXPECT_THAT(database.Call("prepare", " -- nothing"),
              StatusIs(kInvalidArgument, "the SQL is empty"));
  EXPECT_THAT(database.Call("exec", std::string("SELECT 1;\0DROP TABLE t", 22)),
              StatusIs(kInvalidArgument));
}

TEST_F(SqliteTest, OpeningWhatCannotBeOpenedIsAnError) {
  EXPECT_THAT(harness_.Call("open", folder_ + "/no/such/file.db"), StatusIs(kNotFound));
  EXPECT_THAT(harness_.Call("open", path_, Record{{"create", false}}), StatusIs(kNotFound));
  EXPECT_THAT(harness_.Call("open", path_, Record{{"mode", "x"}}),
              StatusIs(kInvalidArgument, HasSubstr("option mode")));
  EXPECT_THAT(harness_.Call("open", path_, Record{{"busyTimeoutMs", -1}}),
              StatusIs(kInvalidArgument));
  OpenWithTable();
  TestObject readonly = Open(Record{{"readonly", true}});
  EXPECT_THAT(readonly.Call("exec", "INSERT INTO t VALUES (1, 1)"), StatusIs(kPermissionDenied));
  EXPECT_THAT(Count(readonly), IsOkAndHolds(Value(0)));
}

TEST_F(SqliteTest, ATransactionIsCommittedOrRolledBackAsAWhole) {
  TestObject database = OpenWithTable();
  {
    TestObject transaction = *database.CallObject("begin");
    EXPECT_THAT(database.Get("inTransaction"), IsOkAndHolds(Value(true)));
    EXPECT_THAT(transaction.Call("exec", "INSERT INTO t VALUES (1, 1)"), IsOk());
    EXPECT_THAT(transaction.CallObject("prepare", "INSERT INTO t VALUES (2, ?)")->Call("run", 2),
                IsOk());
    EXPECT_THAT(transaction.Call("commit"), IsOk());
    EXPECT_THAT(transaction.Get("open"), IsOkAndHolds(Value(false)));
    EXPECT_THAT(transaction.Call("exec", "INSERT INTO t VALUES (3, 3)"),
                StatusIs(kFailedPrecondition, "the transaction has ended: committed"));
  }
  TestObject transaction = *database.CallObject("begin", "exclusive");
  TestObject statement = *transaction.CallObject("prepare", "DELETE FROM t");
  EXPECT_THAT(statement.Call("run"), IsOk());
  EXPECT_THAT(transaction.Call("rollback"), IsOk());
  EXPECT_THAT(statement.Call("run"),
              StatusIs(kFailedPrecondition, "the transaction has ended: rolled back"));
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(2)));
  EXPECT_THAT(database.Call("begin", "later"), StatusIs(kInvalidArgument));
}

TEST_F(SqliteTest, WhileATransactionIsOpenOthersWaitInOrder) {
  TestObject mine = OpenWithTable();
  TestSession& other = harness_.StartSession();
  TestObject theirs = Open(other);
  TestObject transaction = *mine.CallObject("begin");
  PendingCall first = theirs.Start("exec", "INSERT INTO t VALUES (10, 'first')");
  PendingCall second = theirs.Start("exec", "UPDATE t SET b = 'second' WHERE a = 10");
  PendingCall begin = theirs.Start("begin");
  PendingCall third = mine.Start("exec", "INSERT INTO t VALUES (11, 'third')");
  EXPECT_THAT(transaction.Call("exec", "INSERT INTO t VALUES (1, 1)"), IsOk());
  EXPECT_FALSE(first.answered());
  EXPECT_THAT(transaction.Call("commit"), IsOk());
  EXPECT_THAT(first.result(), IsOk());
  EXPECT_THAT(second.result(),
              IsOkAndHolds(Value(Record{{"changes", 1}, {"lastInsertRowid", 10}})));
  EXPECT_THAT(begin.result(), IsOk());
  EXPECT_FALSE(third.answered());  // it came after their begin
  EXPECT_THAT(TestObject(other, begin.result()->TakeObject()).Call("rollback"), IsOk());
  EXPECT_THAT(third.result(), IsOk());
}

TEST_F(SqliteTest, ATransactionIsRolledBackWhenItsSessionEnds) {
  TestObject database = OpenWithTable();
  std::optional<TestObject> leaked;
  {
    TestSession& other = harness_.StartSession();
    TestObject transaction = *Open(other).CallObject("begin");
    EXPECT_THAT(transaction.Call("exec", "INSERT INTO t VALUES (1, 1)"), IsOk());
    leaked = harness_.session().Handle(transaction.object());  // somebody else still refers to it
    PendingCall waiting = database.Start("exec", "INSERT INTO t VALUES (2, 2)");
    EXPECT_FALSE(waiting.answered());
    other.End(EndReason::kLeaseExpired);
    EXPECT_THAT(waiting.result(), IsOk());
  }
  EXPECT_THAT(Rows(database, "SELECT a FROM t"), IsOkAndHolds(Value(Array{Record{{"a", 2}}})));
  EXPECT_THAT(
      leaked->Call("exec", "INSERT INTO t VALUES (3, 3)"),
      StatusIs(kFailedPrecondition,
               "the transaction has ended: rolled back: its session ended (lease expired)"));
}

TEST_F(SqliteTest, ATransactionIsRolledBackWhenNobodyRefersToItAnyMore) {
  TestObject database = OpenWithTable();
  {
    TestObject transaction = *database.CallObject("begin");
    EXPECT_THAT(transaction.Call("exec", "INSERT INTO t VALUES (1, 1)"), IsOk());
  }
  PendingCall waiting = database.Start("exec", "INSERT INTO t VALUES (2, 2)");
  EXPECT_THAT(waiting.result(), IsOk());
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(1)));
}

TEST_F(SqliteTest, AStatementKeepsItsTransaction) {
  TestObject database = OpenWithTable();
  std::optional<TestObject> statement =
      *database.CallObject("begin")->CallObject("prepare", "INSERT INTO t VALUES (1, 1)");
  EXPECT_THAT(statement->Call("run"), IsOk());
  PendingCall waiting = database.Start("exec", "INSERT INTO t VALUES (2, 2)");
  EXPECT_FALSE(waiting.answered());
  statement.reset();
  harness_.Run();
  EXPECT_THAT(waiting.result(), IsOk());
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(1)));
}

TEST_F(SqliteTest, ATransactionThatEndsBySqlOfItsOwnIsOver) {
  TestObject database = OpenWithTable();
  TestObject transaction = *database.CallObject("begin");
  EXPECT_THAT(transaction.Call("exec", "INSERT INTO t VALUES (1, 1); COMMIT"), IsOk());
  EXPECT_THAT(transaction.Get("open"), IsOkAndHolds(Value(false)));
  EXPECT_THAT(database.Call("exec", "INSERT INTO t VALUES (2, 2)"), IsOk());
}

TEST_F(SqliteTest, ASharedDatabaseTakesNoBeginInItsSql) {
  TestObject database = OpenWithTable();
  EXPECT_THAT(database.Call("exec", "BEGIN; INSERT INTO t VALUES (1, 1)"),
              StatusIs(kInvalidArgument, HasSubstr("use begin()")));
  EXPECT_THAT(database.Get("inTransaction"), IsOkAndHolds(Value(false)));
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(0)));
  EXPECT_THAT(database.Call("exec", "BEGIN; INSERT INTO t VALUES (1, 1); COMMIT"), IsOk());
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(1)));
}

TEST_F(SqliteTest, AFileLockedByAnotherProcessIsTriedAgainWithoutSleeping) {
  TestObject database = OpenWithTable();
  Outsider outsider(path_);
  outsider.Exec("BEGIN EXCLUSIVE");
  PendingCall insert = database.Start("exec", "INSERT INTO t VALUES (1, 1)");
  PendingCall next = database.Start("exec", "UPDATE t SET b = 2");
  harness_.Advance(absl::Milliseconds(500));
  EXPECT_FALSE(insert.answered());
  outsider.Exec("COMMIT");
  harness_.Advance(absl::Milliseconds(200));
  EXPECT_THAT(insert.result(), IsOk());
  EXPECT_THAT(next.result(), IsOkAndHolds(Value(Record{{"changes", 1}, {"lastInsertRowid", 1}})));
}

TEST_F(SqliteTest, AFileLockedForTooLongIsUnavailable) {
  TestObject database = OpenWithTable(Record{{"busyTimeoutMs", 1000}});
  Outsider outsider(path_);
  outsider.Exec("BEGIN EXCLUSIVE");
  PendingCall insert = database.Start("exec", "INSERT INTO t VALUES (1, 1)");
  PendingCall begin = database.Start("begin");
  harness_.Advance(absl::Milliseconds(900));
  EXPECT_FALSE(insert.answered());
  harness_.Advance(absl::Milliseconds(300));
  ASSERT_THAT(insert.result(), StatusIs(kUnavailable, "database is locked"));
  EXPECT_EQ(Error::FromStatus(insert.result().status()).members()["sqliteCode"],
            Value("SQLITE_BUSY"));
  harness_.Advance(absl::Milliseconds(1300));
  EXPECT_THAT(begin.result(), StatusIs(kUnavailable));
  outsider.Exec("COMMIT");
  EXPECT_THAT(database.Call("exec", "INSERT INTO t VALUES (1, 1)"), IsOk());
}

TEST_F(SqliteTest, AnOperationNobodyWaitsForIsNotTriedAgain) {
  TestObject database = OpenWithTable();
  Outsider outsider(path_);
  outsider.Exec("BEGIN EXCLUSIVE");
  TestSession& other = harness_.StartSession();
  {
    TestObject theirs = Open(other);
    PendingCall insert = theirs.Start("exec", "INSERT INTO t VALUES (1, 1)");
  }
  PendingCall mine = database.Start("exec", "INSERT INTO t VALUES (2, 2)");
  other.End(EndReason::kExited);
  outsider.Exec("COMMIT");
  harness_.Advance(absl::Seconds(1));
  EXPECT_THAT(mine.result(), IsOk());
  EXPECT_THAT(Rows(database, "SELECT a FROM t"), IsOkAndHolds(Value(Array{Record{{"a", 2}}})));
}

TEST_F(SqliteTest, ALockedTransactionIsRolledBackWhenItsSessionEnds) {
  TestObject database = OpenWithTable();
  Outsider outsider(path_);
  outsider.Exec("BEGIN; SELECT * FROM t");  // a reader: nobody else can commit
  TestSession& other = harness_.StartSession();
  TestObject transaction = *Open(other).CallObject("begin");
  EXPECT_THAT(transaction.Call("exec", "INSERT INTO t VALUES (1, 1)"), IsOk());
  PendingCall commit = transaction.Start("commit");
  EXPECT_FALSE(commit.answered());
  other.End();
  outsider.Exec("COMMIT");
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(0)));
}

TEST_F(SqliteTest, ListenersHearOfCommittedChanges) {
  TestObject database = OpenWithTable();
  TestCallback update = *database.Listen("update");
  auto heard = [&update] {
    std::string all;
    for (const Array& call : update.calls()) {
      const Record& record = call.at(0).AsRecord();
      all += std::string(record["operation"].AsString()) + " " +
             std::string(record["table"].AsString()) + "." +
             std::to_string(record["rowid"].AsInt()) + "; ";
    }
    update.Clear();
    return all;
  };
  EXPECT_THAT(database.Call("exec", "INSERT INTO t VALUES (1, 1); UPDATE t SET b = 2"), IsOk());
  EXPECT_EQ(heard(), "insert t.1; update t.1; ");
  EXPECT_THAT(database.Call("exec", "INSERT INTO t VALUES (2, 2), (1, 1)"),
              StatusIs(kFailedPrecondition));
  EXPECT_EQ(heard(), "");
  {
    TestObject transaction = *database.CallObject("begin");
    EXPECT_THAT(transaction.Call("exec", "DELETE FROM t WHERE a = 1"), IsOk());
    EXPECT_EQ(heard(), "");
    EXPECT_THAT(transaction.Call("commit"), IsOk());
    EXPECT_EQ(heard(), "delete t.1; ");
  }
  TestObject transaction = *database.CallObject("begin");
  EXPECT_THAT(transaction.Call("exec", "INSERT INTO t VALUES (5, 5)"), IsOk());
  EXPECT_THAT(transaction.Call("rollback"), IsOk());
  EXPECT_EQ(heard(), "");
  EXPECT_THAT(database.Call("on", "insert", harness_.Callback()), StatusIs(kInvalidArgument));
}

TEST_F(SqliteTest, ACancelledOperationThatWaitsIsNotRun) {
  TestObject database = OpenWithTable();
  TestObject transaction = *database.CallObject("begin");
  PendingCall waiting = database.Start("exec", "INSERT INTO t VALUES (1, 1)");
  waiting.Cancel();
  EXPECT_THAT(transaction.Call("commit"), IsOk());
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(0)));
}

}  // namespace
}  // namespace hawser
