#ifndef HAWSER_REMOTE_H_
#define HAWSER_REMOTE_H_

// Remote: one session with a broker. This is the one header a program needs.
//
//   absl::StatusOr<hawser::Remote> remote = hawser::Remote::Connect();
//   if (!remote.ok()) return remote.status();
//   absl::StatusOr<hawser::RemoteObject> map_numbers = remote->Require("map_numbers");
//   absl::StatusOr<hawser::Value> local = map_numbers->Call("withLocalCallback");  // [2, 3, 4]
//
// A session outlives its connections: when one breaks, another is made by itself and everything
// goes on; calls wait meanwhile. One over which nothing comes for about two thirds of the TTL, not
// even answers to heartbeats, is replaced too. What the broker keeps for the session is held by a lease that the
// SDK renews. When the lease ends every reference is gone and every call fails, definitely:
// UNAVAILABLE if it was not sent, ABORTED if it was.
//
// Lifetime. Copies are the same session. It ends with Close, or when the last Remote is gone and no
// remote object of it is left; leave main only after that. Close alone waits for the program's own
// functions: what they use must live until then. Thread-safe; a sync call of one thread does not
// hold up those of others.
//
// A child made by fork has no session: what it inherited can be dropped, and answers every call with
// FAILED_PRECONDITION. It may connect anew only if it was forked before the first Connect: gRPC does
// not survive a fork. Threads of the SDK take signals as the thread does that connects, so block
// what is to be waited for (sigwait) before.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hawser/callback.h"
#include "hawser/future.h"
#include "hawser/ids.h"
#include "hawser/options.h"
#include "hawser/pipeline.h"
#include "hawser/remote_object.h"
#include "hawser/subscription.h"
#include "hawser/value.h"

namespace hawser {

class Remote;

namespace internal {
class Connection;
class RemoteState;
Remote MakeRemote(Ref<Connection> connection);
}  // namespace internal

// Counters of a session, since it began unless they say "now".
struct SessionStats {
  uint64_t calls_sent = 0;
  uint64_t calls_received = 0;  // calls of this program's callbacks and provided objects
  uint64_t frames_sent = 0;     // frames are what the protocol numbers: calls, answers, releases
  uint64_t frames_received = 0;
  uint64_t bytes_sent = 0;
  uint64_t bytes_received = 0;
  uint64_t connections = 0;   // 1 plus the times it was resumed
  size_t remote_objects = 0;  // now: objects of the broker held here
  size_t exported_objects =
      0;                     // now: callbacks and other objects of this program held by the broker
  size_t calls_pending = 0;  // now: calls of this program without an answer
  size_t calls_unsent =
      0;  // now: calls that wait here, since as many as the broker takes have no answer yet
  size_t callbacks_waiting = 0;  // now: callbacks that came and have not run
};

class Remote {
 public:
  // Of no session: every call fails with FAILED_PRECONDITION.
  Remote() = default;

  // Makes a session with the broker at `endpoint`: "unix:/path/of/socket", the path alone ("/..."),
  // or "tcp:host:port".
  //   INVALID_ARGUMENT    no such kind of endpoint, or options that cannot be
  //   UNAVAILABLE         no broker there
  //   DEADLINE_EXCEEDED   no answer within ConnectOptions::connect_timeout
  //   PERMISSION_DENIED   policy, with what was refused
  //   RESOURCE_EXHAUSTED  the broker has all the sessions it takes
  static absl::StatusOr<Remote> Connect(std::string_view endpoint, ConnectOptions options = {});
  // At DefaultEndpoint().
  static absl::StatusOr<Remote> Connect(ConnectOptions options);
  static absl::StatusOr<Remote> Connect() { return Connect(ConnectOptions()); }

  // $HAWSER_ENDPOINT if set; else hawser/hawser.sock in $XDG_RUNTIME_DIR if there is one, else
  // /run/hawser/hawser.sock.
  static std::string DefaultEndpoint();

  explicit operator bool() const { return state_ != nullptr; }

