// Throws when it is to describe itself.

#include "hawser/abi.h"

extern "C" __attribute__((visibility("default"))) const hawser_plugin_info* hawser_plugin() {
  throw 7;
}
