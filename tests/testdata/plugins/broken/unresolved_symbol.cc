// Needs a function that nobody has: refused when it is loaded, not in the middle of a call.

#include <hawser/module.h>

extern "C" int hawser_tests_no_such_function();

HAWSER_MODULE(unresolved_symbol, module) {
  module.Function("call", [] { return hawser_tests_no_such_function(); });
}
