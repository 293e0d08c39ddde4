#ifndef CLIENT_INTERNAL_CALLS_H_
#define CLIENT_INTERNAL_CALLS_H_

// What a call of the program comes down to: sent over a connection, answered at once, or made
// inside this process.

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "client/internal/connection.h"
#include "client/internal/future_state.h"
#include "hawser/call.h"

namespace hawser::internal {

// What a call is made on: an object, or the answer of an earlier call.
struct CallTarget {
  ObjectRef object;
  uint64_t answer = 0;              // where object is null
  Ref<Connection> connection = {};  // of the answer
};

struct CallPlan {
  // Null: a call inside this process.
  Ref<Connection> connection;
  link::OutgoingCall call;
  // Set: no message is needed, this is the answer.
  std::optional<Value> answer;
  std::vector<wire::AnswerArg> answer_args;  // call.answer_args views it
  // A callback of this program is called as the broker would call it: one of mode kCall gives a
  // promise.
  bool as_by_broker = false;
};

// Checks a call against what is known here and fills `plan`, which borrows from `request`. Pending
// arguments whose answers are there take their places in request.args.
absl::Status PlanCall(const CallTarget& target, const CallRequest& request, CallPlan* plan);

// Carries out the plan of a call on `target`; `state` will have the answer.
void Send(CallPlan plan, const CallTarget& target, const CallRequest& request, FutureState& state);

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_CALLS_H_
