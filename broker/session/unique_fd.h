#ifndef HAWSER_BROKER_SESSION_UNIQUE_FD_H_
#define HAWSER_BROKER_SESSION_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace hawser::broker {

// Owns a file descriptor. Move-only.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() {
    if (fd_ >= 0) close(fd_);
  }

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  [[nodiscard]] int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_UNIQUE_FD_H_
