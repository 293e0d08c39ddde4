#ifndef HAWSER_BROKER_INSPECT_TREE_H_
#define HAWSER_BROKER_INSPECT_TREE_H_

// What broker.tree answers: modules, below each what it exports, and its live objects where they
// belong: instances below the constructor of their class, a constructor that is held as the member
// it is, all others below the module.

#include <optional>
#include <string>

#include "broker/broker.h"
#include "hawser/value.h"

namespace hawser::broker {

// Of all modules, or of the one called `name`: none if there is no such. What is beyond a page of a
// module is only counted. Thread-safe.
Array TreeOf(Broker& broker, const std::optional<std::string>& name);

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_INSPECT_TREE_H_
