#ifndef HAWSER_PROMISE_H_
#define HAWSER_PROMISE_H_

// Promise: an Object one awaits by a call (OP_AWAIT), answered when it settles. Crosses by
// reference like any object. Thread-safe. Destroyed unsettled, it answers those who wait with
// INTERNAL. Who no longer waits, because its call was cancelled, its deadline passed or its session
// ended, is forgotten at once.

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "hawser/base/mutex.h"
#include "hawser/object.h"

namespace hawser {

class Promise final : public Object, public ReplySink {
 public:
  Promise();

  // Settles it; only the first of all calls of Resolve, Reject and Settle counts. Waiting calls are
  // answered on this thread, with no lock held. Resolving with another promise follows that
  // promise: this one settles when that one does, and as it does. One that ends in itself, or in
  // more than a few dozen of other processes in a row, fails with INVALID_ARGUMENT.
  void Resolve(Value value) { Settle(Outcome(std::move(value))); }
  void Reject(Error error) { Settle(Outcome::Failed(std::move(error))); }
  void Reject(const absl::Status& status) { Settle(Outcome::Failed(status)); }
  void Settle(Outcome outcome);

  bool settled() const;
  // nullopt until it is settled.
  std::optional<Outcome> outcome() const;

  // Runs `then` once when it settles: at once if it has. On `executor`, or on the settling thread
  // if null. Works for any object of kind promise, a proxy too. `then` must not throw.
  // INVALID_ARGUMENT if `promise` is null.
  static void Then(const ObjectRef& promise, base::Executor* executor,
                   std::function<void(Outcome)> then);

  // A Reply that settles `promise`.
  static Reply ReplyInto(Ref<Promise> promise);

  ShapeRef shape() const override;
  void Invoke(Invocation call, Reply reply) override;

  void Deliver(uint64_t token, Outcome outcome) override;

 private:
  enum class State : uint8_t { kPending, kFollowing, kSettled };

  struct Waiter;
  using Waiters = std::vector<std::unique_ptr<Waiter>>;

  ~Promise() override;

  // The call of `waiter` was stopped.
  void OnStopped(Waiter* waiter);
  static void AnswerAll(Waiters waiting, const Outcome& outcome);
  // Settles with what is no promise, if the state is `from`.
  void Finish(State from, Outcome outcome);
  // Settles as `promise` will, the `step`-th in a row.
  void Follow(ObjectRef promise, uint64_t step);

  mutable base::Mutex mu_;
  State state_ HAWSER_GUARDED_BY(mu_) = State::kPending;
  Outcome outcome_ HAWSER_GUARDED_BY(mu_);
  Waiters waiting_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser

#endif  // HAWSER_PROMISE_H_
