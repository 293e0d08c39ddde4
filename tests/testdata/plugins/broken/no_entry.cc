// A library that is no plugin: it exports no hawser_plugin.

extern "C" __attribute__((visibility("default"))) int something_else() { return 1; }
