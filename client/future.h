#ifndef HAWSER_FUTURE_H_
#define HAWSER_FUTURE_H_

// Future: the answer of a call that was sent without waiting for it.
//
//   auto later = window->CallAsync("capture");
//   ...
//   absl::StatusOr<hawser::Value> picture = later.Await();
//
// Copies share one answer. Dropping a Future, even the last copy, never cancels its call: the
// answer is dropped when it comes, with the references in it. A pending call owns its target.
// Thread-safe.

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hawser/call.h"
#include "hawser/value.h"

namespace hawser {

namespace internal {

bool IsReady(FutureState& state);
absl::StatusOr<Value> Await(const std::shared_ptr<FutureState>& state, absl::Duration timeout);
void Then(const std::shared_ptr<FutureState>& state,
          std::function<void(absl::StatusOr<Value>)> then);
void Cancel(FutureState& state);

}  // namespace internal

template <typename T = Value>
class Future {
 public:
  // Of no call: not ready; Await gives FAILED_PRECONDITION, the rest does nothing.
  Future() = default;
  explicit Future(std::shared_ptr<internal::FutureState> state) : state_(std::move(state)) {}

  bool valid() const { return state_ != nullptr; }
  // True once Await will not wait.
  bool ready() const { return state_ != nullptr && internal::IsReady(*state_); }

  // Waits for the answer; may be called again and gives the same. The call's own errors, or
  // INVALID_ARGUMENT if the answer is not a T.
  absl::StatusOr<T> Await() const { return Await(absl::InfiniteDuration()); }
  // The same, for at most `timeout`: DEADLINE_EXCEEDED then, and the call goes on. For a limit on
  // the call itself, see CallOptions.
  absl::StatusOr<T> Await(absl::Duration timeout) const {
    if (state_ == nullptr) return absl::FailedPreconditionError("a future of no call");
    return internal::ConvertAnswer<T>(internal::Await(state_, timeout));
  }

  // Runs `then` with the answer, once, where callbacks run, and never inside this function. Several
  // are run in the order given. What it throws goes to ConnectOptions::on_callback_error.
  //
  // A call that belongs to no session, on an object of this program or on an empty handle, has no
  // such place. There `then` runs after what runs now, if this is called inside a callback or if the
  // answer comes where an executor runs; else at once: on the thread that answers, or, if the answer
  // is there, inside this function. What it throws there is a line on stderr.
  void Then(std::function<void(absl::StatusOr<T>)> then) const {
    if (state_ == nullptr) return;
    internal::Then(state_, [then = std::move(then)](absl::StatusOr<Value> answer) {
      then(internal::ConvertAnswer<T>(std::move(answer)));
    });
  }

  // The call is answered CANCELLED, unless it has been answered; its module is told to stop. A
  // function of this program is not: it runs to its end.
  void Cancel() const {
    if (state_ != nullptr) internal::Cancel(*state_);
  }

 private:
  std::shared_ptr<internal::FutureState> state_;
};

}  // namespace hawser

#endif  // HAWSER_FUTURE_H_
