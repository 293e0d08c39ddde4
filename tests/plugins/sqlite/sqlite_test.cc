#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hawser/testing/module_harness.h"
#include "tests/plugins/sqlite/sqlite_fixture.h"
#include "tests/support/model_printers.h"
#include "tests/support/status_matchers.h"

namespace hawser {
namespace {

using ::hawser::testing::PendingCall;
using ::hawser::testing::TestCallback;
using ::hawser::testing::TestObject;
using ::hawser::testing::TestSession;
using ::hawser::tests::IsOk;
using ::hawser::tests::IsOkAndHolds;
using ::hawser::tests::StatusIs;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using enum absl::StatusCode;

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

TEST_F(SqliteTest, ANewFileIsTheSameObjectWhenItsPathIsRelative) {
  std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  TestObject first = *harness_.exports().CallObject("open", "new.db");
  TestObject second = *harness_.exports().CallObject("open", "new.db");
  TestObject absolute = *harness_.exports().CallObject("open", folder_ + "/new.db");
  std::filesystem::current_path(before);
  EXPECT_EQ(first, second);
  EXPECT_EQ(first, absolute);
  EXPECT_THAT(first.Get("path"), IsOkAndHolds(Value(folder_ + "/new.db")));
}

TEST_F(SqliteTest, TheOtherNamesOfAFileAreTheSameObject) {
  std::filesystem::create_symlink(path_, folder_ + "/symbolic.db");  // the file is still to come
  TestObject symbolic = *harness_.exports().CallObject("open", folder_ + "/symbolic.db");
  EXPECT_EQ(symbolic, Open());
  std::filesystem::create_hard_link(path_, folder_ + "/hard.db");
  EXPECT_EQ(symbolic, *harness_.exports().CallObject("open", folder_ + "/hard.db"));
}

TEST_F(SqliteTest, AFileThatTookThePlaceOfAnotherIsAnotherObject) {
  TestObject old = OpenWithTable();
  std::filesystem::remove(path_);
  TestObject created = Open();
  EXPECT_FALSE(old == created);
  EXPECT_EQ(created, Open());
}

TEST_F(SqliteTest, AUriIsNotAPath) {
  for (const char* options : {"", "?mode=memory", "?nolock=1", "?vfs=unix-none"}) {
    EXPECT_THAT(harness_.Call("open", "file:" + path_ + options),
                StatusIs(kInvalidArgument, HasSubstr("no URI")));
  }
  // A file may be named like that.
  std::string name = folder_ + "/file:x?mode=memory";
  EXPECT_THAT(harness_.Call("open", name), IsOk());
  EXPECT_TRUE(std::filesystem::exists(name));
}

TEST_F(SqliteTest, ADatabaseWithoutAFileIsNobodyElses) {
  for (const char* path : {":memory:", ""}) {
    TestObject database = *harness_.exports().CallObject("open", path);
    EXPECT_THAT(database.Get("path"), IsOkAndHolds(Value(":memory:")));
    EXPECT_FALSE(database == *harness_.exports().CallObject("open", path));
  }
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

// Left half-way, it would keep SQLite's transaction open: what others are told is done would be
// undone with it.
TEST_F(SqliteTest, AStatementThatWritesIsDoneByItsFirstStep) {
  TestObject database = OpenWithTable();
  TestCallback update = *database.Listen("update");
  TestObject insert =
      *database.CallObject("prepare", "INSERT INTO t VALUES (?, 'x'), (?, 'y') RETURNING a");
  Outsider outsider(path_);
  EXPECT_THAT(insert.Call("bind", 1, 2), IsOk());
  EXPECT_THAT(insert.Call("step"), IsOkAndHolds(Value(Record{{"a", 1}})));
  EXPECT_EQ(outsider.Number("SELECT count(*) FROM t"), 2);
  EXPECT_THAT(update.calls(), SizeIs(2));
  // Others write and roll back meanwhile.
  EXPECT_THAT(database.Call("exec", "INSERT INTO t VALUES (3, 'z')"), IsOk());
  TestObject transaction = *database.CallObject("begin");
  EXPECT_THAT(transaction.Call("rollback"), IsOk());
  EXPECT_EQ(outsider.Number("SELECT count(*) FROM t"), 3);

  EXPECT_THAT(insert.Call("step"), IsOkAndHolds(Value(Record{{"a", 2}})));
  EXPECT_THAT(insert.Call("step"), IsOkAndHolds(Value()));
  EXPECT_THAT(insert.Call("step"), StatusIs(kFailedPrecondition));  // anew: the rows are there
  EXPECT_THAT(insert.Call("bind", 4, 5), IsOk());
  EXPECT_THAT(insert.Call("get"), IsOkAndHolds(Value(Record{{"a", 4}})));
  EXPECT_THAT(insert.Call("bind", 6, 7), IsOk());
  EXPECT_THAT(insert.Call("step"), IsOkAndHolds(Value(Record{{"a", 6}})));
  // What is bound anew begins anew.
  EXPECT_THAT(insert.Call("bind", 8, 9), IsOk());
  EXPECT_THAT(insert.Call("step"), IsOkAndHolds(Value(Record{{"a", 8}})));
  EXPECT_EQ(outsider.Number("SELECT sum(a) FROM t"), 45);
}

TEST_F(SqliteTest, WhatAStatementThatIsHalfWayForbidsFailsAtOnce) {
  TestObject database = OpenWithTable();
  EXPECT_THAT(database.Call("exec", "INSERT INTO t VALUES (1, 1), (2, 2); CREATE TABLE z (a)"),
              IsOk());
  TestObject select = *database.CallObject("prepare", "SELECT a FROM t ORDER BY a");
  EXPECT_THAT(select.Call("step"), IsOkAndHolds(Value(Record{{"a", 1}})));
  EXPECT_THAT(database.Call("exec", "INSERT INTO t VALUES (3, 3)"), IsOk());
  PendingCall drop = database.Start("exec", "DROP TABLE z");
  ASSERT_TRUE(drop.answered());
  ASSERT_THAT(drop.result(), StatusIs(kFailedPrecondition));
  EXPECT_EQ(Error::FromStatus(drop.result().status()).members()["sqliteCode"],
            Value("SQLITE_LOCKED"));
  EXPECT_THAT(select.Call("step"), IsOkAndHolds(Value(Record{{"a", 2}})));
  EXPECT_THAT(select.Call("reset"), IsOk());
  EXPECT_THAT(database.Call("exec", "DROP TABLE z"), IsOk());
}

// No retry can succeed before it has ended, and the step that would end it would wait behind them.
TEST_F(SqliteTest, WritingBesideAHalfWayReadOfAnOldStateFailsAtOnce) {
  TestObject database = OpenWithTable();
  EXPECT_THAT(database.Call("exec", "PRAGMA journal_mode = WAL"), IsOk());
  EXPECT_THAT(database.Call("exec", "INSERT INTO t VALUES (1, 1), (2, 2)"), IsOk());
  TestObject select = *database.CallObject("prepare", "SELECT a FROM t ORDER BY a");
  EXPECT_THAT(select.Call("step"), IsOkAndHolds(Value(Record{{"a", 1}})));
  Outsider outsider(path_);
  outsider.Exec("INSERT INTO t VALUES (3, 3)");
  PendingCall insert = database.Start("exec", "INSERT INTO t VALUES (4, 4)");
  ASSERT_TRUE(insert.answered());
  EXPECT_THAT(insert.result(), StatusIs(kFailedPrecondition));
  EXPECT_THAT(select.Call("reset"), IsOk());
  EXPECT_THAT(database.Call("exec", "INSERT INTO t VALUES (4, 4)"), IsOk());
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

}  // namespace
}  // namespace hawser
