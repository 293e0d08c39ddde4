#include "broker/core/dispatcher.h"

#include "hawser/call_check.h"

namespace hawser::broker {

absl::Status Dispatcher::Check(Object& target, const Invocation& call) {
  if (call.shape != nullptr) return CheckCall(*call.shape, call);
  ShapeRef shape = target.shape();
  return CheckCall(*shape, call);
}

void Dispatcher::Run(Object& target, Invocation call, Reply reply) {
  // It may have waited on the strand behind the call that destroyed it.
  if (target.gone() != GoneReason::kAlive) {
    reply.Fail(GoneStatus(target));
    return;
  }
  target.Invoke(call, std::move(reply));
}

}  // namespace hawser::broker
