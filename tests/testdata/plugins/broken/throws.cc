// A module whose code throws wherever it can.

#include <stdexcept>

#include <hawser/module.h>

namespace {

class Thrower final : public hawser::EventEmitter {
 public:
  explicit Thrower(bool throws) {
    if (throws) throw std::runtime_error("constructor");
  }
};

}  // namespace

HAWSER_MODULE(throws, module) {
  module.Class<Thrower>("Thrower")
      .Constructor<bool>()
      .Method("method", [](Thrower&) { throw std::logic_error("method"); })
      .Property(
          "property", [](Thrower&) -> int { throw std::out_of_range("getter"); },
          [](Thrower&, int) { throw std::invalid_argument("setter"); })
      .Event("event");
  module.Function("function", [] { throw std::bad_alloc(); });
  module.Function("odd", [] { throw 7; });
  module.Function("later", [](hawser::LateReply) { throw std::runtime_error("late"); });
  module.Function("timer", [&module] {
    module.Timer(absl::ZeroDuration(), [] { throw std::runtime_error("timer"); });
  });
  module.Function("cleanup", [](const hawser::Caller& caller) {
    caller.OnEnd([](hawser::EndReason) { throw std::runtime_error("cleanup"); });
  });
  module.OnSessionStart(
      [](const hawser::SessionRef&) { throw std::runtime_error("session start"); });
  module.OnSessionEnd([](const hawser::SessionRef&, hawser::EndReason) {
    throw std::runtime_error("session end");
  });
  module.OnUnload([] { throw std::runtime_error("unload"); });
}
