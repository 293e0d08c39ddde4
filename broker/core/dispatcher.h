#ifndef HAWSER_BROKER_CORE_DISPATCHER_H_
#define HAWSER_BROKER_CORE_DISPATCHER_H_

// Dispatcher: from "a session may start this call" to the module's code: checks the call against
// the target's shape, then runs it on the target's strand. A call of a `blocking` member tells the
// pool, so that another thread takes the place of the one it may block. A call abandoned while it
// waited for its strand is not run. Knows no wire and no transport. Thread-safe.

#include <concepts>
#include <utility>

#include "absl/status/status.h"
#include "hawser/object.h"

namespace hawser::broker {

// A call that can be started, without core knowing the link: link::IncomingCall is one. It stays
// usable from Hold to Release; what invocation() gives is valid until then or until the Reply is
// answered.
template <typename Call>
concept StartableCall = requires(Call& call) {
  { call.target() } -> std::convertible_to<Object&>;
  { call.invocation() } -> std::same_as<Invocation>;
  { call.TakeReply() } -> std::same_as<Reply>;
  { call.abandoned() } -> std::same_as<bool>;
  call.Hold();
  call.Release();
};

class Dispatcher {
 public:
  // Runs `call` on its target's strand, or here if the target has none. Takes over one reference:
  // Release is called once. Every failure is an answer: what CheckCall refuses, NOT_FOUND for an
  // object that is gone, INTERNAL for a call whose strand is no more.
  template <StartableCall Call>
  static void Start(Call* call) {
    Pinned<Call> pinned(call);
    if (absl::Status status = Check(call->target(), call->invocation()); !status.ok()) {
      pinned.Fail(status);
    } else if (base::Executor* home = call->target().home(); home != nullptr) {
      home->Post(base::Task(std::move(pinned)));
    } else {
      pinned();
    }
  }

 private:
  // One word, so that a queued call costs a strand no allocation.
  template <typename Call>
  class Pinned {
   public:
    explicit Pinned(Call* call) : call_(call) { call_->Hold(); }
    Pinned(Pinned&& other) noexcept : call_(std::exchange(other.call_, nullptr)) {}
    ~Pinned() {
      if (call_ != nullptr) Fail(absl::InternalError("the strand of the object is no more"));
    }
    void operator()() {
      Call* call = std::exchange(call_, nullptr);
      if (!call->abandoned()) Run(call->target(), call->invocation(), call->TakeReply());
      call->Release();
    }
    void Fail(const absl::Status& status) {
      Call* call = std::exchange(call_, nullptr);
      call->TakeReply().Fail(status);
      call->Release();
    }

   private:
    Call* call_;
  };

  static absl::Status Check(Object& target, const Invocation& call);
  static void Run(Object& target, Invocation call, Reply reply);
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_DISPATCHER_H_
