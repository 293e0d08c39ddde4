#ifndef HAWSER_PLUGINS_SQLITE_TRANSACTION_H_
#define HAWSER_PLUGINS_SQLITE_TRANSACTION_H_

// Transaction: holds its database's connection from begin to commit or rollback. It is rolled back
// when its session ends, or when nobody refers to it any more. Strand-bound.

#include "plugins/sqlite/database.h"

namespace hawser::sqlite {

class Transaction final : public ModuleObject {
 public:
  explicit Transaction(Ref<Database> database);

  void Exec(LateReply reply, std::string sql);
  void Prepare(LateReply reply, std::string sql);
  void Commit(LateReply reply);
  void Rollback(LateReply reply);
  bool open() const { return open_; }

  // The database says that it is over; `why` if that was not its own doing.
  void Ended(std::string why);

  // Rolls it back if `session` ends while it is open.
  void RollBackWith(const SessionRef& session);
  // FAILED_PRECONDITION once it has ended.
  absl::Status CheckOpen() const;

 private:
  ~Transaction() override;
  void Submit(LateReply reply, Database::Work work);
  // Rolls back if it is open.
  void End();
  // It is open no longer, and what hangs on its session's end has nothing left to do.
  void Close();

  const Ref<Database> database_;
  bool open_ = true;
  uint64_t on_end_ = 0;  // what hangs on its session's end
  std::string ended_by_;
};

}  // namespace hawser::sqlite

#endif  // HAWSER_PLUGINS_SQLITE_TRANSACTION_H_
