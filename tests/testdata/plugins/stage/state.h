#ifndef TESTS_TESTDATA_PLUGINS_STAGE_STATE_H_
#define TESTS_TESTDATA_PLUGINS_STAGE_STATE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "hawser/module.h"

namespace stage {

// What the module keeps between calls. Strand-bound.
struct State {
  int64_t live = 0;     // Things there are
  int64_t touches = 0;  // of all Things together
  hawser::Array items{1, 2, 3};
  std::vector<uint8_t> bytes{10, 20, 30};
  std::vector<hawser::Value> kept;
  std::vector<hawser::LateReply> held;
  std::vector<hawser::Ref<hawser::Promise>> promises;  // not settled yet
  hawser::Array log;
  hawser::Record ended;  // id of a session -> why it ended
  hawser::Ref<hawser::DynamicObject> settings;

  // Lets go of everything that keeps an object.
  void Clear() {
    kept.clear();
    held.clear();
    promises.clear();
    log.clear();
    settings.reset();
  }
};
using StatePtr = std::shared_ptr<State>;

}  // namespace stage

#endif  // TESTS_TESTDATA_PLUGINS_STAGE_STATE_H_
