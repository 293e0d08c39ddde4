#ifndef HAWSER_BROKER_CORE_CLAIM_TABLE_H_
#define HAWSER_BROKER_CORE_CLAIM_TABLE_H_

// ClaimTable: what getCurrentWindow and getCurrentWebContents answer each session. When a session
// starts, every module is asked on its strand what it claims; the first module, in the order they
// were added, that claims one wins. Calls that come before all have answered wait as late replies.
// What is destroyed, as a window that is closed, is dropped at once: the session has none from then
// on. Thread-safe.

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "broker/core/module_registry.h"
#include "hawser/base/mutex.h"

namespace hawser::broker {

class ClaimTable {
 public:
  enum class Which { kWindow, kContents };

  // A session starts. Asks the modules; they answer later.
  void Begin(const SessionRef& session, const ModuleRegistry& modules) HAWSER_EXCLUDES(mu_);
  // It ended. Gives what was claimed for it, to be dropped with the session's other pins; a claim
  // that comes later is dropped on its module's strand.
  std::vector<ObjectRef> End(const SessionId& session) HAWSER_EXCLUDES(mu_);

  // An object is no more. If it was claimed, it is dropped.
  void ObjectGone(const Object& object) HAWSER_EXCLUDES(mu_);

  // Answers with the claim, now or when all modules were asked. NOT_FOUND if no module claims one,
  // or what it claimed is gone; what a module that refuses says.
  void Current(const SessionRef& session, Which which, Reply reply) HAWSER_EXCLUDES(mu_);

 private:
  struct Waiting {
    Which which;
    Reply reply;
  };
  // What one module claims.
  struct Claimed {
    HostedModule::Claim claim;
    // It was claimed, and is no more.
    bool window_gone = false;
    bool contents_gone = false;
  };
  struct Entry {
    std::vector<Claimed> claims;  // in the order of modules
    size_t missing = 0;
    std::vector<Waiting> waiting;
  };

  void Put(const SessionId& session, size_t index, HostedModule::Claim claim) HAWSER_EXCLUDES(mu_);
  // Takes `object` out, which is gone, and remembers that; it is to be dropped without the lock.
  static void Take(ObjectRef& object, bool& gone, std::vector<ObjectRef>* dropped);
  static void TakeIfGone(ObjectRef& object, bool& gone, std::vector<ObjectRef>* dropped);
  void AddHolder(const ObjectRef& object, const SessionId& session) HAWSER_REQUIRES(mu_);
  void RemoveHolder(const ObjectRef& object, const SessionId& session) HAWSER_REQUIRES(mu_);
  static Outcome Find(const Entry& entry, Which which);

  base::Mutex mu_;
  absl::flat_hash_map<SessionId, Entry> entries_ HAWSER_GUARDED_BY(mu_);
  // The sessions whose entries hold an object.
  absl::flat_hash_map<const Object*, absl::flat_hash_set<SessionId>> holders_
      HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_CLAIM_TABLE_H_
