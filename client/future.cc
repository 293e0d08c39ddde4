#include "hawser/future.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "client/internal/future_state.h"
#include "hawser/base/executor.h"
#include "hawser/function.h"
#include "proto/link/proxy.h"

namespace hawser::internal {
namespace {

Outcome TooLate() {
  return Outcome::Failed(absl::DeadlineExceededError("deadline passed before the answer came"));
}

}  // namespace

std::shared_ptr<FutureState> FutureState::Answered(Ref<Connection> connection, Outcome outcome) {
  auto state = std::make_shared<FutureState>(std::move(connection));
  state->TakeReply().Answer(std::move(outcome));
  return state;
}

FutureState::FutureState(Ref<Connection> connection, std::optional<absl::Duration> deadline)
    : connection_(std::move(connection)) {
  if (connection_ == nullptr && deadline && *deadline != absl::InfiniteDuration()) {
    until_ = base::SystemClock().Now() + *deadline;
  }
}

Reply FutureState::TakeReply() {
  self_ = shared_from_this();
  return Reply(this, 0);
}

void FutureState::Deliver(uint64_t /*token*/, Outcome outcome) {
  std::shared_ptr<FutureState> self = std::move(self_);
  if (IsOver()) outcome = TooLate();
  Settle(std::move(outcome));
}

void FutureState::Settle(Outcome outcome) {
  if (settled_.exchange(true, std::memory_order_acq_rel)) return;
  if (on_answer_) std::exchange(on_answer_, nullptr)(outcome);
  std::vector<std::function<void(absl::StatusOr<Value>)>> thens;
  bool awaited = false;
  {
    base::MutexLock lock(mu_);
    outcome_ = outcome;
    ready_ = true;
    awaited = awaited_;
    thens.swap(thens_);
    // Under the lock: who waits takes its slot out under it.
    for (Leader::Slot* slot : waiting_) connection_->leader().Fill(*slot);
    waiting_.clear();
    answered_.NotifyAll();
  }
  // `outcome` keeps the promise: it is noted before it can be dropped.
  if (awaited) NoteAwaited(outcome);
  for (auto& then : thens) Run(std::move(then), outcome);
}

void FutureState::MarkAwaited() {
  Outcome outcome;
  {
    base::MutexLock lock(mu_);
    awaited_ = true;
    if (!ready_) return;
    outcome = outcome_;
  }
  NoteAwaited(outcome);
}

void FutureState::NoteAwaited(const Outcome& outcome) {
  if (!outcome.ok() || !outcome.value().is_object()) return;
  Object* object = outcome.value().AsObject();
  if (Connection* connection = Connection::Of(object)) {
    connection->NoteAwaited(*link::Proxy::From(object));
  }
}

bool FutureState::ready() {
  if (IsOver()) Settle(TooLate());
  base::MutexLock lock(mu_);
  return ready_;
}

Outcome FutureState::outcome() const {
  base::MutexLock lock(mu_);
  return outcome_;
}

absl::StatusOr<Value> FutureState::Await(absl::Duration timeout) {
  if (connection_ == nullptr) return AwaitHere(timeout);
  Leader::Slot slot;
  {
    base::MutexLock lock(mu_);
    if (ready_) return Outcome(outcome_).ToStatusOr();
    waiting_.push_back(&slot);
  }
  base::MonoTime until = timeout == absl::InfiniteDuration() ? base::MonoTime::Max()
                                                             : connection_->clock().Now() + timeout;
  Connection::Activity activity(*connection_);
  connection_->Wait(slot, until);
  base::MutexLock lock(mu_);
  waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), &slot), waiting_.end());
  if (!ready_) return absl::DeadlineExceededError("no answer yet");
  return Outcome(outcome_).ToStatusOr();
}

absl::StatusOr<Value> FutureState::AwaitHere(absl::Duration timeout) {
  base::MonoTime until = until_;
  if (timeout != absl::InfiniteDuration()) {
    until = std::min(until, base::SystemClock().Now() + timeout);
  }
  {
    base::MutexLock lock(mu_);
    while (!ready_) {
      if (until == base::MonoTime::Max()) {
        answered_.Wait(mu_);
      } else if (base::MonoTime now = base::SystemClock().Now(); now < until) {
        answered_.WaitFor(mu_, until - now);
      } else {
        break;
      }
    }
  }
  if (!ready()) return absl::DeadlineExceededError("no answer yet");
  return outcome().ToStatusOr();
}

void FutureState::Then(std::function<void(absl::StatusOr<Value>)> then) {
  Outcome outcome;
  {
    base::MutexLock lock(mu_);
    if (!ready_) {
      thens_.push_back(std::move(then));
      return;
    }
    outcome = outcome_;
  }
  Run(std::move(then), outcome);
}

void FutureState::Run(std::function<void(absl::StatusOr<Value>)> then, const Outcome& outcome) {
  auto task = [then = std::move(then), outcome = Outcome(outcome)]() mutable {
    then(std::move(outcome).ToStatusOr());
  };
  if (connection_ != nullptr) {
    connection_->callbacks().Post(std::move(task), "Future::Then");
    return;
  }
  if (base::Executor* here = base::CurrentExecutor()) {
    here->Post(std::move(task));
    return;
  }
  try {
    task();
  } catch (...) {
    // This may be a thread of whoever answered.
    std::fprintf(stderr, "hawser: callback Future::Then: %s\n",
                 CatchException().ToString().c_str());
  }
}

void FutureState::Cancel() {
  if (connection_ == nullptr) {
    Settle(Outcome::Failed(absl::CancelledError("cancelled by the caller")));
  } else if (uint64_t call = call_.load(std::memory_order_acquire);
             call != 0 && !connection_->forked()) {
    connection_->Cancel(call);
  }
}

// What future.h uses

bool IsReady(FutureState& state) { return state.ready(); }

absl::StatusOr<Value> Await(const std::shared_ptr<FutureState>& state, absl::Duration timeout) {
  return state->Await(timeout);
}

void Then(const std::shared_ptr<FutureState>& state,
          std::function<void(absl::StatusOr<Value>)> then) {
  state->Then(std::move(then));
}

void Cancel(FutureState& state) { state.Cancel(); }

}  // namespace hawser::internal
