#include "plugins/sqlite/transaction.h"

namespace hawser::sqlite {

Transaction::Transaction(Ref<Database> database) : database_(std::move(database)) {}

Transaction::~Transaction() { End(); }

void Transaction::End() {
  if (!open_) return;
  Close();
  database_->EndTurn(this);
}

void Transaction::Close() {
  open_ = false;
  module().CancelOnEnd(std::exchange(on_end_, 0));
}

void Transaction::Ended(std::string why) {
  Close();
  if (ended_by_.empty()) ended_by_ = std::move(why);
}

void Transaction::RollBackWith(const SessionRef& session) {
  if (!session) return;
  // Not a reference to this: whoever drops the last one wants the rollback too.
  on_end_ = module().HangOnEnd(session, [this](EndReason reason) {
    ended_by_ = "rolled back: its session ended (" + std::string(EndReasonName(reason)) + ")";
    End();
  });
}

absl::Status Transaction::CheckOpen() const {
  if (open_) return absl::OkStatus();
  return absl::FailedPreconditionError("the transaction has ended" +
                                       (ended_by_.empty() ? "" : ": " + ended_by_));
}

void Transaction::Submit(LateReply reply, Database::Work work) {
  if (absl::Status status = CheckOpen(); !status.ok()) {
    reply.Fail(status);
    return;
  }
  database_->Submit(this, std::move(reply), std::move(work));
}

void Transaction::Exec(LateReply reply, std::string sql) {
  Submit(std::move(reply),
         [self = Ref<Transaction>(this), script = Database::Script{std::move(sql)}]() mutable {
           return self->database_->ExecNow(script);
         });
}

void Transaction::Prepare(LateReply reply, std::string sql) {
  Submit(std::move(reply), [self = Ref<Transaction>(this), sql = std::move(sql)] {
    return self->database_->PrepareNow(sql, self);
  });
}

void Transaction::Commit(LateReply reply) {
  Submit(std::move(reply), [self = Ref<Transaction>(this)]() -> Outcome {
    Outcome outcome = self->database_->ExecNow("COMMIT");
    if (!outcome.ok()) return outcome;
    self->ended_by_ = "committed";
    return Value();
  });
}

void Transaction::Rollback(LateReply reply) {
  Submit(std::move(reply), [self = Ref<Transaction>(this)]() -> Outcome {
    Outcome outcome = self->database_->ExecNow("ROLLBACK");
    if (!outcome.ok()) return outcome;
    self->ended_by_ = "rolled back";
    return Value();
  });
}

}  // namespace hawser::sqlite
