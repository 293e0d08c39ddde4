// A good plugin that stays in memory when it is unloaded, since it is linked so.

#include <hawser/module.h>

HAWSER_MODULE(pinned, module) { module.Version("2.0"); }
