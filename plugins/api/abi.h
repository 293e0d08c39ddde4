#ifndef HAWSER_ABI_H_
#define HAWSER_ABI_H_

// What a plugin exports: one C function, `hawser_plugin`, that describes it. Everything a host
// checks before it runs any code of the plugin's module is here. HAWSER_MODULE (module.h) writes
// this for the author.

#include <cstdint>

namespace hawser {
class HostedModule;
class ModuleHost;
}  // namespace hawser

extern "C" {

// Raised when anything in this header or in the layout of a class that plugins use changes.
#define HAWSER_ABI_VERSION 3u

// Versions of the C++ library, Abseil and Hawser that the plugin was built with; must equal the
// host's to the letter. Not the compiler: g++ and clang++ follow one ABI, whatever they call it.
#define HAWSER_STRINGIZE_2(x) #x
#define HAWSER_STRINGIZE(x) HAWSER_STRINGIZE_2(x)
#include "absl/base/config.h"

// The C++ library: its release, which of its two ABIs, and whether its types carry checks.
#if defined(_GLIBCXX_RELEASE)
#ifdef _GLIBCXX_DEBUG
#define HAWSER_LIBRARY_CHECKS "-debug"
#else
#define HAWSER_LIBRARY_CHECKS ""
#endif
#define HAWSER_LIBRARY                                                                            \
  "libstdc++-" HAWSER_STRINGIZE(_GLIBCXX_RELEASE) "-abi" HAWSER_STRINGIZE(_GLIBCXX_USE_CXX11_ABI) \
      HAWSER_LIBRARY_CHECKS
#elif defined(_LIBCPP_VERSION)
#define HAWSER_LIBRARY \
  "libc++-" HAWSER_STRINGIZE(_LIBCPP_VERSION) "-abi" HAWSER_STRINGIZE(_LIBCPP_ABI_VERSION)
#else
#error "this C++ library is not known: its version belongs in HAWSER_BUILD_FINGERPRINT"
#endif

#define HAWSER_BUILD_FINGERPRINT                                                               \
  "hawser-" HAWSER_STRINGIZE(HAWSER_ABI_VERSION) " " HAWSER_LIBRARY " absl-" HAWSER_STRINGIZE( \
      ABSL_LTS_RELEASE_VERSION) " ptr-" HAWSER_STRINGIZE(__SIZEOF_POINTER__)

// NOLINTNEXTLINE(readability-identifier-naming): a name of C's
struct hawser_plugin_info {
  uint32_t abi_version;     // first, so that it can be read whatever follows
  uint32_t size;            // of this struct
  const char* fingerprint;  // HAWSER_BUILD_FINGERPRINT
  const char* name;         // of the module, [A-Za-z0-9_.-]+
  const char* version;
  // Makes the module; the host owns it and deletes it. Null: failed, `error` (capacity bytes) says
  // why. May throw std::exception, which the host takes as a failure.
  hawser::HostedModule* (*create)(hawser::ModuleHost* host, char* error, uint64_t error_capacity);
};

typedef const struct hawser_plugin_info* (*hawser_plugin_function)(void);
#define HAWSER_PLUGIN_SYMBOL "hawser_plugin"

}  // extern "C"

#endif  // HAWSER_ABI_H_
