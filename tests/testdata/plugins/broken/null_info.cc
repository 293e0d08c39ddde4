// Describes nothing.

#include "hawser/abi.h"

extern "C" __attribute__((visibility("default"))) const hawser_plugin_info* hawser_plugin() {
  return nullptr;
}
