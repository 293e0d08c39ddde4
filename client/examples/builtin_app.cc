// The broker's built-in modules are getters of `remote`.
//
//   const app = require('electron').remote.app
//   console.log(app)

#include <hawser/base/status_macros.h>

#include "client/examples/example.h"

absl::Status Example(hawser::Remote& remote) {
  HAWSER_ASSIGN_OR_RETURN(hawser::RemoteObject app, remote.app());
  std::printf("%s\n", app.ToString().c_str());
  for (const hawser::Member& member : app.members()) std::printf("  %s\n", member.name.c_str());
  HAWSER_ASSIGN_OR_RETURN(std::string name, app.Call<std::string>("getName"));
  std::printf("name: %s\n", name.c_str());

  // The same as GetGlobal("process"), but fetched once.
  HAWSER_ASSIGN_OR_RETURN(hawser::RemoteObject process, remote.process());
  HAWSER_ASSIGN_OR_RETURN(int64_t pid, process.Get<int64_t>("pid"));
  std::printf("runs in the process %lld\n", static_cast<long long>(pid));
  return absl::OkStatus();
}

int main(int argc, char** argv) { return RunExample(argc, argv, &Example); }
