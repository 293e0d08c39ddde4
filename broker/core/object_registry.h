#ifndef HAWSER_BROKER_CORE_OBJECT_REGISTRY_H_
#define HAWSER_BROKER_CORE_OBJECT_REGISTRY_H_

// ObjectRegistry: every object that at least one session holds, with its id, age and number of
// holders, and the holder where there is only one. 32 bytes an object. It holds no object alive: the
// sessions' export tables do, and it is told by them. Which several sessions hold an object is asked
// of the sessions. Thread-safe; its lock is a leaf, taken under the sessions' locks.

#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "hawser/base/clock.h"
#include "hawser/base/mutex.h"
#include "hawser/object.h"
#include "hawser/session_view.h"

namespace hawser::broker {

class ObjectRegistry {
 public:
  // Where an object lives that is a proxy: objects with the same origin are the same.
  struct Origin {
    const void* peer;  // null: here
    uint64_t oid;
  };

  explicit ObjectRegistry(const base::Clock& clock);

  // `holder` exports / a session no longer exports `object`. Balanced by the caller, per handle; a
  // holder lives until all its handles are given back.
  void AddHolder(Object* object, SessionView& holder, Origin origin = {}) HAWSER_EXCLUDES(mu_);
  void RemoveHolder(Object* object, Origin origin = {}) HAWSER_EXCLUDES(mu_);
  // Of an object with a holder; none otherwise. Never reused in this run. Objects that are the same
  // (one of a provider, described anew) share theirs.
  ObjectId IdOf(const Object* object) const HAWSER_EXCLUDES(mu_);

  // `object` is no more: whom to tell. None if nobody holds it, or if it was asked before, since
  // holders are told once.
  struct Holders {
    uint32_t handles;  // over all sessions
    SessionRef sole;   // null if several sessions hold it, or did
  };
  std::optional<Holders> TakeHoldersToTell(const Object* object) HAWSER_EXCLUDES(mu_);

  struct Info {
    ObjectId id;
    uint32_t holders;  // handles, over all sessions
    uint32_t born_s;   // Unix seconds of the first export
  };
  // The object, with a reference, if it still has a holder; of proxies of one object any.
  ObjectRef Find(ObjectId id, Info* info = nullptr) const HAWSER_EXCLUDES(mu_);
  // All of them.
  std::vector<ObjectRef> FindAll(ObjectId id) const HAWSER_EXCLUDES(mu_);
  // Up to `limit` live objects, in order of slot, from `cursor` (0: the first) on. A page may be
  // short, even empty, before the end: the table is never locked for long. `next_cursor` gets where
  // the next page starts, 0 at the end.
  std::vector<std::pair<ObjectRef, Info>> Page(uint64_t cursor, size_t limit,
                                               uint64_t* next_cursor) const HAWSER_EXCLUDES(mu_);
  size_t size() const HAWSER_EXCLUDES(mu_);

 private:
  struct Slot {
    Object* object = nullptr;  // null: free; then `holders` is the next free slot
    uint64_t id = 0;
    SessionView* sole = nullptr;  // null: several hold it, or did
    uint32_t holders : 31 = 0;
    uint32_t told : 1 = 0;  // holders were told that it is gone
    uint32_t born_s = 0;
  };
  static_assert(sizeof(Slot) == 32);

  using Foreign = std::tuple<const void*, uint64_t, uint32_t>;  // an origin, and a slot

  // Visits the slots of `id` until `visit` says to stop.
  template <typename Visitor>  // bool(const Slot&), under the lock
  void Search(ObjectId id, Visitor visit) const HAWSER_EXCLUDES(mu_);
  uint64_t NewId(const Origin& origin, uint32_t index) HAWSER_REQUIRES(mu_);

  const base::Clock& clock_;
  mutable base::Mutex mu_;
  std::vector<Slot> slots_ HAWSER_GUARDED_BY(mu_);  // slot 0 is never used
  std::set<Foreign> foreign_ HAWSER_GUARDED_BY(mu_);
  uint64_t last_id_ HAWSER_GUARDED_BY(mu_) = 0;
  uint32_t free_ HAWSER_GUARDED_BY(mu_) = 0;
  size_t live_ HAWSER_GUARDED_BY(mu_) = 0;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_OBJECT_REGISTRY_H_
