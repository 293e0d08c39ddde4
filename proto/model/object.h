#ifndef HAWSER_OBJECT_H_
#define HAWSER_OBJECT_H_

// Object: the one idea that carries everything. It can be described (its shape) and sent a call,
// which it answers now or later through a Reply. Module objects implement it; a proxy for something
// in another process implements it; a callback, a promise and the inspection of the broker are
// Objects; a Value can hold one. So no part of the system asks where an object lives.
//
// Ownership: counted, by Ref<T>. When the last reference goes, Dispose() runs, on whatever thread
// dropped it; it only arranges for the destruction where the object belongs.

#include <atomic>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string_view>

#include "absl/status/status.h"
#include "hawser/base/executor.h"
#include "hawser/convert.h"  // IWYU pragma: export
#include "hawser/ids.h"
#include "hawser/reply.h"
#include "hawser/session_view.h"
#include "hawser/shape.h"
#include "hawser/value.h"

namespace hawser {

// Numbers as in Op of session.proto.
enum class Op : uint8_t { kCall, kGet, kSet, kNew, kDescribe, kAwait };
std::string_view OpName(Op op);  // "call", "get", ...

// Circumstances of a call. Valid while the call's Reply is unanswered.
class CallContext {
 public:
  // The session that called; null for a call from inside the process.
  virtual SessionRef session() const = 0;
  // Set when the caller cancelled, its deadline passed, or its session ended.
  virtual std::stop_token stop_token() = 0;

 protected:
  ~CallContext() = default;
};

// One call, as it reaches an object. Valid only until Object::Invoke returns; what is needed later
// must be moved or copied out.
struct Invocation {
  static constexpr int kSelf = -1;  // no member: the object itself

  Op op = Op::kCall;
  // The member: index into `shape`, or kSelf. Where `shape` is null, `name` names it ("" for
  // kSelf).
  int member = kSelf;
  const Shape* shape = nullptr;  // of the handle the caller used
  std::string_view name = {};
  std::span<Value> args = {};      // may be moved from
  CallContext* context = nullptr;  // null for a call from inside the process without circumstances
  // Nobody takes the answer.
  bool no_reply = false;

  // The member's name, whichever way it was given; "" for kSelf.
  std::string_view member_name() const {
    if (shape == nullptr) return name;
    return member == kSelf ? std::string_view()
                           : std::string_view(shape->members()[static_cast<size_t>(member)].name);
  }
};

// Why an object can no longer be used, as in Gone.Reason of session.proto; kAlive otherwise.
enum class GoneReason : uint8_t {
  kAlive,
  kDestroyed,
  kModuleUnloaded,
  kRevoked,
  kPolicy,
  kCrashed,
  kSessionEnded
};
std::string_view GoneReasonName(GoneReason reason);

class Object {
 public:
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  // shape(), site() and constant() are asked while a session's lock is held: they must not block,
  // take locks others hold for long, nor call other objects or module code.

  // The members it shows now. Thread-safe.
  virtual ShapeRef shape() const = 0;

  // Runs a call; must answer `reply` exactly once, now or later. Called on home() if there is one,
  // else on any thread, possibly several at once. Must not throw. Policy, index bounds and hidden
  // members were checked before.
  virtual void Invoke(Invocation call, Reply reply) = 0;

  // The strand calls must run on; null if they may run anywhere and never block (proxies,
  // promises).
  virtual base::Executor* home() const { return nullptr; }

  // Where a function was made, such as "shop/cart.cc:42"; "" if unknown.
  virtual std::string_view site() const { return {}; }
  // What a function of mode kConst answers; undefined for all others.
  virtual Value constant() const { return {}; }
  // Not kAlive: every call fails at once with NOT_FOUND. Thread-safe.
  virtual GoneReason gone() const { return GoneReason::kAlive; }
  // Name in this run of the object's own process: for a proxy the far one's, for an exported object
  // ours; none before export.
  virtual ObjectId oid() const { return {}; }
  // Tells implementations apart that another layer must recognise (the link its proxies): the
  // address of something only they have.
  virtual const void* type_tag() const { return nullptr; }
  // True for the same object, wherever its references came from. Thread-safe.
  virtual bool Same(const Object& other) const { return this == &other; }

  void AddRef() const { refs_.fetch_add(1, std::memory_order_relaxed); }
  void Unref() const {
    if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) const_cast<Object*>(this)->Dispose();
  }
  // Takes a reference unless the object is on its way out. For tables that hold objects weakly,
  // under the lock that Dispose takes too.
  bool TryAddRef() const;

  // Slot in the table of exported objects; 0: not exported. Owned by that table and read and
  // written under its lock.
  uint32_t export_slot() const { return export_slot_; }
  void set_export_slot(uint32_t slot) { export_slot_ = slot; }

 protected:
  Object() = default;
  virtual ~Object() = default;
  // The last reference is gone. Default: delete. Overridden to hand the destruction to a strand or
  // to a table.
  virtual void Dispose() { delete this; }
  uint32_t ref_count() const { return refs_.load(std::memory_order_acquire); }

 private:
  mutable std::atomic<uint32_t> refs_{1};
  uint32_t export_slot_ = 0;
};

// The status every call of a gone object fails with: NOT_FOUND "NAME @OID is gone: REASON", for
// functions whose origin is known "NAME made at SITE is gone: REASON".
absl::Status GoneStatus(const Object& object);

}  // namespace hawser

#endif  // HAWSER_OBJECT_H_
