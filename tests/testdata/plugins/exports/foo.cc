// foo: a module that exports a string, as the seed's main/foo.js does.

#include "hawser/module.h"

HAWSER_MODULE(foo, module) { module.Exports("bar"); }
