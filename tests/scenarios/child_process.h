#ifndef TESTS_SCENARIOS_CHILD_PROCESS_H_
#define TESTS_SCENARIOS_CHILD_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace hawser::scenarios {

// A program started by the test, which reads what it prints. Killed with the object, and with the
// test's process.
class ChildProcess {
 public:
  // `program` is a path within the tree, as Bazel lays it out for the test; what it is and
  // is given is trusted to be good. Its stderr is the test's.
  ChildProcess(const std::string& program, const std::vector<std::string>& args);
  ~ChildProcess() { Kill(); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // The next line it prints; "" at the end of its output.
  std::string ReadLine();
  // SIGKILL, and waits until it is gone. Idempotent.
  void Kill();
  // SIGTERM. True if it is gone within `wait`, with exit code 0.
  bool Terminate(absl::Duration wait);

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  bool gone_ = false;
};

}  // namespace hawser::scenarios

#endif  // TESTS_SCENARIOS_CHILD_PROCESS_H_
