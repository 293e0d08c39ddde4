// A database that many short-lived programs share: this one inserts within a transaction. Were it
// killed before the commit, the broker would roll it back.

#include <hawser/base/status_macros.h>

#include "client/examples/example.h"

absl::Status Example(hawser::Remote& remote) {
  HAWSER_ASSIGN_OR_RETURN(hawser::RemoteObject module, remote.Require("sqlite"));
  HAWSER_ASSIGN_OR_RETURN(auto db, module.Call<hawser::RemoteObject>("open", ":memory:"));
  HAWSER_RETURN_IF_ERROR(
      db.Call("exec", "CREATE TABLE orders (what TEXT, pieces INTEGER)").status());

  HAWSER_ASSIGN_OR_RETURN(auto transaction, db.Call<hawser::RemoteObject>("begin"));
  HAWSER_ASSIGN_OR_RETURN(auto insert, transaction.Call<hawser::RemoteObject>(
                                           "prepare", "INSERT INTO orders VALUES (?, ?)"));
  // Sent one after the other without waiting; they run in that order.
  hawser::Future<> tea = insert.CallAsync("run", "tea", 3);
  hawser::Future<> coffee = insert.CallAsync("run", "coffee", 5);
  HAWSER_RETURN_IF_ERROR(tea.Await().status());
  HAWSER_RETURN_IF_ERROR(coffee.Await().status());
  HAWSER_RETURN_IF_ERROR(transaction.Call("commit").status());

  HAWSER_ASSIGN_OR_RETURN(
      auto query, db.Call<hawser::RemoteObject>("prepare", "SELECT * FROM orders ORDER BY pieces"));
  HAWSER_ASSIGN_OR_RETURN(hawser::Array rows, query.Call<hawser::Array>("all"));
  for (const hawser::Value& row : rows) std::printf("%s\n", row.ToString().c_str());

  // What the module raises arrives with its name, code and members.
  absl::Status mistake = db.Call("exec", "SELEKT").status();
  std::printf("%s\n", hawser::Error::FromStatus(mistake).ToString().c_str());
  return absl::OkStatus();
}

int main(int argc, char** argv) { return RunExample(argc, argv, &Example); }
