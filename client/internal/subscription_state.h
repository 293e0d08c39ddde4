#ifndef CLIENT_INTERNAL_SUBSCRIPTION_STATE_H_
#define CLIENT_INTERNAL_SUBSCRIPTION_STATE_H_

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "hawser/callback.h"
#include "hawser/object.h"
#include "hawser/options.h"
#include "hawser/subscription.h"

namespace hawser::internal {

// What a Subscription has to undo. Thread-compatible.
class SubscriptionState {
 public:
  // A listener of `object` on `event`.
  SubscriptionState(ObjectRef object, std::string event, ObjectRef listener, CallOptions options,
                    ListenerKind kind)
      : object_(std::move(object)),
        event_(std::move(event)),
        listener_(std::move(listener)),
        options_(options),
        kind_(kind) {}
  // A watch on `object`, see Connection::Watch. What it runs looks at `cancelled` first, for it may
  // be on its way.
  SubscriptionState(ObjectRef object, uint64_t watch, std::shared_ptr<std::atomic<bool>> cancelled)
      : object_(std::move(object)), watch_(watch), cancelled_(std::move(cancelled)) {}

  absl::Status Off();
  void OffWithoutWaiting();
  std::string_view site() const { return listener_ == nullptr ? "" : listener_->site(); }

 private:
  // True if that was all there is to do.
  bool StopHere();

  const ObjectRef object_;
  const std::string event_;
  const ObjectRef listener_;
  const CallOptions options_;
  const ListenerKind kind_ = ListenerKind::kShared;
  const uint64_t watch_ = 0;
  const std::shared_ptr<std::atomic<bool>> cancelled_;
};

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_SUBSCRIPTION_STATE_H_
