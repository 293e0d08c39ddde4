#include "hawser/subscription.h"

#include <utility>

#include "client/internal/client_function.h"
#include "client/internal/connection.h"
#include "client/internal/subscription_state.h"
#include "hawser/call.h"
#include "proto/link/proxy.h"

namespace hawser {

namespace internal {

bool SubscriptionState::StopHere() {
  if (watch_ != 0) {
    cancelled_->store(true, std::memory_order_release);
    Connection::Of(object_.get())->Unwatch(*link::Proxy::From(object_.get()), watch_);
    return true;
  }
  if (kind_ == ListenerKind::kShared) return false;
  ClientFunction& listener = *ClientFunction::From(listener_.get());
  listener.Silence();
  return kind_ == ListenerKind::kOwnOnce && listener.has_run();
}

absl::Status SubscriptionState::Off() {
  if (StopHere()) return absl::OkStatus();
  Arguments<2> arguments(event_, listener_);
  return CallSync(object_, arguments.Request(Op::kCall, "off", options_)).status();
}

void SubscriptionState::OffWithoutWaiting() {
  if (StopHere()) return;
  Arguments<2> arguments(event_, listener_);
  CallNoReply(object_, arguments.Request(Op::kCall, "off", options_));
}

}  // namespace internal

Subscription::Subscription() noexcept = default;

Subscription::Subscription(std::unique_ptr<internal::SubscriptionState> state)
    : state_(std::move(state)) {}

Subscription::Subscription(Subscription&& other) noexcept = default;

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  // What was here before ends now, not with `other`.
  Subscription replaced(std::move(other));
  std::swap(state_, replaced.state_);
  return *this;
}

Subscription::~Subscription() {
  if (state_ != nullptr) state_->OffWithoutWaiting();
}

absl::Status Subscription::Off() {
  std::unique_ptr<internal::SubscriptionState> state = std::move(state_);
  return state == nullptr ? absl::OkStatus() : state->Off();
}

void Subscription::Detach() { state_.reset(); }

std::string_view Subscription::site() const {
  return state_ == nullptr ? std::string_view() : state_->site();
}

}  // namespace hawser
