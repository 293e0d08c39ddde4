#ifndef HAWSER_PLUGINS_COUNTER_COUNTER_H_
#define HAWSER_PLUGINS_COUNTER_COUNTER_H_

// Counter: a number that can be counted up and that tells its listeners. Strand-bound.

#include <memory>

#include <hawser/module.h>

namespace hawser::counter {

// How many counters there are. Shared by the module and its counters.
struct Census {
  int64_t live = 0;
  int64_t made = 0;
};

class Counter final : public EventEmitter {
 public:
  Counter(std::shared_ptr<Census> census, int64_t start)
      : census_(std::move(census)), value_(start) {
    ++census_->live;
    ++census_->made;
  }

  int64_t Increment(std::optional<int64_t> by) {
    value_ += by.value_or(1);
    Emit("changed", value_);
    return value_;
  }
  void Reset() { set_value(0); }
  int64_t value() const { return value_; }
  void set_value(int64_t value) {
    value_ = value;
    Emit("changed", value_);
  }

 private:
  ~Counter() override { --census_->live; }

  const std::shared_ptr<Census> census_;
  int64_t value_;
};

}  // namespace hawser::counter

#endif  // HAWSER_PLUGINS_COUNTER_COUNTER_H_
