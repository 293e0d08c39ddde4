#include "proto/link/pending_calls.h"

namespace hawser::link {

PendingCall* PendingCalls::Find(uint64_t id) {
  auto found = calls_.find(id);
  return found == calls_.end() ? nullptr : &found->second;
}

void PendingCalls::Add(uint64_t id, PendingCall call) {
  if (call.deadline) deadlines_.insert({call.deadline->ns, id});
  calls_.try_emplace(id, std::move(call));
}

std::optional<PendingCall> PendingCalls::Take(uint64_t id) {
  auto found = calls_.find(id);
  if (found == calls_.end()) return std::nullopt;
  if (found->second.deadline) deadlines_.erase({found->second.deadline->ns, id});
  std::optional<PendingCall> taken(std::move(found->second));
  calls_.erase(found);
  return taken;
}

std::optional<PendingCalls::Due> PendingCalls::first_due() const {
  if (deadlines_.empty()) return std::nullopt;
  return Due{base::MonoTime{deadlines_.begin()->first}, deadlines_.begin()->second};
}

}  // namespace hawser::link
