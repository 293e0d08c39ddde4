// A client with two sessions that does nothing until it is killed; told by SIGUSR1, it cuts their
// connections first.
//
//   killable_client ADDRESS

#include <signal.h>
#include <unistd.h>

#include <cstdio>

#include "tests/support/grpc_pipe.h"
#include "tests/support/test_client.h"

int main(int argc, char** argv) {
  using hawser::tests::GrpcPipe;
  using hawser::tests::TestClient;
  if (argc != 2) return 2;
  // Blocked before gRPC has threads, so that only sigwait gets it.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  TestClient first;
  TestClient second;
  for (TestClient* client : {&first, &second}) {
    if (!client->Attach(std::make_unique<GrpcPipe>(argv[1])).ok()) return 1;
    if (!client->Require("lab").ok()) return 1;
  }
  std::puts("attached");
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  first.Cut();
  second.Cut();
  std::puts("cut");
  std::fflush(stdout);
  for (;;) pause();
}
