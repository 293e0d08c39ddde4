// A module that forgets to answer.

#include <hawser/module.h>

HAWSER_MODULE(returns_nothing, module) {
  module.Function("drop", [](hawser::LateReply) {});
  module.Function("promise", [] { return hawser::MakeRef<hawser::Promise>(); });
}
