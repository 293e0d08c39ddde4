#ifndef HAWSER_EVENT_EMITTER_H_
#define HAWSER_EVENT_EMITTER_H_

// EventEmitter: base of classes whose objects emit events. Clients get the members
//
//   on(event, listener)           listens until removed, or until the client's session ends
//   once(event, listener)         listens for one time
//   off(event, listener)          the same function is always the same listener, so this finds it
//   addListener, removeListener   other names of on and off
//   listenerCount([event])        those of all sessions
//   removeAllListeners([event])   of the calling session; those of others stay
//
// on, once and off give undefined. A class that declares events refuses to listen to others.
// Listeners of a session that ended are gone at once, without waiting for the next Emit, and
// counted by the place where they were made. An event for a client that has more waiting than its
// session's limits allow is lost for that client: counted the same way, and the first one of a
// listener is logged.
//
// An emitter nobody listens to costs one null pointer. Emit and the registration of listeners are
// thread-safe; listeners that are functions of the module run on its strand, or with
// Concurrency::kPerObject on any of them.

#include <atomic>
#include <string_view>
#include <utility>

#include "hawser/callable.h"
#include "hawser/module_object.h"

namespace hawser {

namespace internal {
struct EmitterListeners;
class ListenerRegistry;
class MemberTable;
}  // namespace internal

class EventEmitter : public ModuleObject {
 public:
  // Calls all listeners of `event` with the arguments and gives their number. Listeners in other
  // processes run later; nothing a listener does, throws or fails with reaches the emitter or the
  // other listeners.
  template <typename... A>
  size_t Emit(std::string_view event, A&&... args) {
    if (!has_listeners()) return 0;
    Array values;
    values.reserve(sizeof...(A));
    (values.push_back(internal::ToValue(std::forward<A>(args))), ...);
    return EmitArray(event, std::move(values));
  }
  size_t EmitArray(std::string_view event, Array args);

  // The same from inside the module. INVALID_ARGUMENT if the class declares events and `event` is
  // none of them.
  absl::Status On(std::string_view event, Function listener) {
    return Add(event, std::move(listener), false, nullptr);
  }
  absl::Status Once(std::string_view event, Function listener) {
    return Add(event, std::move(listener), true, nullptr);
  }
  // Removes the one registered last; false if there is none.
  bool Off(std::string_view event, const Function& listener);
  void RemoveAllListeners(std::string_view event = {});
  // Of one event, or of all.
  size_t ListenerCount(std::string_view event = {}) const;

  bool has_listeners() const { return listeners_.load(std::memory_order_acquire) != nullptr; }

 protected:
  EventEmitter() = default;
  ~EventEmitter() override;

 private:
  friend class internal::ListenerRegistry;
  friend void AddEmitterMembers(internal::MemberTable& table);

  void DropListeners() override;
  absl::Status Add(std::string_view event, Function listener, bool once, const SessionRef& session);

  std::atomic<internal::EmitterListeners*> listeners_{
      nullptr};  // written under the registry's lock
};

// Fills `table` with the members listed above.
void AddEmitterMembers(internal::MemberTable& table);

}  // namespace hawser

#endif  // HAWSER_EVENT_EMITTER_H_
