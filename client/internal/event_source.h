#ifndef CLIENT_INTERNAL_EVENT_SOURCE_H_
#define CLIENT_INTERNAL_EVENT_SOURCE_H_

#include "absl/time/time.h"

namespace hawser::internal {

// Where the events of a session's transports are waited for: gRPC's queue, or a condition in a
// test. Whoever leads waits here, one thread at a time, and so handles the events itself.
class EventSource {
 public:
  virtual ~EventSource() = default;

  // Waits up to `at_most` for an event and handles it on this thread. False if none came.
  virtual bool RunOne(absl::Duration at_most) = 0;

  // Makes RunOne return, the present one or the next. Any thread, under any lock; sticky until
  // then.
  virtual void Wake() = 0;

  // No event comes any more: what is outstanding is waited for and handled. Nobody is in RunOne,
  // and every transport is closed.
  virtual void Shutdown() = 0;
};

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_EVENT_SOURCE_H_
