#ifndef HAWSER_BASE_HOST_PORT_H_
#define HAWSER_BASE_HOST_PORT_H_

#include <charconv>
#include <cstdint>
#include <string_view>

namespace hawser::base {

// Whether `text` is HOST:PORT with a port from `least` to 65535 in plain digits; an address with
// colons stands in brackets: [::1]:4711. What libraries make of other numbers, such as 99999, is
// another port.
inline bool IsHostPort(std::string_view text, uint16_t least) {
  size_t colon = text.rfind(':');
  if (colon == text.npos || colon == 0) return false;
  std::string_view host = text.substr(0, colon);
  std::string_view digits = text.substr(colon + 1);
  bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (!bracketed && host.find_first_of("[]: ") != host.npos) return false;
  uint16_t port = 0;
  auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return !digits.empty() && parsed.ec == std::errc() &&
         parsed.ptr == digits.data() + digits.size() && port >= least;
}

}  // namespace hawser::base

#endif  // HAWSER_BASE_HOST_PORT_H_
