#include "proto/link/pending_calls.h"

namespace hawser::link {

void PendingCalls::EraseDeadline(uint64_t id) {
  const PendingCall* call = Find(id);
  if (call != nullptr && call->deadline) deadlines_.erase({call->deadline->ns, id});
}

std::optional<PendingCalls::Due> PendingCalls::first_due() const {
  if (deadlines_.empty()) return std::nullopt;
  return Due{base::MonoTime{deadlines_.begin()->first}, deadlines_.begin()->second};
}

}  // namespace hawser::link
