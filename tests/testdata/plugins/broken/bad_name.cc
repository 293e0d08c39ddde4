// Its name could not be written in a path or a command.

#include "tests/testdata/plugins/broken/raw_plugin.h"

RAW_PLUGIN(info) { info.name = "../etc/passwd"; }
