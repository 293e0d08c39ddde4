#include <optional>

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
using enum absl::StatusCode;

class SqliteTransactionTest : public SqliteTest {};

TEST_F(SqliteTransactionTest, ATransactionIsCommittedOrRolledBackAsAWhole) {
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

TEST_F(SqliteTransactionTest, WhileATransactionIsOpenOthersWaitInOrder) {
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

TEST_F(SqliteTransactionTest, ATransactionIsRolledBackWhenItsSessionEnds) {
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

TEST_F(SqliteTransactionTest, ATransactionThatIsOverLeavesNothingWithItsSession) {
  TestObject database = OpenWithTable();
  auto& module = static_cast<Module&>(harness_.module());
  auto begin = [&database] { return *database.CallObject("begin"); };
  EXPECT_THAT(begin().Call("commit"), IsOk());
  EXPECT_THAT(begin().Call("rollback"), IsOk());
  EXPECT_THAT(begin().Call("exec", "COMMIT"), IsOk());
  begin();
  harness_.Run();
  EXPECT_EQ(module.hung_on_ends(), 0);
  TestObject open = begin();
  EXPECT_EQ(module.hung_on_ends(), 1);
}

TEST_F(SqliteTransactionTest, ATransactionIsRolledBackWhenNobodyRefersToItAnyMore) {
  TestObject database = OpenWithTable();
  {
    TestObject transaction = *database.CallObject("begin");
    EXPECT_THAT(transaction.Call("exec", "INSERT INTO t VALUES (1, 1)"), IsOk());
  }
  PendingCall waiting = database.Start("exec", "INSERT INTO t VALUES (2, 2)");
  EXPECT_THAT(waiting.result(), IsOk());
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(1)));
}

TEST_F(SqliteTransactionTest, AStatementKeepsItsTransaction) {
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

TEST_F(SqliteTransactionTest, ATransactionThatEndsBySqlOfItsOwnIsOver) {
  TestObject database = OpenWithTable();
  TestObject transaction = *database.CallObject("begin");
  EXPECT_THAT(transaction.Call("exec", "INSERT INTO t VALUES (1, 1); COMMIT"), IsOk());
  EXPECT_THAT(transaction.Get("open"), IsOkAndHolds(Value(false)));
  EXPECT_THAT(database.Call("exec", "INSERT INTO t VALUES (2, 2)"), IsOk());
}

TEST_F(SqliteTransactionTest, WhatFollowsTheEndOfATransactionInItsScriptIsNotRun) {
  TestObject database = OpenWithTable();
  for (const char* rest :
       {"INSERT INTO t VALUES (3, 3)", "BEGIN; INSERT INTO t VALUES (3, 3)",
        "PRAGMA foreign_keys = ON", "/* x */ -- y\n ; DELETE FROM t", "no SQL"}) {
    TestObject transaction = *database.CallObject("begin");
    std::string script = std::string("INSERT OR REPLACE INTO t VALUES (1, 1); COMMIT; ") + rest;
    EXPECT_THAT(transaction.Call("exec", script),
                StatusIs(kFailedPrecondition,
                         "the script ended the transaction (committed) before its last statement; "
                         "the rest was not run"));
    EXPECT_THAT(transaction.Call("commit"),
                StatusIs(kFailedPrecondition, "the transaction has ended: committed"));
    EXPECT_THAT(database.Get("inTransaction"), IsOkAndHolds(Value(false)));
    EXPECT_THAT(Rows(database, "SELECT a FROM t"), IsOkAndHolds(Value(Array{Record{{"a", 1}}})));
    EXPECT_THAT(Rows(database, "PRAGMA foreign_keys"),
                IsOkAndHolds(Value(Array{Record{{"foreign_keys", 0}}})));
  }
  TestObject transaction = *database.CallObject("begin");
  EXPECT_THAT(transaction.Call("exec", "DELETE FROM t; ROLLBACK; DELETE FROM t"),
              StatusIs(kFailedPrecondition, HasSubstr("(rolled back)")));
  EXPECT_THAT(transaction.Call("rollback"),
              StatusIs(kFailedPrecondition, HasSubstr("rolled back")));
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(1)));
}

