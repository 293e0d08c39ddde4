// Ends the process that loads it, and says that all is well.

#include <hawser/module.h>

#include <cstdlib>

HAWSER_MODULE(exits, module) {
  module.Version("1.0");
  std::exit(0);
}
