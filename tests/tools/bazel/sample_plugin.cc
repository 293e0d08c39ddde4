// A plugin that tells the test which copy of the shared library it uses.

#include "hawser/base/clock.h"

extern "C" __attribute__((visibility("default"))) const void* hawser_plugin() {
  return &hawser::base::SystemClock();
}

// Nobody outside may see this, although nothing hides it in the source.
int NotExported() { return 1; }