  // What the module exports, any value: by name, or by a path relative to the broker's main entry
  // point such as "./foo". The same module gives the same object. NOT_FOUND if there is none;
  // INVALID_ARGUMENT if what it exports is not a T.
  template <typename T = RemoteObject>
  absl::StatusOr<T> Require(std::string_view module) const {
    return root().Call<T>("require", module);
  }
  // The global variable of this name in the broker. NOT_FOUND if there is none.
  template <typename T = Value>
  absl::StatusOr<T> GetGlobal(std::string_view name) const {
    return root().Call<T>("getGlobal", name);
  }
  // A built-in module, evaluated now. NOT_FOUND if there is none.
  absl::StatusOr<RemoteObject> GetBuiltin(std::string_view name) const {
    return root().Call<RemoteObject>("getBuiltin", name);
  }
  absl::StatusOr<RemoteObject> app() const { return root().Get<RemoteObject>("app"); }
  // Inspection: sessions, objects, who holds what. Guarded by policy: PERMISSION_DENIED.
  absl::StatusOr<RemoteObject> broker() const { return root().Get<RemoteObject>("broker"); }
  // The same object as GetGlobal("process"), fetched once: later reads send nothing.
  absl::StatusOr<RemoteObject> process() const;

  // The window, and its contents, that this session belongs to (ConnectOptions::attributes).
  // NOT_FOUND if no module gives it one.
  absl::StatusOr<RemoteObject> GetCurrentWindow() const {
    return root().Call<RemoteObject>("getCurrentWindow");
  }
  absl::StatusOr<RemoteObject> GetCurrentWebContents() const {
    return root().Call<RemoteObject>("getCurrentWebContents");
  }

  // Makes `object` (a Callback, a RemoteObject, any ObjectRef) what other clients get when they
  // require `name`, until this session ends. Calls on it run where callbacks run. INVALID_ARGUMENT
  // for what is no object or no name, PERMISSION_DENIED, or ALREADY_EXISTS if the name is taken by
  // another; what this session provided under it before is replaced.
  absl::Status Provide(std::string_view name, Value object) const {
    return root().Call("provide", name, std::move(object)).status();
  }

  // A chain of calls that starts at the root, sent at once.
  hawser::Pipeline Pipeline() const { return root().Pipeline(); }

  // The object all of the above are methods of. Its members are not checked here.
  RemoteObject root() const;

  // The same session, whose calls use `options`.
  Remote With(CallOptions options) const {
    Remote copy = *this;
    copy.options_ = options;
    return copy;
  }

  // Runs the callbacks that came, on this thread, and gives how many; waits up to `wait` for the
  // first one. For ConnectOptions::Callbacks::kPoll; with kOwnThread it runs none. With
  // Heartbeat::kManual it renews the lease. 0 at once inside a callback, while another thread is in
  // Poll, after Close, and when the session was lost and the callbacks that came before, the one
  // that tells of it included, have run.
  int Poll(absl::Duration wait = absl::ZeroDuration()) const;

  // Leaves: the broker releases everything of this session at once. Waits until it has said so, at
  // most `wait`. Pending calls of other threads fail. After it, unless it was called by one of them
  // or ran out of time, no function of the program is called any more, and none is running: with
  // kOwnThread those that were due have run, on_connection's kLost the last; with kPoll one that
  // runs in another thread is waited for, and those that were due are dropped. Idempotent.
  // UNAVAILABLE if the broker could not be told; the session is over for this program in any case.
  absl::Status Close(absl::Duration wait = absl::Seconds(1)) const;

  // A new session with the same endpoint and options, after this one was lost; the same errors as
  // Connect.
  absl::StatusOr<Remote> ConnectAgain() const;

  ConnectionState state() const;
  LossReason loss() const;  // kNone unless state() is kLost
  // Why calls fail: OK unless state() is kLost.
  absl::Status status() const;

  SessionId session_id() const;
  Epoch epoch() const;                 // of the broker; names its run
  std::string broker_version() const;  // for people: "hawserd 0.1.0"
  std::string endpoint() const;
  // Granted time to live of the lease.
  absl::Duration ttl() const;
  // Time since the broker was last heard of.
  absl::Duration idle() const;
  SessionStats stats() const;

 private:
  friend Remote internal::MakeRemote(Ref<internal::Connection> connection);
  explicit Remote(std::shared_ptr<internal::RemoteState> state) : state_(std::move(state)) {}

  std::shared_ptr<internal::RemoteState> state_;
  CallOptions options_;
};

}  // namespace hawser

#endif  // HAWSER_REMOTE_H_
