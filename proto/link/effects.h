#ifndef HAWSER_PROTO_LINK_EFFECTS_H_
#define HAWSER_PROTO_LINK_EFFECTS_H_

#include <vector>

#include "absl/container/inlined_vector.h"
#include "hawser/reply.h"
#include "proto/link/incoming_call.h"
#include "proto/link/proxy.h"

namespace hawser::link {

// What the link wants done where no lock is held, in this order.
struct Effects {
  ~Effects();

  struct Completion {
    Reply reply;
    Outcome outcome;
  };
  struct Gone {
    Ref<Proxy> proxy;
    GoneReason reason;
  };
  absl::InlinedVector<Completion, 4> completions;
  absl::InlinedVector<IncomingCall*, 4> stop;   // to be asked to stop; each with a reference
  absl::InlinedVector<IncomingCall*, 4> unref;  // the link's own references given up
  absl::InlinedVector<Gone, 1> gone;
  absl::InlinedVector<ObjectRef, 4> dropped;
  absl::InlinedVector<Value, 4> dropped_values;
  std::vector<Proxy*> dead;  // destroyed last of all: each may hold the endpoint's last reference
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_EFFECTS_H_
