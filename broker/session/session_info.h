#ifndef HAWSER_BROKER_SESSION_SESSION_INFO_H_
#define HAWSER_BROKER_SESSION_SESSION_INFO_H_

// SessionInfo: what modules and inspection may know of a session. It outlives the session: module
// code may keep it, so it must not keep the session's tables.

#include <atomic>
#include <map>
#include <string>
#include <utility>

#include "broker/session/peer.h"
#include "hawser/session_view.h"

namespace hawser::broker {

// Thread-safe.
class SessionInfo final : public SessionView {
 public:
  SessionInfo(SessionId id, std::map<std::string, std::string> attributes, const Peer& peer,
              absl::Time since)
      : id_(id),
        attributes_(std::move(attributes)),
        uid_(peer.uid),
        since_(since),
        pid_(peer.pid) {}

  SessionId id() const override { return id_; }
  const std::map<std::string, std::string>& attributes() const override { return attributes_; }
  // Of the process that attached last.
  pid_t pid() const override { return pid_.load(std::memory_order_relaxed); }
  std::optional<uid_t> uid() const override { return uid_; }
  absl::Time since() const override { return since_; }
  bool ended() const override { return ended_.load(std::memory_order_acquire); }

  void set_pid(pid_t pid) { pid_.store(pid, std::memory_order_relaxed); }
  void set_ended() { ended_.store(true, std::memory_order_release); }

 private:
  const SessionId id_;
  const std::map<std::string, std::string> attributes_;
  const std::optional<uid_t> uid_;
  const absl::Time since_;
  std::atomic<pid_t> pid_;
  std::atomic<bool> ended_{false};
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_SESSION_INFO_H_
