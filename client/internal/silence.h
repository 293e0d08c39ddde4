#ifndef CLIENT_INTERNAL_SILENCE_H_
#define CLIENT_INTERNAL_SILENCE_H_

// Silence: when a connection over which nothing comes any more is taken for dead, though nobody
// said that it is: a proxy that forgot it, a network that is gone. The broker answers whoever it has
// said nothing to for a sixth of the TTL, so whoever asks and gets no answer knows.
//
// It is judged by answers and not by the clock alone, because a program that was stopped itself for
// a while has heard nothing either. And it is over early enough that the lease, which the broker
// reckons from the last packet it got, still lasts when the next connection is made.
//
// No thread, clock or I/O. Thread-compatible.

#include <algorithm>
#include <optional>

#include "absl/time/time.h"
#include "hawser/base/clock.h"

namespace hawser::internal {

class Silence {
 public:
  struct Verdict {
    bool ask = false;    // a heartbeat is to be sent now
    bool dead = false;   // nobody answers
    base::MonoTime due;  // when to come again, unless something was heard
  };

  // `heard` and `sent` are when a packet last came and last left.
  Verdict Look(base::MonoTime now, absl::Duration ttl, base::MonoTime heard, base::MonoTime sent) {
    if (now < heard + ttl / 3) return {.due = heard + ttl / 3};
    if (heard_ != heard) {
      heard_ = heard;
      asked_ = now;
      looked_.reset();
      // What has left since the broker owed an answer asks as well.
      return {.ask = sent < heard + ttl / 4, .due = now + ttl / 4};
    }
    // One that stands behind a large packet, on a slow way, has not been asked yet.
    base::MonoTime until = asked_ + (sent >= heard + ttl / 4 ? ttl / 4 : ttl / 2);
    if (now < until) return {.due = until};
    // The answer may lie in the socket, if this process was stopped until now: it is read first.
    if (!looked_) looked_ = now;
    if (now < *looked_ + kRead) return {.due = *looked_ + kRead};
    return {.dead = true, .due = base::MonoTime::Max()};
  }

 private:
  static constexpr absl::Duration kRead = absl::Milliseconds(20);

  std::optional<base::MonoTime> heard_;  // since then we ask
  base::MonoTime asked_;
  std::optional<base::MonoTime> looked_;  // when the answer was overdue
};

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_SILENCE_H_
