#ifndef TESTS_SCENARIOS_MAIN_SIDE_H_
#define TESTS_SCENARIOS_MAIN_SIDE_H_

// MainSide: a broker with real plugins loaded from their files, wherever it runs.

#include <sys/types.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace hawser::scenarios {

enum class Where {
  kInProcess,  // broker::Broker in the test's process, whose time passes only in PassTime
  kDaemon,     // hawserd as a child process, with the system's time
};
inline void PrintTo(Where where, std::ostream* out) {
  *out << (where == Where::kInProcess ? "in process" : "daemon");
}

class MainSide {
 public:
  virtual ~MainSide() = default;
  // "unix:/tmp/..."
  virtual std::string endpoint() const = 0;
  // Of the process that modules run in.
  virtual pid_t pid() const = 0;
  // Lets `time` pass in the broker, if it does not pass by itself.
  virtual void PassTime(absl::Duration time) = 0;
};

// With the plugins named; "./NAME" is require's path of each. A failure ends the process.
std::unique_ptr<MainSide> StartInProcess(const std::vector<std::string>& plugins);
std::unique_ptr<MainSide> StartDaemon(const std::vector<std::string>& plugins);

}  // namespace hawser::scenarios

#endif  // TESTS_SCENARIOS_MAIN_SIDE_H_
