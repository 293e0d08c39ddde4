#ifndef HAWSER_BROKER_SESSION_SESSION_REAPER_H_
#define HAWSER_BROKER_SESSION_SESSION_REAPER_H_

// SessionReaper: the end of sessions. Whatever the reason, a session ends in one order:
//
//   1. its frames are refused; every pending call, either way, is stopped and answered; its
//      callbacks are dead (Endpoint::End, which calls Release)
//   2. what it provided is no module any more
//   3. for every module, as one item of work on that module's strand: the module's hook with the
//      reason, then this session's pins on the module's objects. Modules do not wait for each other.
//
// Sessions that end together are worked off one after the other on the pool, in slices of
// reap_slice, so that nobody else waits for 100,000 leases. Thread-safe.

#include <deque>
#include <span>
#include <vector>

#include "broker/session/session_services.h"
#include "hawser/base/mutex.h"
#include "hawser/session_view.h"
#include "proto/link/endpoint.h"

namespace hawser::broker {

class SessionReaper {
 public:
  // `services` outlives it; so do the strands it posts to.
  explicit SessionReaper(const SessionServices& services) : services_(services) {}
  // Waits for the slice at work. Nothing is posted after.
  ~SessionReaper();

  // Step 1 for `session`, on the pool, when its turn comes.
  void EndSoon(Ref<link::Endpoint> session, EndReason reason, absl::Status why)
      HAWSER_EXCLUDES(mu_);
  // Steps 2 and 3. `pins` are the objects the session held, `used_homes` where those live that it
  // called.
  void Release(const SessionRef& session, EndReason reason, std::vector<ObjectRef> pins,
               std::span<const base::Executor* const> used_homes);

 private:
  struct Ending {
    Ref<link::Endpoint> session;
    EndReason reason;
    absl::Status why;
  };

  void WorkSlice() HAWSER_EXCLUDES(mu_);
  static void DropPins(base::Executor& strand, std::vector<ObjectRef> pins, size_t per_turn);

  const SessionServices& services_;
  base::Mutex mu_;
  base::CondVar idle_;
  std::deque<Ending> queue_ HAWSER_GUARDED_BY(mu_);
  bool working_ HAWSER_GUARDED_BY(mu_) = false;  // a slice is posted or running
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_SESSION_REAPER_H_
