#ifndef HAWSER_LATE_REPLY_H_
#define HAWSER_LATE_REPLY_H_

// LateReply: for a method that answers later. It takes one as a parameter, in any place, and
// returns void:
//
//   void Fetch(hawser::LateReply reply, std::string url) { waiting_.push_back(std::move(reply)); }
//
// Exactly one answer is given: the first of Return and Fail. A reply dropped unanswered answers
// INTERNAL, so nobody waits for nothing. If the method throws, the exception is the answer.
// Move-only. May be answered on any thread; otherwise thread-compatible.

#include <atomic>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "hawser/object.h"

namespace hawser {

namespace internal {

// What a LateReply and the call that made it share while the method runs, so that whichever of them
// has the answer gives it.
class PendingReply {
 public:
  PendingReply(Reply reply, CallContext* context, std::string name)
      : reply_(std::move(reply)), context_(context), name_(std::move(name)) {}

  // The first call answers; the others do nothing.
  void Answer(Outcome outcome);
  bool answered() const { return answered_.load(std::memory_order_acquire); }
  CallContext* context() const { return context_; }

  void AddRef() const { refs_.fetch_add(1, std::memory_order_relaxed); }
  void Unref() const;

 private:
  ~PendingReply() = default;

  mutable std::atomic<uint32_t> refs_{1};
  std::atomic<bool> answered_{false};
  Reply reply_;
  CallContext* const context_;  // valid until answered
  const std::string name_;      // of the member, for the message if nobody answers
};

}  // namespace internal

class LateReply {
 public:
  LateReply() = default;  // answers nobody
  explicit LateReply(Ref<internal::PendingReply> pending) : pending_(std::move(pending)) {}
  LateReply(LateReply&&) noexcept = default;
  LateReply& operator=(LateReply&&) noexcept = default;

  // True until it was answered or moved away.
  bool pending() const { return pending_ != nullptr && !pending_->answered(); }

  void Return(Value value = {}) { Answer(Outcome(std::move(value))); }
  void Fail(const absl::Status& status) { Answer(Outcome::Failed(status)); }
  void Fail(Error error) { Answer(Outcome::Failed(std::move(error))); }
  void Answer(Outcome outcome) {
    if (Ref<internal::PendingReply> pending = std::move(pending_))
      pending->Answer(std::move(outcome));
  }

  // The session that waits; null for a call from inside the process and after the answer.
  SessionRef session() const;
  // Set when nobody waits any more: cancelled, past its deadline, or the session ended. A
  // std::stop_callback runs on the thread that sets it, beside the module's methods: Post from there.
  std::stop_token stop_token() const;

 private:
  Ref<internal::PendingReply> pending_;
};

// A LateReply that answers with a T.
template <typename T>
class Deferred {
 public:
  Deferred() = default;
  explicit Deferred(LateReply reply) : reply_(std::move(reply)) {}

  bool pending() const { return reply_.pending(); }
  void Return(T result) { reply_.Return(Convert<T>::To(std::move(result))); }
  void Fail(const absl::Status& status) { reply_.Fail(status); }
  void Fail(Error error) { reply_.Fail(std::move(error)); }
  SessionRef session() const { return reply_.session(); }
  std::stop_token stop_token() const { return reply_.stop_token(); }

 private:
  LateReply reply_;
};

}  // namespace hawser

#endif  // HAWSER_LATE_REPLY_H_
