#ifndef HAWSER_BROKER_CORE_CLAIM_TABLE_H_
#define HAWSER_BROKER_CORE_CLAIM_TABLE_H_

// ClaimTable: what getCurrentWindow and getCurrentWebContents answer each session. When a session
// starts, every module is asked on its strand what it claims; the first module, in the order they
// were added, that claims one wins. Calls that come before all have answered wait as late replies.
// Thread-safe.

#include <vector>

#include "absl/container/flat_hash_map.h"
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

  // Answers with the claim, now or when all modules were asked. NOT_FOUND if no module claims one.
  void Current(const SessionRef& session, Which which, Reply reply) HAWSER_EXCLUDES(mu_);

 private:
  struct Waiting {
    Which which;
    Reply reply;
  };
  struct Entry {
    std::vector<HostedModule::Claim> claims;  // in the order of modules
    size_t missing = 0;
    std::vector<Waiting> waiting;
  };

  void Put(const SessionId& session, size_t index, HostedModule::Claim claim) HAWSER_EXCLUDES(mu_);
  static Outcome Find(const Entry& entry, Which which);

  base::Mutex mu_;
  absl::flat_hash_map<SessionId, Entry> entries_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_CLAIM_TABLE_H_
