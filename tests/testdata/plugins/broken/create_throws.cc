// Its create throws through the C boundary.

#include <stdexcept>

#include "tests/testdata/plugins/broken/raw_plugin.h"

RAW_PLUGIN(info) {
  info.name = "create_throws";
  info.create = [](hawser::ModuleHost*, char*, uint64_t) -> hawser::HostedModule* {
    throw std::runtime_error("no display");
  };
}
