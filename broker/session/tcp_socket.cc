#include "broker/session/tcp_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"

namespace hawser::broker {
namespace {

constexpr int kBacklog = 1024;

absl::Status CannotListen(const std::string& host_port, const std::string& why) {
  return absl::UnavailableError(absl::StrCat("cannot listen on tcp:", host_port, ": ", why));
}

// Of an address of either family.
in_port_t& PortOf(sockaddr_storage& address) {
  return address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                       : reinterpret_cast<sockaddr_in&>(address).sin_port;
}

// Not ok: errno says why.
UniqueFd ListenAt(const sockaddr_storage& address, socklen_t size) {
  UniqueFd socket(
      ::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
  // Connections of an earlier run that are still in their last minute do not keep the port.
  constexpr int kOn = 1;
  if (!socket.ok() || setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &kOn, sizeof(kOn)) != 0 ||
      bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      listen(socket.get(), kBacklog) != 0) {
    return UniqueFd();
  }
  return socket;
}

}  // namespace

absl::StatusOr<std::vector<TcpSocket>> TcpSocket::Listen(const std::string& host_port) {
  size_t colon = host_port.rfind(':');
  std::string host = host_port.substr(0, colon);
  std::string port = colon == std::string::npos ? "" : host_port.substr(colon + 1);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0)
    return CannotListen(host_port, gai_strerror(error));
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  std::vector<TcpSocket> sockets;
  std::string why = "it has no address";
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    sockaddr_storage address{};
    memcpy(&address, each->ai_addr, each->ai_addrlen);
    if (!sockets.empty()) PortOf(address) = htons(static_cast<in_port_t>(sockets[0].port()));
    UniqueFd socket = ListenAt(address, each->ai_addrlen);
    socklen_t size = sizeof(address);
    if (socket.ok() &&
        getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0) {
      sockets.push_back(TcpSocket(std::move(socket), ntohs(PortOf(address))));
      continue;
    }
    why = std::strerror(errno);
    // A name such as localhost has addresses of a family this host may not speak.
    if (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL) return CannotListen(host_port, why);
  }
  if (sockets.empty()) return CannotListen(host_port, why);
  return sockets;
}

}  // namespace hawser::broker
