#include "tests/scenarios/scenario.h"

namespace hawser::scenarios {

std::vector<std::string> Scenario::Plugins() {
  return {"counter", "map_numbers", "window", "stage", "slow", "foo", "answer", "greet"};
}

Scenario::Scenario(const std::vector<std::string>& plugins)
    : main_(GetParam() == Where::kInProcess ? StartInProcess(plugins) : StartDaemon(plugins)),
      observer_(Connect({{"name", "observer"}})),
      stage_(observer_.Require("stage").value()),
      thing_(stage_.Get<RemoteConstructor>("Thing").value()) {}

Scenario::~Scenario() {
  thing_.Release();
  stage_.Release();
  // Before main goes: a client whose broker goes first would try to find it again.
  EXPECT_THAT(observer_.Close(), IsOk());
}

Remote Scenario::ConnectWith(ConnectOptions options) {
  return Remote::Connect(main_->endpoint(), std::move(options)).value();
}

Array Scenario::HoldersOf(const RemoteObject& object) {
  RemoteObject broker = observer_.broker().value();
  return broker.Call<Array>("holders", object.id().value()).value();
}

}  // namespace hawser::scenarios
