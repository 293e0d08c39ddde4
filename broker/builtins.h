#ifndef HAWSER_BROKER_BUILTINS_H_
#define HAWSER_BROKER_BUILTINS_H_

// The modules every broker has: `app`, `process` and `broker` (see inspect/inspection.h). They are
// written like any other module, with the authors' API.

#include "absl/status/status.h"
#include "broker/broker.h"

namespace hawser::broker {

// Adds them; fails only if a plugin took one of their names before.
absl::Status AddBuiltins(Broker& broker);

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_BUILTINS_H_
