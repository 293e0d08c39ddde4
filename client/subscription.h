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

// Whether a listener is of one Subscription alone: then it must not run once that is over, and if
// it is for one event only, nothing is left to undo once it has run.
enum class ListenerKind { kShared, kOwn, kOwnOnce };

}  // namespace internal

class Subscription {
 public:
  // Of nothing.
  Subscription() noexcept;
  explicit Subscription(std::unique_ptr<internal::SubscriptionState> state);
  Subscription(Subscription&& other) noexcept;
  // Ends what was here before, as destruction does.
  Subscription& operator=(Subscription&& other) noexcept;
  // Removes the listener without waiting for the broker, so it never blocks; errors are dropped.
  // The listener does not start any more, not even for an event that has come already; one that has
  // started on another thread is not waited for, so that this may be done under a lock it takes.
  // The exception is a hawser::Callback given to RemoteObject::On: why it is called cannot be told,
  // so calls that the broker made before it removed the listener still run.
  ~Subscription();

  bool active() const { return state_ != nullptr; }

  // Removes the listener and waits until the broker has. What is said of destruction holds from the
  // moment this is called; a hawser::Callback given to On may run afterwards for events from before.
  // The same errors as RemoteObject::Call; the Subscription is of nothing afterwards in any case. OK
  // if it was of nothing.
  absl::Status Off();

  // The listener stays until the session ends or RemoteObject::Off removes it; of a Watch, see there.
  void Detach();

  // Where the listener was registered: "shop/cart.cc:42".
  std::string_view site() const;

 private:
  std::unique_ptr<internal::SubscriptionState> state_;
};

}  // namespace hawser

#endif  // HAWSER_SUBSCRIPTION_H_
