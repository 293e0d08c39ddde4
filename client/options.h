#ifndef HAWSER_OPTIONS_H_
#define HAWSER_OPTIONS_H_

// What a program may choose when it connects, and for each call. Every default is in its
// declaration; plain data, thread-compatible.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hawser/error.h"
#include "hawser/ids.h"

namespace hawser {

namespace base {
class Clock;
}

// Choices for one call; see RemoteObject::With and Remote::With.
struct CallOptions {
  // How long the call may take, reckoned from the moment it is made; time spent reconnecting
  // counts. When it is over the call fails with DEADLINE_EXCEEDED: if it had not started it never
  // will, if it had, its module is told to stop and its effect is unknown. A function of this
  // program that came back runs to its end. Unset: ConnectOptions::default_deadline; none for calls
  // that stay in this program.
  std::optional<absl::Duration> deadline = {};
};

// Where the relation to the broker stands.
enum class ConnectionState {
  kConnected,
  kReconnecting,  // the connection is lost, the lease is not: calls wait, references stay valid
  kLost,  // the session is over: every reference is gone, every call fails with FAILED_PRECONDITION
};
std::string_view ConnectionStateName(ConnectionState state);  // "connected", "reconnecting", "lost"

// Why a session is over.
enum class LossReason {
  kNone,             // it is not
  kClosed,           // Remote::Close, or the last handle is gone
  kLeaseExpired,     // the broker heard nothing for a TTL, or was out of reach for that long
  kBrokerRestarted,  // the broker that had the objects is no more
  kBrokerStopped,    // the broker stopped, and with it everything it had
  kEndedByBroker,    // an administrator ended it, or the broker did not say why
  kRefused,          // policy, a limit or a protocol error ended it; the status says which
  kDisconnected,     // the connection was lost and ConnectOptions::reconnect is off
};
std::string_view LossReasonName(
    LossReason reason);  // "", "closed", "lease expired", "broker restarted", ...

// What ConnectOptions::on_connection is told.
struct ConnectionEvent {
  enum class Kind { kConnected, kReconnecting, kResumed, kLost };
  Kind kind = Kind::kConnected;
  // kLost: why the session is over.
  LossReason loss = LossReason::kNone;
  // kReconnecting and kLost: what happened, for people and logs.
  absl::Status status;
  // kLost: the remote objects this program held, at most 1000 of them. All are gone; fetch them
  // anew by name after Remote::ConnectAgain.
  struct LostObject {
    ObjectId id;
    std::string class_name;
  };
  std::vector<LostObject> lost_objects;
};

// TLS on the way to a "tcp:" endpoint; files are PEM, by path. The broker itself speaks none: this
// is for a proxy in front of it that ends TLS, speaks HTTP/2 (ALPN "h2") on both sides and reaches
// the broker at a "tcp:" address of its own host, which it serves with --insecure-tcp. So it is the
// proxy that is authenticated here, and that has to authenticate clients.
struct TlsOptions {
  std::string ca_file =
      {};  // who may sign the proxy's certificate; empty: the system's authorities
  // This client's certificate and its key, if the proxy asks for one; empty: none.
  std::string certificate_file = {};
  std::string key_file = {};
  std::string server_name =
      {};  // expected in the proxy's certificate; empty: the host of the endpoint
};

struct ConnectOptions {
  // Free text about this client that modules and the CLI see. Known keys: "window" (the id of the
  // window it belongs to, or "none"; unless given, a hidden window is opened for it.
  // getCurrentWindow answers NOT_FOUND for "none", and where there is no window of that id), "name"
  // (shown by the CLI), "program" (unless given: the name of the running program).
  std::map<std::string, std::string> attributes = {};

  // Wished time to live of the lease: how long the broker keeps everything for a client it does not
  // hear of; 1 s to 10 min, else Connect fails with INVALID_ARGUMENT. Longer survives longer cuts,
  // and leaves the objects of a hung or unplugged client alive longer. Zero: the broker's default,
  // 30 s.
  absl::Duration ttl = absl::ZeroDuration();

  // Who renews the lease.
  enum class Heartbeat {
    kAutomatic,  // a thread of the SDK, as long as the process runs. It also makes the connection
                 // anew when the broker, asked, has not answered for about two thirds of the TTL
    kManual,     // only this program: its calls, and Remote::Poll. A program that hangs loses its
                 // lease, so call Poll at least every TTL/3. Nobody notices a
                 // connection that has silently died before a call has a deadline to miss
  };
  Heartbeat heartbeat = Heartbeat::kAutomatic;

  // Where callbacks, listeners and Future::Then run; always one at a time, in order.
  enum class Callbacks {
    kOwnThread,  // on a thread of the SDK
    kPoll,       // in Remote::Poll, on whichever thread calls it. CallbackMode::kCall ones also
                 // inside a synchronous call or Await of the thread that polled last (of any
                 // thread, if none has polled yet), since the call may depend on their answer.
                 // Without a Remote nobody polls: then nothing runs, and what calls a function of
                 // the program is told FAILED_PRECONDITION
  };
  Callbacks callbacks = Callbacks::kOwnThread;

  // How long Connect may take. Positive.
  absl::Duration connect_timeout = absl::Seconds(5);
  // Whether Connect, when there is no broker to be reached, tries again until connect_timeout is
  // over. Off: it fails at once.
  bool wait_for_broker = false;

  // Whether a lost connection is made anew, which keeps the session: no reference is lost, no call
  // is run twice. Off: the session is over (LossReason::kDisconnected).
  bool reconnect = true;
  // Pause between two attempts: doubles from the first to the second.
  absl::Duration backoff_min = absl::Milliseconds(100);
  absl::Duration backoff_max = absl::Seconds(2);

  // CallOptions::deadline of calls that set none.
  absl::Duration default_deadline = absl::InfiniteDuration();

  // For "tcp:" endpoints behind a proxy, see TlsOptions. Unset: no encryption and no proof of
  // identity, which the broker must have been told to accept, with --insecure-tcp.
  std::optional<TlsOptions> tls = {};

  // The three functions below run where callbacks run. They may use everything in this library.

  // Told of each change of the connection of a session that came about.
  std::function<void(const ConnectionEvent&)> on_connection = {};
  // Told of each promise of the broker that failed and that nobody awaited: its last reference was
  // dropped. For this such a promise is kept until it settles, but at most 256 at a time; those
  // dropped beyond that are released, and what becomes of them is not told. Unset: one line on
  // stderr.
  std::function<void(const Error&)> on_unhandled_rejection = {};
  // Told of each exception that left a callback nobody awaits, and of those that left another
  // function of the program that runs where callbacks run; `site` is where the callback was made,
  // or which function it was: "Future::Then", "RemoteObject::Watch", "on_connection",
  // "on_unhandled_rejection". Unset, or if it throws itself: one line on stderr.
  std::function<void(const Error& error, std::string_view site)> on_callback_error = {};

  // Tells the time for heartbeats, deadlines and backoff; borrowed, outlives the session. Null: the
  // system's clock. For tests.
  const base::Clock* clock = nullptr;
};

}  // namespace hawser

#endif  // HAWSER_OPTIONS_H_
