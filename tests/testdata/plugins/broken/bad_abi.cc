// Built for a plugin ABI of long ago.

#include "tests/testdata/plugins/broken/raw_plugin.h"

RAW_PLUGIN(info) { info.abi_version = 0; }
