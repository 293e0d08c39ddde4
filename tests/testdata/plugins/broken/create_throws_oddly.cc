// Its create throws what is no exception.

#include "tests/testdata/plugins/broken/raw_plugin.h"

RAW_PLUGIN(info) {
  info.name = "create_throws_oddly";
  info.create = [](hawser::ModuleHost*, char*, uint64_t) -> hawser::HostedModule* { throw 7; };
}
