#ifndef TOOLS_CLI_INTERRUPT_H_
#define TOOLS_CLI_INTERRUPT_H_

// Interrupt: Ctrl-C and its kin (SIGTERM, SIGHUP) make the command leave the broker in good order,
// and then end the process by that very signal, which a shell reports as 130 and which stops the
// script around it too. A second Ctrl-C ends it at once. A signal that is ignored
// when the command starts stays so.

#include <signal.h>

#include "hawser/base/mutex.h"
#include "tools/cli/session.h"

namespace hawser::cli {

// Lives for the whole process. Thread-safe.
class Interrupt {
 public:
  // Call before any thread is started: they inherit that these signals are left to the thread
  // started here.
  Interrupt();

  // Whose session is to leave; null: nobody's.
  void SetSession(Session* session) HAWSER_EXCLUDES(mu_);

 private:
  void Await() HAWSER_NO_THREAD_SAFETY_ANALYSIS;

  const sigset_t signals_;
  base::Mutex mu_;
  Session* session_ HAWSER_GUARDED_BY(mu_) = nullptr;
};

}  // namespace hawser::cli

#endif  // TOOLS_CLI_INTERRUPT_H_
