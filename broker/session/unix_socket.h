#ifndef HAWSER_BROKER_SESSION_UNIX_SOCKET_H_
#define HAWSER_BROKER_SESSION_UNIX_SOCKET_H_

// UnixSocket: a listening socket in the file system that belongs to one running broker, whatever an
// earlier one left behind.

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"
#include "broker/session/unique_fd.h"

namespace hawser::broker {

class UnixSocket {
 public:
  // Listens at `path`, mode 0660; the folder is made if only it is missing (0750). The socket
  // appears there only when it takes connections. A socket nobody listens at is replaced.
  //   ALREADY_EXISTS       another broker, or something else, serves that path; it says which process
  //   FAILED_PRECONDITION  what is there is no socket
  //   INVALID_ARGUMENT     the path is not absolute, or longer than a socket's may be
  //   PERMISSION_DENIED, NOT_FOUND, ... as the system says
  static absl::StatusOr<UnixSocket> Listen(const std::string& path);

  UnixSocket(UnixSocket&&) noexcept = default;
  UnixSocket& operator=(UnixSocket&&) noexcept = delete;
  // Removes the socket, if it is still ours, and the lock.
  ~UnixSocket();

  int fd() const { return socket_.get(); }
  const std::string& path() const { return path_; }

 private:
  UnixSocket(std::string path, UniqueFd lock, UniqueFd socket, ino_t inode);

  std::string path_;
  UniqueFd lock_;  // PATH.lock, locked as long as we live
  UniqueFd socket_;
  ino_t inode_ = 0;  // of the file at path_
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_UNIX_SOCKET_H_
