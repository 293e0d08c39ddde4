#ifndef HAWSER_BROKER_SESSION_PIDFD_PROCESS_H_
#define HAWSER_BROKER_SESSION_PIDFD_PROCESS_H_

#include <map>
#include <memory>
#include <string>

#include "broker/session/control_loop.h"
#include "broker/session/peer.h"
#include "broker/session/unique_fd.h"
#include "hawser/base/mutex.h"

namespace hawser::broker {

// A process of this host behind a descriptor that stays its own even when its number is given to
// another. Thread-safe.
class PidfdProcess final : public PeerProcess, public std::enable_shared_from_this<PidfdProcess> {
 public:
  // The process `pid` that connected `socket`. Null if the kernel has no way to tell, or the
  // process may be gone and its number another's by now. `control` outlives it.
  static std::shared_ptr<PeerProcess> OfSocket(int socket, pid_t pid, ControlLoop& control);

  PidfdProcess(UniqueFd pidfd, ControlLoop& control)
      : pidfd_(std::move(pidfd)), control_(control) {}
  ~PidfdProcess() override;

  bool gone() const override;
  uint64_t Watch(std::function<void()> on_gone) override HAWSER_EXCLUDES(mu_);
  void Unwatch(uint64_t watch) override HAWSER_EXCLUDES(mu_);

 private:
  void OnGone() HAWSER_EXCLUDES(mu_);

  const UniqueFd pidfd_;
  ControlLoop& control_;
  base::Mutex mu_;
  std::map<uint64_t, std::function<void()>> watches_ HAWSER_GUARDED_BY(mu_);
  uint64_t next_ HAWSER_GUARDED_BY(mu_) = 1;
  uint64_t control_watch_ HAWSER_GUARDED_BY(mu_) = 0;  // while somebody watches
};

// Name of process `pid`, as /proc says; "" if it does not.
std::string ProgramOf(pid_t pid);

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_PIDFD_PROCESS_H_
