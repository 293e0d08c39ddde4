#ifndef HAWSER_TESTS_TESTDATA_PLUGINS_BROKEN_RAW_PLUGIN_H_
#define HAWSER_TESTS_TESTDATA_PLUGINS_BROKEN_RAW_PLUGIN_H_

// A plugin written without HAWSER_MODULE, so that it can be wrong in ways HAWSER_MODULE does not
// allow.

#include "hawser/abi.h"
#include "hawser/module_host.h"

namespace hawser::broken {

// What a good one would say; each plugin spoils one field.
inline hawser_plugin_info GoodInfo() {
  return {.abi_version = HAWSER_ABI_VERSION,
          .size = sizeof(hawser_plugin_info),
          .fingerprint = HAWSER_BUILD_FINGERPRINT,
          .name = "broken",
          .version = "1.0",
          .create = [](ModuleHost*, char*, uint64_t) -> HostedModule* { return nullptr; }};
}

}  // namespace hawser::broken

// Defines hawser_plugin; the block changes `info`.
#define RAW_PLUGIN(info)                                                                        \
  static void Spoil(hawser_plugin_info& info);                                                  \
  extern "C" __attribute__((visibility("default"))) const hawser_plugin_info* hawser_plugin() { \
    static hawser_plugin_info described = [] {                                                  \
      hawser_plugin_info good = hawser::broken::GoodInfo();                                     \
      Spoil(good);                                                                              \
      return good;                                                                              \
    }();                                                                                        \
    return &described;                                                                          \
  }                                                                                             \
  static void Spoil(hawser_plugin_info& info)

#endif  // HAWSER_TESTS_TESTDATA_PLUGINS_BROKEN_RAW_PLUGIN_H_
