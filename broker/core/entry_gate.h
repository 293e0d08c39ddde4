#ifndef HAWSER_BROKER_CORE_ENTRY_GATE_H_
#define HAWSER_BROKER_CORE_ENTRY_GATE_H_

// EntryGate: asks the modules' hooks about one use of an entry point (require, getGlobal, ...), one
// after the other, each on its module's strand. No thread waits: the chain goes on where the last
// hook ran. Without hooks it costs one look. Thread-safe.

#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "broker/core/module_registry.h"

namespace hawser::broker {

class EntryGate {
 public:
  // PERMISSION_DENIED "require('x') was blocked by MODULE: reason"; or OK and what a hook wants
  // answered instead; or OK and nothing: go on. The first hook that does not pass decides.
  using Verdict = absl::AnyInvocable<void(absl::Status, std::optional<Value> replacement)>;

  explicit EntryGate(const ModuleRegistry& modules) : modules_(modules) {}

  // Calls `verdict` once, here if there are no hooks, else on a hook's strand; or destroys it
  // uncalled if the broker stops meanwhile.
  void Ask(EntryRequest::Point point, SessionRef session, std::string_view name, Verdict verdict);

 private:
  const ModuleRegistry& modules_;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_ENTRY_GATE_H_
