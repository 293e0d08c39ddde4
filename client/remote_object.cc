#include "hawser/remote_object.h"

#include <atomic>
#include <memory>
#include <utility>

#include "client/internal/client_function.h"
#include "client/internal/connection.h"
#include "client/internal/subscription_state.h"
#include "proto/link/proxy.h"

namespace hawser {
namespace {

absl::Status NoListener() {
  return absl::InvalidArgumentError("the listener is a Callback that was moved from");
}

}  // namespace

namespace internal {

absl::Status CheckKind(const Value& value, ObjectKind kind) {
  if (!value.is_object()) return WrongKind(ObjectKindName(kind), value);
  ObjectKind got = value.AsObject()->shape()->kind();
  if (got == kind) return absl::OkStatus();
  return absl::InvalidArgumentError("expected " + std::string(ObjectKindName(kind)) + ", got " +
                                    std::string(ObjectKindName(got)));
}

}  // namespace internal

ObjectId RemoteObject::id() const { return object_ == nullptr ? ObjectId() : object_->oid(); }

GoneReason RemoteObject::gone() const {
  return object_ == nullptr ? GoneReason::kAlive : object_->gone();
}

uint64_t RemoteObject::HashKey() const {
  if (object_ == nullptr) return 0;
  // Two proxies of one object are equal, and have its oid in common, but for the root's: it is
  // there before its oid is known, and a key must not change.
  if (const link::Proxy* proxy = link::Proxy::From(object_.get())) {
    return proxy->is_root() ? 0 : proxy->oid().value();
  }
  return reinterpret_cast<uintptr_t>(object_.get());
}

absl::StatusOr<Subscription> RemoteObject::Listen(std::string_view method, std::string_view event,
                                                  const ObjectRef& listener,
                                                  internal::ListenerKind kind) const {
  absl::StatusOr<Value> done = Sync(Op::kCall, method, event, listener);
  if (!done.ok()) {
    // Of a call that may have been carried out, nothing must be seen.
    if (kind != internal::ListenerKind::kShared) {
      internal::ClientFunction::From(listener.get())->Silence();
    }
    return done.status();
  }
  return Subscription(std::make_unique<internal::SubscriptionState>(object_, std::string(event),
                                                                    listener, options_, kind));
}

absl::StatusOr<Subscription> RemoteObject::On(std::string_view event,
                                              const Callback& listener) const {
  if (listener.object() == nullptr) return NoListener();
  return Listen("on", event, listener.object(), internal::ListenerKind::kShared);
}

absl::StatusOr<Subscription> RemoteObject::Once(std::string_view event,
                                                const Callback& listener) const {
  if (listener.object() == nullptr) return NoListener();
  Ref<internal::ClientFunction> stand_in =
      internal::ClientFunction::From(listener.object().get())
          ->MakeStandIn({internal::Connection::Of(object_.get()), HashKey(), std::string(event)});
  return Listen("once", event, stand_in, internal::ListenerKind::kOwnOnce);
}

absl::Status RemoteObject::Off(std::string_view event, const Callback& listener) const {
  if (listener.object() == nullptr) return NoListener();
  Ref<internal::ClientFunction> stand_in =
      internal::ClientFunction::From(listener.object().get())
          ->StandInAt({internal::Connection::Of(object_.get()), HashKey(), std::string(event)});
  ObjectRef registered = stand_in == nullptr ? listener.object() : stand_in;
  absl::Status status = Sync(Op::kCall, "off", event, registered).status();
  if (stand_in != nullptr && status.ok()) stand_in->Silence();
  return status;
}

absl::StatusOr<Subscription> RemoteObject::Watch(std::function<void(GoneReason)> fn) const {
  internal::Connection* connection = internal::Connection::Of(object_.get());
  if (connection == nullptr) {
    return absl::FailedPreconditionError("only an object of the broker can be watched");
  }
  auto cancelled = std::make_shared<std::atomic<bool>>(false);
  uint64_t watch = connection->Watch(*link::Proxy::From(object_.get()),
                                     [cancelled, fn = std::move(fn)](GoneReason reason) {
                                       if (!cancelled->load(std::memory_order_acquire)) fn(reason);
                                     });
  return Subscription(
      std::make_unique<internal::SubscriptionState>(object_, watch, std::move(cancelled)));
}

Pipeline RemoteObject::Pipeline() const {
  return hawser::Pipeline(internal::FirstStep(object_)).With(options_);
}

}  // namespace hawser
