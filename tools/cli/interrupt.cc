#include "tools/cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

namespace hawser::cli {
namespace {

sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

}  // namespace

Interrupt::Interrupt() {
  sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([this] { Await(); }).detach();
}

void Interrupt::SetSession(Session* session) {
  base::MutexLock lock(mu_);
  session_ = session;
}

void Interrupt::Await() {
  sigset_t signals = Signals();
  int signal = 0;
  if (sigwait(&signals, &signal) != 0) return;
  // From here on signals act as they do by default.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  // Never given back: the session stays while it leaves, and the command, whose calls fail now,
  // waits in SetSession instead of complaining.
  mu_.Lock();
  if (session_ != nullptr) session_->Leave();
  raise(signal);
  _exit(128 + signal);
}

}  // namespace hawser::cli
