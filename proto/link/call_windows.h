#ifndef HAWSER_PROTO_LINK_CALL_WINDOWS_H_
#define HAWSER_PROTO_LINK_CALL_WINDOWS_H_

// CallWindows: how far either end may go with its calls before the other has done some (session.proto,
// Limits). All numbers are totals since the session began, so that a repeat or a loss changes
// nothing. Thread-compatible; used under the endpoint's lock.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "proto/link/link_limits.h"
#include "proto/wire/frame.h"

namespace hawser::link {

class CallWindows {
 public:
  // Until the peer says what it grants, it is taken to grant what this end does.
  explicit CallWindows(const LinkLimits& limits);

  // Calls of ours, `bytes`: of their frames.
  bool MaySend(size_t bytes) const {
    return HasCallsLeft() && sent_.bytes + bytes <= granted_.bytes;
  }
  bool HasCallsLeft() const { return sent_.calls < granted_.calls; }
  void NoteSent(size_t bytes) { Count(bytes, &sent_); }
  // The peer's first word replaces what was assumed.
  void SetGranted(const wire::Limits& totals) { granted_ = totals; }
  void RaiseGranted(const wire::Limits& totals) {
    granted_.calls = std::max(granted_.calls, totals.calls);
    granted_.bytes = std::max(granted_.bytes, totals.bytes);
  }

  // Calls of the peer's.
  void NoteDone(size_t bytes) { Count(bytes, &done_); }
  // What the peer may have sent.
  wire::Limits grant() const { return {done_.calls + window_.calls, done_.bytes + window_.bytes}; }
  // The peer is told of grant().
  void NoteTold() { told_ = done_; }
  // The grant grew so far that a packet that leaves anyway tells of it ...
  bool worth_telling() const { return GrewBy(worth_telling_); }
  // ... or must leave because of it.
  bool must_tell() const { return GrewBy(must_tell_); }

 private:
  static void Count(size_t bytes, wire::Limits* totals) {
    ++totals->calls;
    totals->bytes += bytes;
  }
  bool GrewBy(const wire::Limits& step) const {
    return done_.calls - told_.calls >= step.calls || done_.bytes - told_.bytes >= step.bytes;
  }

  const wire::Limits window_, worth_telling_, must_tell_;
  wire::Limits sent_, granted_;
  wire::Limits done_, told_;
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_CALL_WINDOWS_H_
