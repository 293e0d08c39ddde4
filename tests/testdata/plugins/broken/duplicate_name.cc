// A good plugin, but its module has the name of another.

#include <hawser/module.h>

HAWSER_MODULE(counter, module) { module.Constant("impostor", true); }
