#ifndef HAWSER_PROTO_LINK_EFFECTS_H_
#define HAWSER_PROTO_LINK_EFFECTS_H_

#include <memory>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "hawser/reply.h"
#include "proto/link/incoming_call.h"
#include "proto/link/proxy.h"

namespace hawser::link {

// What the link wants done where no lock is held, in this order.
struct Effects {
  struct Completion {
    Reply reply;
    Outcome outcome;
  };
  struct Gone {
    Ref<Proxy> proxy;
    GoneReason reason;
  };
  // First, so that they are destroyed last: each may hold the endpoint's last reference.
  DeadProxies dead;
  absl::InlinedVector<Completion, 4> completions;
  absl::InlinedVector<IncomingCall*, 4> unref;  // the link's own references given up
  absl::InlinedVector<ObjectRef, 4> dropped;
  absl::InlinedVector<Value, 4> dropped_values;
  // Made when it is first needed: every call makes and destroys several Effects.
  struct Rare {
    std::vector<IncomingCall*> stop;  // to be asked to stop; each with a reference
    std::vector<Gone> gone;
  };
  std::unique_ptr<Rare> rare;
  // Nothing is to be done; what is only to be destroyed is left out.
  bool idle() const {
    return completions.empty() && unref.empty() && dropped.empty() && rare == nullptr;
  }
  Rare& GetRare() {
    if (!rare) rare = std::make_unique<Rare>();
    return *rare;
  }
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_EFFECTS_H_
