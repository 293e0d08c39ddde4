// slow_to_load: a plugin that is loaded only when somebody writes into the named pipe of
// HAWSER_TEST_GATE.

#include <cstdlib>
#include <fstream>
#include <string>

#include "hawser/module.h"

HAWSER_MODULE(slow_to_load, module) {
  std::ifstream gate(std::getenv("HAWSER_TEST_GATE"));
  std::string line;
  std::getline(gate, line);
  module.Constant("said", line);
}
