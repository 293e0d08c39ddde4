// answer: a module that exports a number.

#include "hawser/module.h"

HAWSER_MODULE(answer, module) { module.Exports(42); }
