#include "tests/testdata/plugins/stage/thing.h"

namespace stage {

using hawser::Make;
using hawser::Ref;

void RegisterThing(hawser::Module& module, const StatePtr& state) {
  module.Class<Being>("Being").Method("kind", &Being::Kind);
  module.Class<Thing>("Thing")
      .Extends<Being>()
      .Constructor([state](std::string name) { return Make<Thing>(state, std::move(name)); })
      .Property("name", &Thing::name, &Thing::set_name)
      .Property("touched", &Thing::touched)
      .Property(
          "broken",
          [](Thing&) -> absl::StatusOr<int64_t> { return absl::DataLossError("the getter fails"); })
      .Method("touch", &Thing::Touch)
      .Method("secret", [](Thing&) { return "nobody gets this"; })
      .Hidden()
      .Method("self", [](Thing& self) { return Ref<Thing>(&self); })
      .Method("twin", [state](Thing& self) { return Make<Thing>(state, self.name()); })
      .Method("destroy", [](Thing& self) { hawser::Destroy(self); })
      .Event<int64_t>("ping")
      .Event("closed")
      .Static("named", [state](std::string name) { return Make<Thing>(state, std::move(name)); })
      .StaticConstant("limit", 7)
      .StaticProperty("live", [state] { return state->live; });
}

}  // namespace stage
