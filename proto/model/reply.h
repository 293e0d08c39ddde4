#ifndef HAWSER_REPLY_H_
#define HAWSER_REPLY_H_

// Reply: the one answer a call gets, now or later, from any thread. Move-only and two words; a
// Reply dropped unanswered answers INTERNAL, so no caller ever waits for nothing (the lesson of
// sd-bus wrappers, whose deferred replies can be lost). Thread-compatible: owned by one party at a
// time.

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawser/error.h"
#include "hawser/value.h"

namespace hawser {

// Result of a call: a value or an error.
class Outcome {
 public:
  Outcome() = default;                                // undefined
  Outcome(Value value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Outcome(absl::StatusOr<Value> result);              // NOLINT(google-explicit-constructor)
  static Outcome Failed(Error error) { return Outcome(Value(std::move(error)), true); }
  static Outcome Failed(const absl::Status& status) { return Failed(Error::FromStatus(status)); }

  bool ok() const { return !failed_; }
  const Value& value() const { return value_; }  // of an ok outcome
  Value& value() { return value_; }
  Error error() const { return value_.AsError(); }  // of a failed one
  absl::StatusOr<Value> ToStatusOr() &&;

 private:
  Outcome(Value value, bool failed) : value_(std::move(value)), failed_(failed) {}

  Value value_;
  bool failed_ = false;
};

// Who waits for a Reply. Deliver is called exactly once per Reply, from any thread, with no lock of
// ours held.
class ReplySink {
 public:
  virtual void Deliver(uint64_t token, Outcome outcome) = 0;

 protected:
  ~ReplySink() = default;
};

class Reply {
 public:
  Reply() = default;  // answers nobody
  // `sink` must live until Deliver was called.
  Reply(ReplySink* sink, uint64_t token) : sink_(sink), token_(token) {}
  Reply(Reply&& other) noexcept
      : sink_(std::exchange(other.sink_, nullptr)), token_(other.token_) {}
  // Drops the answer this one still owed.
  Reply& operator=(Reply&& other) noexcept {
    Reply taken(std::move(other));
    std::swap(sink_, taken.sink_);
    std::swap(token_, taken.token_);
    return *this;
  }
  ~Reply() {
    if (sink_ != nullptr) Drop();
  }

  bool pending() const { return sink_ != nullptr; }

  // Each answers and leaves this Reply empty; on an empty one they do nothing.
  void Return(Value value = {}) { Answer(Outcome(std::move(value))); }
  void Fail(const absl::Status& status) { Answer(Outcome::Failed(status)); }
  void Fail(Error error) { Answer(Outcome::Failed(std::move(error))); }
  void Answer(Outcome outcome) {
    if (sink_ != nullptr) std::exchange(sink_, nullptr)->Deliver(token_, std::move(outcome));
  }

 private:
  void Drop();

  ReplySink* sink_ = nullptr;
  uint64_t token_ = 0;
};

}  // namespace hawser

#endif  // HAWSER_REPLY_H_
