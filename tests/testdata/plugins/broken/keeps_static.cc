// Keeps an object of its own in a static, which goes with the library, or with the process.

#include "hawser/module.h"

namespace {

class Kept final : public hawser::ModuleObject {};
hawser::Ref<Kept> kept;

}  // namespace

HAWSER_MODULE(keeps_static, module) {
  module.Class<Kept>("Kept");
  kept = hawser::Make<Kept>();
}
