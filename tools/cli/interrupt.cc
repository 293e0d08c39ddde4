#include "tools/cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

namespace hawser::cli {
namespace {

// Those that whoever started the command did not have ignored, as nohup does with SIGHUP, and a
// shell with SIGINT for what runs in the background of a script.
sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction inherited = {};
    sigaction(signal, nullptr, &inherited);
    if (inherited.sa_handler != SIG_IGN) sigaddset(&signals, signal);
  }
  return signals;
}

}  // namespace

Interrupt::Interrupt() : signals_(Signals()) {
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  std::thread([this] { Await(); }).detach();
}

void Interrupt::SetSession(Session* session) {
  base::MutexLock lock(mu_);
  session_ = session;
}

void Interrupt::Await() {
  int signal = 0;
  if (sigwait(&signals_, &signal) != 0) return;
  // From here on signals act as they do by default.
  pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
  // Never given back: the session stays while it leaves, and the command, whose calls fail now,
  // waits in SetSession instead of complaining.
  mu_.Lock();
  if (session_ != nullptr) session_->StopAndLeave();
  raise(signal);
  _exit(128 + signal);
}

}  // namespace hawser::cli
