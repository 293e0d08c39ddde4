#include "hawser/session_view.h"

#include <array>

#include "proto/model/names.h"

namespace hawser {

std::string_view EndReasonName(EndReason reason) {
  static constexpr std::array<std::string_view, 7> kNames = {
      "left", "exited", "lease expired", "kicked", "shutdown", "limit", "violation",
  };
  return internal::NameOf(kNames, reason);
}

}  // namespace hawser
