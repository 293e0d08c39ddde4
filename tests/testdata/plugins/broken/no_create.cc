// Has no function that makes the module.

#include "tests/testdata/plugins/broken/raw_plugin.h"

RAW_PLUGIN(info) { info.create = nullptr; }
