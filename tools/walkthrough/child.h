#ifndef HAWSER_TOOLS_WALKTHROUGH_CHILD_H_
#define HAWSER_TOOLS_WALKTHROUGH_CHILD_H_

// Child: another client of the walkthrough, as a process of its own: this program again, with a
// role. Thread-compatible.

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

namespace hawser::walkthrough {

class Child {
 public:
  // Starts `program` with `args`. Ends the walkthrough if it cannot.
  Child(const std::string& program, std::vector<std::string> args);
  // Kills it if it still runs.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  // Its next line of output, without the line end; "" when it ends.
  std::string ReadLine();
  // Sends `signal` and, if that ends it, reaps it.
  void Kill(int signal);
  // Waits for its end; its exit code, or 128 + the signal that ended it.
  int Wait();

 private:
  pid_t pid_ = -1;
  FILE* output_ = nullptr;
};

}  // namespace hawser::walkthrough

#endif  // HAWSER_TOOLS_WALKTHROUGH_CHILD_H_
