#ifndef HAWSER_TESTS_SUPPORT_CHILD_PROCESS_H_
#define HAWSER_TESTS_SUPPORT_CHILD_PROCESS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace hawser::tests {

// A program started by the test, which reads what it prints. Killed with the object, and with the
// test's process. Thread-compatible.
class ChildProcess {
 public:
  enum class Stderr {
    kOurs,  // goes where the test's goes
    kRead,  // is read together with what it prints
  };
  // `program` is a path within the tree, as Bazel lays it out for the test; what it is and
  // is given is trusted to be good.
  ChildProcess(const std::string& program, const std::vector<std::string>& args,
               Stderr errors = Stderr::kOurs);
  ~ChildProcess() { Kill(); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // The next line it prints; "" at the end of its output.
  std::string ReadLine();
  // All it still prints until its output ends.
  std::string ReadAll();
  void Signal(int signal);
  // SIGKILL, and waits until it is gone. Idempotent.
  void Kill();
  // Waits until it is gone. Its exit code; none if it did not exit by itself, or not within `wait`.
  std::optional<int> AwaitExit(absl::Duration wait);
  // SIGTERM. True if it is gone within `wait`, with exit code 0.
  bool Terminate(absl::Duration wait);

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  bool gone_ = false;
};

}  // namespace hawser::tests

#endif  // HAWSER_TESTS_SUPPORT_CHILD_PROCESS_H_
