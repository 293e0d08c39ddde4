#ifndef CLIENT_INTERNAL_SUBSCRIPTION_STATE_H_
#define CLIENT_INTERNAL_SUBSCRIPTION_STATE_H_

#include <string>

#include "hawser/callback.h"
#include "hawser/object.h"
#include "hawser/options.h"

namespace hawser::internal {

// What a Subscription has to undo. Thread-compatible.
class SubscriptionState {
 public:
  // A listener of `object` on `event`. `silence`: it is of this Subscription alone, and must not
  // run once that is over.
  SubscriptionState(ObjectRef object, std::string event, ObjectRef listener, CallOptions options,
                    bool silence)
      : object_(std::move(object)),
        event_(std::move(event)),
        listener_(std::move(listener)),
        options_(options),
        silence_(silence) {}
  // A watch on `object`, see Connection::Watch.
  SubscriptionState(ObjectRef object, uint64_t watch) : object_(std::move(object)), watch_(watch) {}

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
  const bool silence_ = false;
  const uint64_t watch_ = 0;
};

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_SUBSCRIPTION_STATE_H_
