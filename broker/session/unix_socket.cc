#include "broker/session/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hawser/base/status_macros.h"

namespace hawser::broker {
namespace {

// The socket is made under this name, beside its own, and moved to its own when it listens.
constexpr char kFreshSuffix[] = ".~";
constexpr char kLockSuffix[] = ".lock";
constexpr int kBacklog = 1024;

absl::Status SystemError(const std::string& what) {
  int error = errno;
  return absl::ErrnoToStatus(error, what);
}

absl::StatusOr<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path[0] != '/') {
    return absl::InvalidArgumentError(
        absl::StrCat("the socket's path '", path, "' is not absolute"));
  }
  // The name it is made under has to fit too.
  constexpr size_t kMost = sizeof(address.sun_path) - sizeof(kFreshSuffix);
  if (path.size() > kMost) {
    return absl::InvalidArgumentError(
        absl::StrCat("the socket's path has ", path.size(), " bytes (limit ", kMost, "): ", path));
  }
  memcpy(address.sun_path, path.c_str(), path.size());
  return address;
}

absl::Status MakeFolder(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (mkdir(folder.c_str(), 0750) == 0 || errno == EEXIST) return absl::OkStatus();
  return SystemError(absl::StrCat("cannot make the folder ", folder));
}

// Whoever has the lock may replace the socket.
absl::StatusOr<UniqueFd> TakeLock(const std::string& path) {
  std::string lock_path = path + kLockSuffix;
  for (;;) {
    UniqueFd lock(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock.ok()) return SystemError(absl::StrCat("cannot open ", lock_path));
    if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
      char pid[24] = "";
      ssize_t size = pread(lock.get(), pid, sizeof(pid) - 1, 0);
      std::string who =
          size > 1 ? absl::StrCat(" (pid ", std::string(pid, static_cast<size_t>(size)), ")")
                   : std::string();
      return absl::AlreadyExistsError(absl::StrCat("another hawserd", who, " serves ", path));
    }
    // Its last owner may have removed the file between our open and our lock.
    struct stat ours {
    }, there{};
    if (fstat(lock.get(), &ours) != 0 || stat(lock_path.c_str(), &there) != 0 ||
        ours.st_ino != there.st_ino) {
      continue;
    }
    std::string pid = std::to_string(getpid());
    if (ftruncate(lock.get(), 0) != 0 ||
        pwrite(lock.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
      return SystemError(absl::StrCat("cannot write ", lock_path));
    }
    return lock;
  }
}

// OK if there is nothing at `path`, or a socket nobody listens at.
absl::Status CheckFree(const std::string& path, const sockaddr_un& address) {
  struct stat there {};
  if (lstat(path.c_str(), &there) != 0) {
    return errno == ENOENT ? absl::OkStatus() : SystemError(absl::StrCat("cannot look at ", path));
  }
  if (!S_ISSOCK(there.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " exists and is no socket; remove it or listen elsewhere"));
  }
  UniqueFd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe.ok()) return SystemError("cannot make a socket");
  if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ||
      errno == EAGAIN) {
    ucred peer{};
    socklen_t size = sizeof(peer);
    std::string who;
    if (getsockopt(probe.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid > 0) {
      who = absl::StrCat("pid ", peer.pid);
    } else {
      who = "another process";
    }
    return absl::AlreadyExistsError(absl::StrCat(who, " listens at ", path, " already"));
  }
  if (errno == ECONNREFUSED) return absl::OkStatus();
  return SystemError(absl::StrCat("cannot tell whether somebody listens at ", path));
}

}  // namespace

absl::StatusOr<UnixSocket> UnixSocket::Listen(const std::string& path) {
  std::string fresh = path + kFreshSuffix;
  HAWSER_ASSIGN_OR_RETURN(sockaddr_un address, AddressOf(path));
  sockaddr_un fresh_address = address;
  memcpy(fresh_address.sun_path, fresh.c_str(), fresh.size());
  HAWSER_RETURN_IF_ERROR(MakeFolder(path));
  HAWSER_ASSIGN_OR_RETURN(UniqueFd lock, TakeLock(path));
  if (absl::Status free = CheckFree(path, address); !free.ok()) {
    unlink((path + kLockSuffix).c_str());
    return free;
  }
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.ok()) return SystemError("cannot make a socket");
  unlink(fresh.c_str());
  struct stat made {};
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&fresh_address),
           sizeof(fresh_address)) != 0 ||
      chmod(fresh.c_str(), 0660) != 0 || listen(socket.get(), kBacklog) != 0 ||
      lstat(fresh.c_str(), &made) != 0 || rename(fresh.c_str(), path.c_str()) != 0) {
    absl::Status status = SystemError(absl::StrCat("cannot listen at ", path));
    unlink(fresh.c_str());
    unlink((path + kLockSuffix).c_str());
    return status;
  }
  return UnixSocket(path, std::move(lock), std::move(socket), made.st_ino);
}

UnixSocket::UnixSocket(std::string path, UniqueFd lock, UniqueFd socket, ino_t inode)
    : path_(std::move(path)), lock_(std::move(lock)), socket_(std::move(socket)), inode_(inode) {}

UnixSocket::~UnixSocket() {
  if (!lock_.ok()) return;  // moved from
  struct stat there {};
  if (lstat(path_.c_str(), &there) == 0 && there.st_ino == inode_) unlink(path_.c_str());
  // Without its file our lock keeps nobody out: another broker may have made one of its own there.
  std::string lock_path = path_ + kLockSuffix;
  struct stat ours {};
  if (fstat(lock_.get(), &ours) == 0 && lstat(lock_path.c_str(), &there) == 0 &&
      there.st_ino == ours.st_ino) {
    unlink(lock_path.c_str());
  }
}

}  // namespace hawser::broker
