// slow: a module whose functions really stand still, until whoever holds the other end of a named
// pipe lets them go on.

#include <fstream>
#include <string>

#include "hawser/module.h"

namespace {

// The first line of the pipe: waits for a writer, then for the line.
std::string ReadLine(const std::string& pipe) {
  std::ifstream in(pipe);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

HAWSER_MODULE(slow, module) {
  module.Function("readLine", ReadLine);
  module.Function("readLineBlocking", ReadLine).Blocking();
}
