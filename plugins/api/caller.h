#ifndef HAWSER_CALLER_H_
#define HAWSER_CALLER_H_

// Caller: who calls. A method that wants to know takes a `hawser::Caller&` parameter, in any place;
// clients do not see it.

#include <cstdint>
#include <stop_token>

#include "absl/functional/any_invocable.h"
#include "hawser/object.h"

namespace hawser {

class Module;

// Valid while the method runs. Strand-bound.
class Caller {
 public:
  Caller(Module& module, CallContext* context) : module_(module), context_(context) {}
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  // The module that is called.
  Module& module() const { return module_; }
  // The session that calls, which may be kept; null for a call from inside the process. That is no
  // reason to trust it: a client may hand a method to a module that calls it, as a listener or else.
  SessionRef session() const { return context_ == nullptr ? SessionRef() : context_->session(); }
  // Set when the caller cancelled, its deadline passed, or its session ended. A std::stop_callback
  // runs on the thread that sets it, beside the module's methods: use Module::Post there.
  std::stop_token stop_token() const {
    return context_ == nullptr ? std::stop_token() : context_->stop_token();
  }

  // Runs `cleanup` once, on the module's strand, when the calling session ends: at once if it has
  // ended. What is hung last runs first. For a call from inside the process, which has no session,
  // it is dropped, and the number is 0.
  //
  // It stays hung, with all it holds, until then. What does not live as long as the session, such
  // as a transaction that is committed, takes it back: module().CancelOnEnd with the number given.
  uint64_t OnEnd(absl::AnyInvocable<void(EndReason)> cleanup) const;

  CallContext* context() const { return context_; }

 private:
  Module& module_;
  CallContext* const context_;
};

}  // namespace hawser

#endif  // HAWSER_CALLER_H_