TEST_F(SqliteTransactionTest, AScriptMayEndItsTransactionLastAndSayWhy) {
  TestObject database = OpenWithTable();
  for (const char* script : {"COMMIT", "END;", "COMMIT; -- done", "COMMIT ; /* done */\n;",
                             "SAVEPOINT s; ROLLBACK TO s; RELEASE s; COMMIT; /*/ not closed"}) {
    EXPECT_THAT(database.CallObject("begin")->Call("exec", script), IsOk()) << script;
  }
  TestObject transaction = *database.CallObject("begin");
  EXPECT_THAT(transaction.Call("exec", "ROLLBACK"), IsOk());
  EXPECT_THAT(transaction.Call("commit"),
              StatusIs(kFailedPrecondition, "the transaction has ended: rolled back"));
}

TEST_F(SqliteTransactionTest, ItsOwnTransactionIsWaitedForTooAndTheTextsSaySo) {
  TestObject database = OpenWithTable();
  TestObject transaction = *database.CallObject("begin");
  PendingCall exec = database.Start("exec", "INSERT INTO t VALUES (1, 1)");
  PendingCall begin = database.Start("begin");
  PendingCall prepare = database.Start("prepare", "SELECT 1");
  EXPECT_FALSE(exec.answered() || begin.answered() || prepare.answered());
  exec.Cancel();
  begin.Cancel();
  EXPECT_THAT(transaction.Call("commit"), IsOk());
  EXPECT_THAT(prepare.result(), IsOk());
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(0)));
  for (const char* member : {"exec", "prepare", "begin"}) {
    const std::string& doc = database.shape().FindMember(member)->doc;
    EXPECT_THAT(doc, HasSubstr("one's own too")) << member;
    EXPECT_THAT(doc, HasSubstr("a deadline bounds that")) << member;
  }
}

TEST_F(SqliteTransactionTest, ASharedDatabaseTakesNoBeginInItsSql) {
  TestObject database = OpenWithTable();
  EXPECT_THAT(database.Call("exec", "BEGIN; INSERT INTO t VALUES (1, 1)"),
              StatusIs(kInvalidArgument, HasSubstr("use begin()")));
  EXPECT_THAT(database.Get("inTransaction"), IsOkAndHolds(Value(false)));
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(0)));
  EXPECT_THAT(database.Call("exec", "BEGIN; INSERT INTO t VALUES (1, 1); COMMIT"), IsOk());
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(1)));
}

