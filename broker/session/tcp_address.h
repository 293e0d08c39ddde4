#ifndef HAWSER_BROKER_SESSION_TCP_ADDRESS_H_
#define HAWSER_BROKER_SESSION_TCP_ADDRESS_H_

#include <string>

namespace hawser::broker {

// What keeps this process from listening on "HOST:PORT", in the system's words: "Address already in
// use". gRPC tells only its own log. "" if it could.
std::string WhyNotListening(const std::string& host_port);

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_TCP_ADDRESS_H_
