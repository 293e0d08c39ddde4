#ifndef HAWSER_LISTENER_REGISTRY_H_
#define HAWSER_LISTENER_REGISTRY_H_

// ListenerRegistry: all listeners of all emitters of one module, so that a session's listeners go
// when the session does, whatever they listen to. Thread-safe. Under its lock callbacks are only
// compared and asked whether they are gone, which take no lock of ours; none is called or destroyed
// there.
//
// It also takes what the calls of listeners elsewhere come to. An event that cannot be sent, because
// its session has too much waiting already, is lost: counted with its listener, and the first one
// logged. Authors do not use this header.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "hawser/base/mutex.h"
#include "hawser/module_host.h"

namespace hawser {

class EventEmitter;
class Module;

namespace internal {

struct EmitterListeners;
struct EventListeners;
struct Listener;

class ListenerRegistry final : public ReplySink {
 public:
  explicit ListenerRegistry(Module& module);
  ~ListenerRegistry();

  // Registers `callback` of `session` (null: of the module). A callback that is gone already is not
  // registered.
  void Add(EventEmitter& emitter, std::string_view event, ObjectRef callback, bool once,
           const SessionRef& session) HAWSER_EXCLUDES(mu_);
  // Removes the one registered last; false if there is none.
  bool Remove(EventEmitter& emitter, std::string_view event, const Object& callback)
      HAWSER_EXCLUDES(mu_);
  // Removes those of an event (or "": all) and a session (or null: all).
  void RemoveAll(EventEmitter& emitter, std::string_view event, const SessionRef& session)
      HAWSER_EXCLUDES(mu_);
  size_t Count(const EventEmitter& emitter, std::string_view event) const HAWSER_EXCLUDES(mu_);

  // The listeners to call for one event, in order. Those registered with `once` are removed by
  // this.
  struct Taken {
    ObjectRef callback;
    uint64_t listener;  // its number
  };
  std::vector<Taken> Take(EventEmitter& emitter, std::string_view event) HAWSER_EXCLUDES(mu_);
  // Where the call of a listener may be answered; keeps the module until it is.
  Reply ReplyFor(uint64_t listener);
  void Deliver(uint64_t listener, Outcome outcome) override HAWSER_EXCLUDES(mu_);
  // `callback` was found gone: removes and counts all its listeners of `emitter`.
  void Detach(EventEmitter& emitter, const ObjectRef& callback) HAWSER_EXCLUDES(mu_);
  // Removes and counts all listeners that `session` registered, and all of the module's own that
  // are gone by now. True if the session had any.
  bool EndSession(const SessionId& session) HAWSER_EXCLUDES(mu_);

  HostedModule::ListenerCounts counts() const HAWSER_EXCLUDES(mu_);

 private:
  using Dropped = std::vector<ObjectRef>;  // destroyed by the caller, without the lock
  using BySite = std::map<std::string, uint64_t, std::less<>>;
  using Condition = std::function<bool(const EventListeners&, const Listener&)>;
  enum class Which : uint8_t { kAll, kGone };

  static EmitterListeners* Of(const EventEmitter& emitter);
  // Makes a live listener a dead one.
  void Drop(Listener* listener, Dropped& dropped) HAWSER_REQUIRES(mu_);
  void DropList(const SessionId& session, Which which, Dropped& dropped) HAWSER_REQUIRES(mu_);
  void RemoveIf(EventEmitter& emitter, const Condition& condition, Dropped& dropped)
      HAWSER_REQUIRES(mu_);
  // Forgets the dead, if they are many; `event` may be gone then, and its emitter's list too.
  void Compact(EventListeners& event) HAWSER_REQUIRES(mu_);
  void CountDetached(const Dropped& dropped) HAWSER_EXCLUDES(mu_);
  void CountLost(uint64_t listener, const Error& why) HAWSER_EXCLUDES(mu_);
  static void CountAt(BySite& counts, std::string_view site, uint64_t count);

  Module& module_;
  mutable base::Mutex mu_;
  // First of each session's listeners, which are linked. The key of the module's own is
  // SessionId().
  absl::flat_hash_map<SessionId, Listener*> by_session_ HAWSER_GUARDED_BY(mu_);
  absl::flat_hash_map<uint64_t, Listener*> by_number_ HAWSER_GUARDED_BY(mu_);  // the live ones
  uint64_t last_number_ HAWSER_GUARDED_BY(mu_) = 0;
  uint64_t detached_ HAWSER_GUARDED_BY(mu_) = 0;
  BySite detached_by_site_ HAWSER_GUARDED_BY(mu_);
  uint64_t lost_ HAWSER_GUARDED_BY(mu_) = 0;
  BySite lost_by_site_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace internal
}  // namespace hawser

#endif  // HAWSER_LISTENER_REGISTRY_H_
