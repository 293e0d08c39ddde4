#ifndef HAWSER_PLUGINS_COUNTER_TEST_MEMBERS_H_
#define HAWSER_PLUGINS_COUNTER_TEST_MEMBERS_H_

#include <hawser/module.h>

namespace hawser::counter {

// Gives the module one member for each thing that can happen to a call, a value or a callback.
void AddTestMembers(Module& module);

}  // namespace hawser::counter

#endif  // HAWSER_PLUGINS_COUNTER_TEST_MEMBERS_H_
