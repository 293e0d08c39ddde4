#ifndef HAWSER_PLUGINS_COUNTER_COUNTER_H_
#define HAWSER_PLUGINS_COUNTER_COUNTER_H_

#include <optional>
#include <string>

#include <hawser/module.h>

namespace hawser::counter {

// OUT_OF_RANGE if the sum is no int64.
inline absl::StatusOr<int64_t> Sum(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return absl::OutOfRangeError(std::to_string(a) + " + " + std::to_string(b) +
                               " is outside the range of int64");
}

// Counter: a number that can be counted up and that tells its listeners. Strand-bound.
class Counter final : public EventEmitter {
 public:
  explicit Counter(int64_t start) : value_(start) {}

  // By one, or by the number given. Gives the new value. OUT_OF_RANGE, and nothing changed, if that
  // is no int64.
  absl::StatusOr<int64_t> Increment(std::optional<int64_t> by) {
    absl::StatusOr<int64_t> sum = Sum(value_, by.value_or(1));
    if (sum.ok()) set_value(*sum);
    return sum;
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
