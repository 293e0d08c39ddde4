#ifndef HAWSER_PLUGINS_COUNTER_COUNTER_H_
#define HAWSER_PLUGINS_COUNTER_COUNTER_H_

#include <hawser/module.h>

namespace hawser::counter {

// Counter: a number that can be counted up and that tells its listeners. Strand-bound.
class Counter final : public EventEmitter {
 public:
  explicit Counter(int64_t start) : value_(start) {}

  // By one, or by the number given. Gives the new value.
  int64_t Increment(std::optional<int64_t> by) {
    set_value(value_ + by.value_or(1));
    return value_;
  }
  void Reset() { set_value(0); }
  int64_t value() const { return value_; }
  void set_value(int64_t value) {
    value_ = value;
    Emit("changed", value_);
  }

 private:
  ~Counter() override = default;

  int64_t value_;
};

// What an object costs is promised: three words of the library's and the number.
static_assert(sizeof(Counter) == 40);

}  // namespace hawser::counter

#endif  // HAWSER_PLUGINS_COUNTER_COUNTER_H_
