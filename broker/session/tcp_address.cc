#include "broker/session/tcp_address.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "broker/session/unique_fd.h"

namespace hawser::broker {

std::string WhyNotListening(const std::string& host_port) {
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
    return gai_strerror(error);
  std::string why;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    UniqueFd socket(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.ok() || bind(socket.get(), address->ai_addr, address->ai_addrlen) != 0 ||
        listen(socket.get(), 1) != 0) {
      why = std::strerror(errno);
      break;
    }
  }
  freeaddrinfo(found);
  return why;
}

}  // namespace hawser::broker
