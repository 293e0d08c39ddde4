#include "hawser/options.h"

namespace hawser {

std::string_view ConnectionStateName(ConnectionState state) {
  switch (state) {
    case ConnectionState::kConnected:
      return "connected";
    case ConnectionState::kReconnecting:
      return "reconnecting";
    case ConnectionState::kLost:
      return "lost";
  }
  return "unknown";
}

std::string_view LossReasonName(LossReason reason) {
  switch (reason) {
    case LossReason::kNone:
      return "";
    case LossReason::kClosed:
      return "closed";
    case LossReason::kLeaseExpired:
      return "lease expired";
    case LossReason::kBrokerRestarted:
      return "broker restarted";
    case LossReason::kBrokerStopped:
      return "broker stopped";
    case LossReason::kEndedByBroker:
      return "ended by the broker";
    case LossReason::kRefused:
      return "refused";
    case LossReason::kDisconnected:
      return "disconnected";
  }
  return "unknown";
}

}  // namespace hawser
