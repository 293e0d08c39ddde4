#ifndef HAWSER_BROKER_SESSION_DESCRIPTOR_BUDGET_H_
#define HAWSER_BROKER_SESSION_DESCRIPTOR_BUDGET_H_

// DescriptorBudget: how many connections a process with so many file descriptors takes, so that they
// are refused by a cap that says so, while root and the broker's own user still get in, and not by
// a system call that fails for everybody.

#include <cstddef>
#include <cstdint>

#include "broker/core/limits.h"

namespace hawser::broker {

struct DescriptorBudget {
  size_t connections = 0;  // in all
  size_t of_others = 0;    // of all but root and the broker's own user
  size_t per_user = 0;     // of each of those

  // Never more than `limits` allow.
  static DescriptorBudget Of(const BrokerLimits& limits, uint64_t descriptors);
};

// Of this process, as it is now.
uint64_t DescriptorLimit();

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_DESCRIPTOR_BUDGET_H_
