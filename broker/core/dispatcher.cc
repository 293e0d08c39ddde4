#include "broker/core/dispatcher.h"

#include <optional>

#include "broker/core/thread_pool.h"
#include "hawser/call_check.h"

namespace hawser::broker {
namespace {

// The member was registered as one that may block its thread.
bool MayBlock(const Object& target, const Invocation& call) {
  // What has no home never does.
  if (target.home() == nullptr) return false;
  if (call.shape != nullptr) {
    return call.member != Invocation::kSelf &&
           call.shape->members()[static_cast<size_t>(call.member)].blocking;
  }
  if (call.name.empty()) return false;
  ShapeRef shape = target.shape();
  const Member* member = shape->FindMember(call.name);
  return member != nullptr && member->blocking;
}

}  // namespace

absl::Status Dispatcher::Check(Object& target, const Invocation& call) {
  if (call.shape != nullptr) return CheckCall(*call.shape, call);
  ShapeRef shape = target.shape();
  return CheckCall(*shape, call);
}

void Dispatcher::Run(Object& target, Invocation call, Reply reply) {
  // It may have waited on the strand behind the call that destroyed it. What has no home sees to it
  // itself.
  if (target.home() != nullptr && target.gone() != GoneReason::kAlive) {
    reply.Fail(GoneStatus(target));
    return;
  }
  std::optional<ThreadPool::Blocking> blocking;
  if (MayBlock(target, call)) blocking.emplace();
  target.Invoke(call, std::move(reply));
}

}  // namespace hawser::broker
