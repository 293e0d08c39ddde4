#ifndef CLIENT_INTERNAL_FUTURE_STATE_H_
#define CLIENT_INTERNAL_FUTURE_STATE_H_

// FutureState: where the answer of one call arrives, and who waits for it. Thread-safe. Shared by
// the Futures of the call, and by the call until it is answered.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "client/internal/connection.h"
#include "hawser/base/mutex.h"
#include "hawser/reply.h"

namespace hawser::internal {

class FutureState final : public ReplySink, public std::enable_shared_from_this<FutureState> {
 public:
  // `connection` is null for a call inside this process: `deadline` is of one.
  explicit FutureState(Ref<Connection> connection,
                       std::optional<absl::Duration> deadline = std::nullopt);
  // One that is answered already.
  static std::shared_ptr<FutureState> Answered(Ref<Connection> connection, Outcome outcome);

  // The Reply that answers it; once. Until it is used this object lives.
  Reply TakeReply();
  // The id of the call, once it is known; 0 if it failed at once.
  void SetCall(uint64_t id) { call_.store(id, std::memory_order_release); }
  uint64_t call() const { return call_.load(std::memory_order_acquire); }
  // Somebody awaits the promise that this answers: its failure is theirs. At any time.
  void MarkAwaited() HAWSER_EXCLUDES(mu_);
  // Runs on the thread that brings the answer, before anybody sees it, and may replace it. To be set
  // before TakeReply.
  void SetOnAnswer(std::function<void(Outcome&)> on_answer) { on_answer_ = std::move(on_answer); }

  bool ready() HAWSER_EXCLUDES(mu_);
  // The answer; only once ready.
  Outcome outcome() const HAWSER_EXCLUDES(mu_);
  absl::StatusOr<Value> Await(absl::Duration timeout) HAWSER_EXCLUDES(mu_);
  void Then(std::function<void(absl::StatusOr<Value>)> then) HAWSER_EXCLUDES(mu_);
  void Cancel() HAWSER_EXCLUDES(mu_);

  void Deliver(uint64_t token, Outcome outcome) override HAWSER_EXCLUDES(mu_);

 private:
  bool IsOver() const {
    return until_ != base::MonoTime::Max() && base::SystemClock().Now() >= until_;
  }
  absl::StatusOr<Value> AwaitHere(absl::Duration timeout) HAWSER_EXCLUDES(mu_);
  // The first answer counts.
  void Settle(Outcome outcome) HAWSER_EXCLUDES(mu_);
  void Run(std::function<void(absl::StatusOr<Value>)> then, const Outcome& outcome);
  void NoteAwaited(const Outcome& outcome);

  const Ref<Connection> connection_;
  // When a call inside this process is over; nobody but who looks at it keeps the time.
  base::MonoTime until_ = base::MonoTime::Max();
  std::atomic<uint64_t> call_{0};
  std::atomic<bool> settled_{false};
  std::function<void(Outcome&)> on_answer_;
  std::shared_ptr<FutureState> self_;  // from TakeReply to Deliver

  mutable base::Mutex mu_;
  base::CondVar answered_;  // for calls inside this process
  bool ready_ HAWSER_GUARDED_BY(mu_) = false;
  bool awaited_ HAWSER_GUARDED_BY(mu_) = false;
  Outcome outcome_ HAWSER_GUARDED_BY(mu_);
  std::vector<Leader::Slot*> waiting_ HAWSER_GUARDED_BY(mu_);
  std::vector<std::function<void(absl::StatusOr<Value>)>> thens_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_FUTURE_STATE_H_
