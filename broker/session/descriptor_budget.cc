#include "broker/session/descriptor_budget.h"

#include <sys/resource.h>

#include <algorithm>

namespace hawser::broker {
namespace {

// The socket, its duplicate, and the peer's process.
constexpr uint64_t kPerConnection = 3;
// Sockets to listen at, gRPC's, the log, plugins' files.
constexpr uint64_t kOwn = 64;

}  // namespace

DescriptorBudget DescriptorBudget::Of(const BrokerLimits& limits, uint64_t descriptors) {
  uint64_t room = (descriptors - std::min(kOwn, descriptors / 4)) / kPerConnection;
  DescriptorBudget budget;
  budget.connections = std::min<uint64_t>(limits.connections, room);
  constexpr size_t kReserve = 16;
  budget.of_others = budget.connections - std::min(kReserve, budget.connections / 4);
  // Where descriptors are scarce no one user gets them all.
  budget.per_user = std::min<uint64_t>(limits.connections_per_uid, std::max<uint64_t>(room / 2, 1));
  return budget;
}

uint64_t DescriptorLimit() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  return files.rlim_cur;
}

}  // namespace hawser::broker
