#include "tests/scenarios/socket_relay.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "hawser/base/check.h"

namespace hawser::scenarios {
namespace {

sockaddr_un AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  HAWSER_CHECK(path.size() < sizeof(address.sun_path), path);
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

int NewSocket() {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  HAWSER_CHECK(fd >= 0, "socket");
  return fd;
}

}  // namespace

SocketRelay::SocketRelay(const std::string& endpoint)
    : broker_path_(endpoint.substr(endpoint.find(':') + 1)), listener_(NewSocket()) {
  sockaddr_un address = AddressOf(path());
  HAWSER_CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0,
               path());
  HAWSER_CHECK(listen(listener_, 16) == 0, path());
  HAWSER_CHECK(pipe(wake_) == 0, "pipe");
  thread_ = std::thread([this] { Run(); });
}

SocketRelay::~SocketRelay() {
  {
    base::MutexLock lock(mu_);
    stop_ = true;
  }
  Wake();
  thread_.join();
  for (int fd : {listener_, wake_[0], wake_[1]}) close(fd);
}

void SocketRelay::Cut() {
  {
    base::MutexLock lock(mu_);
    open_ = false;
  }
  Wake();
}

void SocketRelay::Mend() {
  base::MutexLock lock(mu_);
  open_ = true;
}

void SocketRelay::Wake() { HAWSER_CHECK(write(wake_[1], "!", 1) == 1, "pipe"); }

void SocketRelay::Run() {
  for (;;) {
    std::vector<pollfd> waiting = {{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (auto [from, to] : peers_) waiting.push_back({from, POLLIN, 0});
    poll(waiting.data(), waiting.size(), -1);
    if (waiting[0].revents != 0) {
      char byte;
      HAWSER_CHECK(read(wake_[0], &byte, 1) == 1, "pipe");
      base::MutexLock lock(mu_);
      if (!open_ || stop_) CloseAll();
      if (stop_) return;
      continue;  // `waiting` may name what was closed
    }
    if (waiting[1].revents != 0) Accept();
    for (size_t i = 2; i < waiting.size(); ++i) {
      if (waiting[i].revents != 0) Pass(waiting[i].fd);
    }
  }
}

void SocketRelay::Accept() {
  int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  int broker = NewSocket();
  sockaddr_un address = AddressOf(broker_path_);
  base::MutexLock lock(mu_);
  if (!open_ || connect(broker, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    close(client);
    close(broker);
    return;
  }
  peers_[client] = broker;
  peers_[broker] = client;
}

void SocketRelay::Pass(int from) {
  auto found = peers_.find(from);
  if (found == peers_.end()) return;
  int to = found->second;
  char bytes[65536];
  ssize_t size = read(from, bytes, sizeof(bytes));
  for (ssize_t sent = 0; size > 0 && sent < size;) {
    ssize_t count = send(to, bytes + sent, static_cast<size_t>(size - sent), MSG_NOSIGNAL);
    if (count < 0) size = count;
    sent += count;
  }
  if (size > 0) return;
  for (int fd : {from, to}) {
    peers_.erase(fd);
    close(fd);
  }
}

void SocketRelay::CloseAll() {
  for (auto [from, to] : peers_) close(from);
  peers_.clear();
}

}  // namespace hawser::scenarios
