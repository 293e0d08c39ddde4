// Leaves an object of its own in a static, and then fails.

#include "hawser/module.h"

namespace {

class Kept final : public hawser::ModuleObject {};
hawser::Ref<Kept> kept;

}  // namespace

HAWSER_MODULE(keeps_static_and_fails, module) {
  module.Class<Kept>("Kept");
  kept = hawser::Make<Kept>();
  throw hawser::Exception(absl::StatusCode::kFailedPrecondition, "config missing");
}
