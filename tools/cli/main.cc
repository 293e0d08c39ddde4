// hawser: the command line of the broker; see docs/cli.md.

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <clocale>
#include <memory>
#include <string>
#include <vector>

#include "hawser/base/clock.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/run.h"

namespace {

using hawser::cli::ColourChoice;
using hawser::cli::LookOf;
using hawser::cli::MakeFileSink;
using hawser::cli::Options;
using hawser::cli::Output;
using hawser::cli::Session;

std::unique_ptr<Output> MakeOutput(ColourChoice colour) {
  return std::make_unique<Output>(MakeFileSink(STDOUT_FILENO), MakeFileSink(STDERR_FILENO),
                                  LookOf(STDOUT_FILENO, colour), LookOf(STDERR_FILENO, colour),
                                  hawser::base::SystemClock());
}

// A stream that is closed would be given to the next file or connection that is opened, and that
// would get what is meant for people. Each is opened for what it is not used for, so that whoever
// reads or writes it is told as if it were closed; of stderr nobody would be left to be told.
//
// Libraries open descriptors as they are loaded, so this runs before that, and before a sanitizer
// is ready: it must not be instrumented, and goes past what the sanitizers put before open and
// fcntl.
__attribute__((no_sanitize("address"), no_sanitize("thread"), no_sanitize("undefined"))) void
OpenStreams(int /*argc*/, char** /*argv*/, char** /*environment*/) {
  constexpr int kModes[] = {O_WRONLY, O_RDONLY, O_RDWR};
  for (int fd = 0; fd <= STDERR_FILENO; ++fd) {
    if (syscall(SYS_fcntl, fd, F_GETFD) >= 0) continue;
    // Opens the lowest that is closed, which is this one.
    if (syscall(SYS_openat, AT_FDCWD, "/dev/null", kModes[fd]) != fd) _exit(1);
  }
}

__attribute__((section(".preinit_array"), used)) void (*const kOpenStreams)(int, char**,
                                                                            char**) = OpenStreams;

}  // namespace

int main(int argc, char** argv) {
  // Which characters there are and how wide; numbers stay as they are.
  std::setlocale(LC_CTYPE, "");
  // A reader that went away is noticed where it is written to.
  signal(SIGPIPE, SIG_IGN);
  // Never destroyed: its thread stays to the end.
  auto* interrupt = new hawser::cli::Interrupt;
  std::vector<std::string> words(argv + 1, argv + argc);
  hawser::cli::Exit exit = hawser::cli::RunCli(
      words,
      {.make_output = MakeOutput,
       .make_session = [](const Options& options) { return std::make_unique<Session>(options); },
       .session_runs = [&](Session* session) { interrupt->SetSession(session); }});
  return static_cast<int>(exit);
}
