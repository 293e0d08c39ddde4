// Built with another compiler and other libraries.

#include "tests/testdata/plugins/broken/raw_plugin.h"

RAW_PLUGIN(info) { info.fingerprint = "hawser-1 absl-20200225 ptr-4"; }
