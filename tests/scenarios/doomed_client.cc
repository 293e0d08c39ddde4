// A client that listens to an event of the thing that the module "stage" keeps, says so, and does
// nothing more until it is killed.
//
//   doomed_client ENDPOINT EVENT

#include <unistd.h>

#include <cstdio>

#include "hawser/remote.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  absl::StatusOr<hawser::Remote> remote = hawser::Remote::Connect(argv[1]);
  if (!remote.ok()) return 1;
  hawser::RemoteObject thing = remote->Require("stage")->Call<hawser::RemoteObject>("kept").value();
  hawser::Subscription subscription = thing.On(argv[2], [](hawser::Args) {}).value();
  std::puts("listening");
  std::fflush(stdout);
  for (;;) pause();
}
