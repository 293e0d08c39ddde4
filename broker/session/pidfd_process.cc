#include "broker/session/pidfd_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cstdio>
#include <utility>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

namespace hawser::broker {
namespace {

bool Polls(int fd, short events) {
  pollfd entry{fd, events, 0};
  return poll(&entry, 1, 0) > 0 && (entry.revents & (events | POLLHUP)) != 0;
}

}  // namespace

std::shared_ptr<PeerProcess> PidfdProcess::OfSocket(int socket, pid_t pid, ControlLoop& control) {
  int fd = -1;
  socklen_t size = sizeof(fd);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &fd, &size) == 0 && fd >= 0) {
    return std::make_shared<PidfdProcess>(UniqueFd(fd), control);
  }
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  // The number may have changed hands before we opened it. While the socket is held at the other
  // end, though, the process that connected it, or a child it gave it to, lives.
  if (!pidfd.ok() || Polls(socket, POLLHUP)) return nullptr;
  return std::make_shared<PidfdProcess>(std::move(pidfd), control);
}

PidfdProcess::~PidfdProcess() {
  if (control_watch_ != 0) control_.Unwatch(control_watch_);
}

bool PidfdProcess::gone() const { return Polls(pidfd_.get(), POLLIN); }

uint64_t PidfdProcess::Watch(std::function<void()> on_gone) {
  base::MutexLock lock(mu_);
  uint64_t watch = next_++;
  watches_.emplace(watch, std::move(on_gone));
  if (control_watch_ == 0) {
    control_watch_ = control_.Watch(pidfd_.get(), EPOLLIN, [weak = weak_from_this()](uint32_t) {
      if (std::shared_ptr<PidfdProcess> self = weak.lock()) self->OnGone();
    });
  }
  return watch;
}

void PidfdProcess::Unwatch(uint64_t watch) {
  std::function<void()> dropped;
  base::MutexLock lock(mu_);
  auto found = watches_.find(watch);
  if (found == watches_.end()) return;
  dropped = std::move(found->second);
  watches_.erase(found);
  if (!watches_.empty()) return;
  control_.Unwatch(control_watch_);
  control_watch_ = 0;
}

void PidfdProcess::OnGone() {
  std::map<uint64_t, std::function<void()>> watches;
  {
    base::MutexLock lock(mu_);
    watches = std::exchange(watches_, {});
    control_.Unwatch(control_watch_);
    control_watch_ = 0;
  }
  for (auto& [id, on_gone] : watches) on_gone();
}

std::string ProgramOf(pid_t pid) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/comm", static_cast<int>(pid));
  UniqueFd file(open(path, O_RDONLY | O_CLOEXEC));
  char name[64];
  ssize_t size = file.ok() ? read(file.get(), name, sizeof(name)) : 0;
  if (size > 0 && name[size - 1] == '\n') --size;
  return size > 0 ? std::string(name, static_cast<size_t>(size)) : std::string();
}

}  // namespace hawser::broker
