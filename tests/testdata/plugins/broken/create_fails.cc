// Cannot be made: what its block throws is the reason.

#include <hawser/module.h>

HAWSER_MODULE(create_fails, module) {
  module.Version("1.0");
  module.Global("answer", 42);
  throw hawser::Exception(absl::StatusCode::kNotFound, "there is no database at /nowhere");
}
