// A module that keeps its thread for as long as it is told, five seconds by default.

#include <chrono>
#include <thread>

#include <hawser/module.h>

namespace {

void Sleep(std::optional<int64_t> ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms.value_or(5000)));
}

}  // namespace

HAWSER_MODULE(sleeper, module) {
  module.Function("sleep", Sleep);
  module.Function("sleepBlocking", Sleep).Blocking();
}
