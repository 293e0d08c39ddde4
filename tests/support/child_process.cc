#include "tests/support/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "hawser/base/check.h"

namespace hawser::tests {

ChildProcess::ChildProcess(const std::string& program, const std::vector<std::string>& args,
                           Stderr errors) {
  int out[2];
  HAWSER_CHECK(pipe2(out, O_CLOEXEC) == 0, "pipe2");
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  pid_ = fork();
  HAWSER_CHECK(pid_ >= 0, "fork");
  if (pid_ == 0) {
    // Only what is safe after fork in a process with threads.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(out[1], STDOUT_FILENO);
    if (errors == Stderr::kRead) dup2(out[1], STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(out[1]);
  out_ = out[0];
}

std::string ChildProcess::ReadLine() {
  std::string line;
  for (char c; read(out_, &c, 1) == 1 && c != '\n';) line.push_back(c);
  return line;
}

std::string ChildProcess::ReadAll() {
  std::string all;
  char bytes[4096];
  for (ssize_t size; (size = read(out_, bytes, sizeof(bytes))) > 0;) {
    all.append(bytes, static_cast<size_t>(size));
  }
  return all;
}

void ChildProcess::Signal(int signal) {
  if (!gone_) kill(pid_, signal);
}

void ChildProcess::Kill() {
  if (gone_) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(out_);
  gone_ = true;
}

std::optional<int> ChildProcess::AwaitExit(absl::Duration wait) {
  if (gone_) return std::nullopt;
  for (absl::Time until = absl::Now() + wait; absl::Now() < until;) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      close(out_);
      gone_ = true;
      if (!WIFEXITED(status)) return std::nullopt;
      return WEXITSTATUS(status);
    }
    absl::SleepFor(absl::Milliseconds(2));
  }
  return std::nullopt;
}

bool ChildProcess::Terminate(absl::Duration wait) {
  Signal(SIGTERM);
  return AwaitExit(wait) == 0;
}

}  // namespace hawser::tests
