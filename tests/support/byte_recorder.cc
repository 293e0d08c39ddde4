#include "tests/support/byte_recorder.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "hawser/base/check.h"

namespace hawser::tests {
namespace {

sockaddr_un AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  HAWSER_CHECK(path.size() < sizeof(address.sun_path), path);
  memcpy(address.sun_path, path.data(), path.size());
  return address;
}

bool WriteAll(int fd, const char* bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t count = send(fd, bytes + done, size - done, MSG_NOSIGNAL);
    if (count <= 0) return false;
    done += static_cast<size_t>(count);
  }
  return true;
}

}  // namespace

ByteRecorder::ByteRecorder(std::string broker_path)
    : broker_path_(std::move(broker_path)),
      listening_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address = AddressOf(path());
  HAWSER_CHECK(bind(listening_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  HAWSER_CHECK(listen(listening_, 1) == 0);
  thread_ = std::thread([this] { Run(); });
}

ByteRecorder::~ByteRecorder() {
  shutdown(listening_, SHUT_RDWR);
  thread_.join();
  close(listening_);
}

int ByteRecorder::Connect(const std::string& path) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address = AddressOf(path);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return fd;
  close(fd);
  return -1;
}

std::string ByteRecorder::sent() const {
  base::MutexLock lock(mu_);
  return sent_;
}

void ByteRecorder::Run() {
  int client = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  int broker = Connect(broker_path_);
  HAWSER_CHECK(broker >= 0, broker_path_);
  pollfd ends[] = {{client, POLLIN, 0}, {broker, POLLIN, 0}};
  for (bool open = true; open && poll(ends, 2, -1) > 0;) {
    for (int from : {0, 1}) {
      if (ends[from].revents == 0) continue;
      char bytes[65536];
      ssize_t size = read(ends[from].fd, bytes, sizeof(bytes));
      open = size > 0 && WriteAll(ends[1 - from].fd, bytes, static_cast<size_t>(size)) && open;
      if (from != 0 || size <= 0) continue;
      base::MutexLock lock(mu_);
      sent_.append(bytes, static_cast<size_t>(size));
    }
  }
  close(client);
  close(broker);
}

}  // namespace hawser::tests
