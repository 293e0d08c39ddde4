#ifndef TESTS_TESTDATA_PLUGINS_STAGE_THING_H_
#define TESTS_TESTDATA_PLUGINS_STAGE_THING_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "hawser/module.h"
#include "tests/testdata/plugins/stage/state.h"

namespace stage {

// What a Thing inherits.
class Being : public hawser::EventEmitter {
 public:
  std::string Kind() const { return "being"; }
};

// The object that scenarios make, hold, lose and listen to. Counted while it lives.
class Thing final : public Being {
 public:
  Thing(StatePtr state, std::string name) : state_(std::move(state)), name_(std::move(name)) {
    ++state_->live;
  }
  ~Thing() override { --state_->live; }

  const std::string& name() const { return name_; }
  absl::Status set_name(std::string name) {
    if (name.empty()) return absl::OutOfRangeError("a thing needs a name");
    name_ = std::move(name);
    return absl::OkStatus();
  }
  int64_t touched() const { return touched_; }
  int64_t Touch() {
    ++state_->touches;
    return ++touched_;
  }

 private:
  const StatePtr state_;
  std::string name_;
  int64_t touched_ = 0;
};

// Registers both.
void RegisterThing(hawser::Module& module, const StatePtr& state);

}  // namespace stage

#endif  // TESTS_TESTDATA_PLUGINS_STAGE_THING_H_
