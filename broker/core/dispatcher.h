#ifndef HAWSER_BROKER_CORE_DISPATCHER_H_
#define HAWSER_BROKER_CORE_DISPATCHER_H_

// Dispatcher: from "a session may start this call" to the module's code: checks the call against the target's shape, then runs it on the
// target's strand. Knows no wire and no transport. Thread-safe.

#include "hawser/object.h"

namespace hawser::broker {

// A call that can be started: what the link's IncomingCall gives, without core knowing the link. Owned by the dispatcher from Start on.
class StartableCall {
 public:
  virtual Object& target() = 0;
  virtual Invocation invocation() = 0;
  virtual Reply TakeReply() = 0;
  // Gives the call up; the dispatcher uses it no more. After TakeReply.
  virtual void Done() = 0;

 protected:
  ~StartableCall() = default;
};

class Dispatcher {
 public:
  // Runs `call` on its target's strand, or here if the target has none. Every failure is an answer.
  static void Start(StartableCall& call);
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_CORE_DISPATCHER_H_
