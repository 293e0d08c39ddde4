// How long an object in the broker lives: as long as a handle of it does here.

#include <hawser/base/status_macros.h>

#include "client/examples/example.h"

absl::Status Example(hawser::Remote& remote) {
  HAWSER_ASSIGN_OR_RETURN(hawser::RemoteObject module, remote.Require("counter"));
  hawser::RemoteObject kept;
  {
    HAWSER_ASSIGN_OR_RETURN(hawser::RemoteObject counter, module.NewOf("Counter", 10));
    HAWSER_ASSIGN_OR_RETURN(hawser::RemoteObject other, module.NewOf("Counter", 20));
    kept = counter;  // the same reference
    std::printf("objects held: %zu\n", remote.stats().remote_objects);
  }
  // `other` is released: in the broker it is gone, for nobody else had it. `counter` lives, by its
  // copy. A handle that is kept for ever, in a map say, keeps its object for ever; `hawser refs`
  // says who holds it.
  HAWSER_ASSIGN_OR_RETURN(int64_t value, kept.Call<int64_t>("increment"));
  std::printf("still there: %lld\n", static_cast<long long>(value));

  HAWSER_ASSIGN_OR_RETURN(int64_t live, module.Call<int64_t>("live"));
  std::printf("counters alive in the broker: %lld\n", static_cast<long long>(live));

  // Numbers, strings, arrays, records and bytes are copies: nothing of them is held in the broker.
  return absl::OkStatus();
}

int main(int argc, char** argv) { return RunExample(argc, argv, &Example); }
