#include "proto/link/call_windows.h"

namespace hawser::link {
namespace {

// What the peer may send is told along with other things after this share of the window ...
constexpr uint64_t kShareWorthTelling = 64;
// ... and by itself when the peer may have used up this share.
constexpr uint64_t kShareToBeTold = 4;

wire::Limits ShareOf(const LinkLimits& limits, uint64_t share) {
  return {std::max<uint64_t>(1, limits.call_window / share),
          std::max<uint64_t>(1, limits.byte_window / share)};
}

}  // namespace

CallWindows::CallWindows(const LinkLimits& limits)
    : window_{limits.call_window, limits.byte_window},
      worth_telling_(ShareOf(limits, kShareWorthTelling)),
      must_tell_(ShareOf(limits, kShareToBeTold)),
      granted_(window_) {}

}  // namespace hawser::link
