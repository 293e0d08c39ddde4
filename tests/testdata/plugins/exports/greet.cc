// greet: a module that exports a function.

#include <string>

#include "hawser/module.h"

HAWSER_MODULE(greet, module) {
  module.Exports(hawser::Function([](std::string name) { return "hello " + name; }));
}
