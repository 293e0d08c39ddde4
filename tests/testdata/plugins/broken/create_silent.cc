// Its create fails and gives no reason.

#include "tests/testdata/plugins/broken/raw_plugin.h"

RAW_PLUGIN(info) { info.name = "create_silent"; }
