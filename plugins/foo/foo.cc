// foo: a module that exports a string, for clients that ask for `./foo`.

#include "hawser/module.h"

HAWSER_MODULE(foo, module) { module.Exports("bar"); }
