#ifndef HAWSER_SUBSCRIPTION_H_
#define HAWSER_SUBSCRIPTION_H_

// Subscription: a listener on an event of a remote object, removed when the Subscription is
// destroyed.
//
// Move-only. Thread-compatible; the listener itself runs where callbacks run.

#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

namespace hawser {

namespace internal {
class SubscriptionState;
}

class Subscription {
 public:
  // Of nothing.
  Subscription() noexcept;
  explicit Subscription(std::unique_ptr<internal::SubscriptionState> state);
  Subscription(Subscription&& other) noexcept;
  Subscription& operator=(Subscription&& other) noexcept;
  // Removes the listener without waiting for the broker, so it never blocks; errors are dropped.
  // The listener does not start any more; one that runs on another thread is not waited for.
  ~Subscription();

  bool active() const { return state_ != nullptr; }

  // Removes the listener and waits until the broker has. The same errors as RemoteObject::Call; the
  // Subscription is of nothing afterwards in any case. OK if it was of nothing.
  absl::Status Off();

  // The listener stays until the session ends or RemoteObject::Off removes it.
  void Detach();

  // Where the listener was registered: "shop/cart.cc:42".
  std::string_view site() const;

 private:
  std::unique_ptr<internal::SubscriptionState> state_;
};

}  // namespace hawser

#endif  // HAWSER_SUBSCRIPTION_H_
