#ifndef HAWSER_IDS_H_
#define HAWSER_IDS_H_

// The names of things. Each table has a type of its own although most are one integer, so that the
// code says which table is meant. All are plain values: trivially copyable, hashable, comparable.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "hawser/base/strong_id.h"

namespace hawser {

// A session's name for an exported object; chosen by the exporter, never reused in the session. 0
// is the root, `remote`.
using Handle = base::StrongId<struct HandleTag>;
// Names an object within one run of its process, never reused; for display and equality, grants
// nothing. 0: none.
using ObjectId = base::StrongId<struct ObjectIdTag>;
// Names a call within a session and direction; chosen by the caller, rises from 1, never reused. 0:
// none.
using CallId = base::StrongId<struct CallIdTag>;
// Number of a frame within a session and direction, from 1. 0: none yet.
using FrameNumber = base::StrongId<struct FrameNumberTag>;
// One run of the broker. 0: unknown.
using Epoch = base::StrongId<struct EpochTag>;

// 128 random bits chosen by the client.
struct SessionId {
  std::array<uint8_t, 16> bytes{};

  static SessionId Random();
  // From the 32 hex digits of ToString(). INVALID_ARGUMENT otherwise.
  static absl::StatusOr<SessionId> Parse(std::string_view hex);
  std::string ToString() const;
  // First 8 hex digits: what people and logs use; unique in practice among live sessions.
  std::string Short() const;

  friend auto operator<=>(const SessionId&, const SessionId&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const SessionId& id) {
    return H::combine(std::move(h), id.bytes);
  }
};

}  // namespace hawser

#endif  // HAWSER_IDS_H_