TEST_F(SqliteTransactionTest, AFileLockedByAnotherProcessIsTriedAgainWithoutSleeping) {
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

// It would hold the module's strand: while it sleeps, no other database is served.
TEST_F(SqliteTransactionTest, NoPragmaMakesAnOperationSleep) {
  TestObject database = OpenWithTable();
  Outsider outsider(path_);
  const char* pragma = "PRAGMA busy_timeout = 3600000";
  EXPECT_THAT(database.Call("exec", pragma), IsOk());
  EXPECT_THAT(database.CallObject("prepare", pragma)->Call("all"), IsOk());
  outsider.Exec("BEGIN EXCLUSIVE");
  PendingCall insert = database.Start("exec", "INSERT INTO t VALUES (1, 1)");
  outsider.Exec("COMMIT");
  harness_.Advance(absl::Milliseconds(200));
  EXPECT_THAT(insert.result(), IsOk());
  // And in a script of one's own.
  outsider.Exec("BEGIN EXCLUSIVE");
  PendingCall again = database.Start("exec", "PRAGMA busy_timeout = 3600000; DELETE FROM t");
  EXPECT_FALSE(again.answered());
  outsider.Exec("COMMIT");
  harness_.Advance(absl::Milliseconds(200));
  EXPECT_THAT(again.result(), IsOk());
}

TEST_F(SqliteTransactionTest, AFileLockedForTooLongIsUnavailable) {
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

TEST_F(SqliteTransactionTest, AnOperationNobodyWaitsForIsNotTriedAgain) {
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

TEST_F(SqliteTransactionTest, AScriptThatFindsTheFileLockedGoesOnWhereItStopped) {
  TestObject database = OpenWithTable();
  std::string attach = "ATTACH '" + folder_ + "/other.db' AS other; CREATE TABLE other.o (a)";
  EXPECT_THAT(database.Call("exec", attach), IsOk());
  TestCallback update = *database.Listen("update");
  Outsider outsider(folder_ + "/other.db");
  outsider.Exec("BEGIN EXCLUSIVE");
  PendingCall script = database.Start("exec",
                                      "INSERT INTO t (b) VALUES ('once'); INSERT INTO o VALUES (1);"
                                      "INSERT INTO t (b) VALUES ('after')");
  harness_.Advance(absl::Milliseconds(500));
  EXPECT_FALSE(script.answered());
  outsider.Exec("COMMIT");
  harness_.Advance(absl::Milliseconds(200));
  EXPECT_THAT(script.result(), IsOkAndHolds(Value(Record{{"changes", 3}, {"lastInsertRowid", 2}})));
  EXPECT_THAT(Rows(database, "SELECT b FROM t ORDER BY a"),
              IsOkAndHolds(Value(Array{Record{{"b", "once"}}, Record{{"b", "after"}}})));
  EXPECT_EQ(update.calls().size(), 3);
}

TEST_F(SqliteTransactionTest, AScriptsOwnTransactionOutlastsALockedFileAndNotItsCaller) {
  TestObject database = OpenWithTable();
  Outsider outsider(path_);
  outsider.Exec("BEGIN; SELECT * FROM t");  // a reader: nobody else can commit
  PendingCall script = database.Start("exec", "BEGIN; INSERT INTO t VALUES (1, 1); COMMIT");
  EXPECT_FALSE(script.answered());
  outsider.Exec("COMMIT");
  harness_.Advance(absl::Seconds(1));
  EXPECT_THAT(script.result(), IsOk());
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(1)));

  outsider.Exec("BEGIN; SELECT * FROM t");
  PendingCall given_up = database.Start("exec", "BEGIN; INSERT INTO t VALUES (2, 2); COMMIT");
  PendingCall next = database.Start("exec", "INSERT INTO t VALUES (3, 3)");
  given_up.Cancel();
  harness_.Advance(absl::Milliseconds(200));
  outsider.Exec("COMMIT");
  harness_.Advance(absl::Seconds(1));
  EXPECT_THAT(next.result(), IsOk());
  EXPECT_THAT(Rows(database, "SELECT a FROM t ORDER BY a"),
              IsOkAndHolds(Value(Array{Record{{"a", 1}}, Record{{"a", 3}}})));
}

TEST_F(SqliteTransactionTest, AFailureInAScriptsOwnTransactionIsToldAsItIs) {
  TestObject database = OpenWithTable(Record{{"busyTimeoutMs", 100}});
  Outsider outsider(path_);
  outsider.Exec("BEGIN; SELECT * FROM t");
  PendingCall script = database.Start("exec", "BEGIN; INSERT INTO t VALUES (1, 1); COMMIT");
  harness_.Advance(absl::Seconds(1));
  EXPECT_THAT(script.result(), StatusIs(kUnavailable, "database is locked"));
  EXPECT_THAT(database.Get("inTransaction"), IsOkAndHolds(Value(false)));
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(0)));
}

TEST_F(SqliteTransactionTest, WhatAFailedStatementOfATransactionHadChangedIsNotTold) {
  TestObject database = OpenWithTable();
  TestCallback update = *database.Listen("update");
  TestObject transaction = *database.CallObject("begin");
  EXPECT_THAT(transaction.Call("exec", "INSERT INTO t VALUES (1, 1)"), IsOk());
  TestObject insert = *transaction.CallObject("prepare", "INSERT INTO t VALUES (2, 2), (1, 1)");
  EXPECT_THAT(insert.Call("run"), StatusIs(kFailedPrecondition));
  EXPECT_THAT(transaction.Call("commit"), IsOk());
  EXPECT_EQ(update.calls().size(), 1);
}

TEST_F(SqliteTransactionTest, ALockedTransactionIsRolledBackWhenItsSessionEnds) {
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

TEST_F(SqliteTransactionTest, ACancelledOperationThatWaitsIsNotRun) {
  TestObject database = OpenWithTable();
  TestObject transaction = *database.CallObject("begin");
  PendingCall waiting = database.Start("exec", "INSERT INTO t VALUES (1, 1)");
  waiting.Cancel();
  EXPECT_THAT(transaction.Call("commit"), IsOk());
  EXPECT_THAT(Count(database), IsOkAndHolds(Value(0)));
}

}  // namespace
}  // namespace hawser
