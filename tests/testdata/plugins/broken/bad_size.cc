// Says that its description is shorter than this version's.

#include "tests/testdata/plugins/broken/raw_plugin.h"

RAW_PLUGIN(info) { info.size = 8; }
