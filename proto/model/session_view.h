#ifndef HAWSER_SESSION_VIEW_H_
#define HAWSER_SESSION_VIEW_H_

// SessionView: what module code may know of the session that called it. Counted and thread-safe; it
// may be kept after the session ended, and then says so.

#include <sys/types.h>

#include <atomic>
#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "hawser/ids.h"
#include "hawser/ref.h"

namespace hawser {

// Why a session ended.
enum class EndReason : uint8_t {
  kLeft,          // the client said End
  kExited,        // its process is gone
  kLeaseExpired,  // nothing was heard of it for a TTL
  kKicked,        // an administrator ended it
  kShutdown,      // the broker stops
  kLimit,         // a limit that ends the session, named in the log and the tombstone
  kViolation,     // it broke the protocol in a way that leaves nothing to go on with
};
std::string_view EndReasonName(EndReason reason);  // "left", "exited", "lease expired", ...

class SessionView {
 public:
  virtual SessionId id() const = 0;
  // The attributes the client sent when it attached ("name", "window", "program", ...).
  virtual const std::map<std::string, std::string>& attributes() const = 0;
  // Of the client's process; 0 / nullopt where the transport does not tell (TCP).
  virtual pid_t pid() const = 0;
  virtual std::optional<uid_t> uid() const = 0;
  virtual absl::Time since() const = 0;
  virtual bool ended() const = 0;

  void AddRef() const { refs_.fetch_add(1, std::memory_order_relaxed); }
  void Unref() const {
    if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 protected:
  virtual ~SessionView() = default;

 private:
  mutable std::atomic<uint32_t> refs_{1};
};
using SessionRef = Ref<SessionView>;

}  // namespace hawser

#endif  // HAWSER_SESSION_VIEW_H_
