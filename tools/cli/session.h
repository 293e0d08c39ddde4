#ifndef TOOLS_CLI_SESSION_H_
#define TOOLS_CLI_SESSION_H_

// Session: the command's relation to the broker. It connects when something is first asked of it,
// gives every call the time that
// --timeout leaves, and turns what the SDK reports into failures that say what happened and what to
// try.
//
// Thread-compatible, except where said.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hawser/base/clock.h"
#include "hawser/base/mutex.h"
#include "hawser/remote.h"
#include "tools/cli/command_line.h"

namespace hawser::cli {

class Session {
 public:
  explicit Session(const Options& options);
  // For tests: starts from `root` instead of connecting.
  Session(const Options& options, RemoteObject root);

  // Told of what happens to the connection, where callbacks run. For the first use only.
  void OnConnection(std::function<void(const ConnectionEvent&)> told) {
    on_connection_ = std::move(told);
  }

  absl::Status Connect();
  // A new session in place of one that was lost. Everything held is gone.
  absl::Status ConnectAgain();
  // Leaves, if it has connected; waits for that a fraction of a second. Thread-safe.
  void Leave() HAWSER_EXCLUDES(mu_);
  // What a command does before it leaves because of Ctrl-C; returns soon, may be called on any
  // thread. Empty: nothing.
  void OnInterrupt(std::function<void()> stop) HAWSER_EXCLUDES(mu_);
  // The same as Leave, after what OnInterrupt was given. Thread-safe.
  void StopAndLeave() HAWSER_EXCLUDES(mu_);

  // The object every session starts from.
  absl::StatusOr<RemoteObject> Root();

  // A method of the object `broker`. Exit::kDenied, with who may, if policy refuses.
  absl::StatusOr<Value> Inspect(std::string_view method, Array arguments = {});

  // Any operation on an object; a promise is not awaited. `what` names it in failures:
  // "counter.add".
  absl::StatusOr<Value> Apply(const RemoteObject& target, Op op, std::string_view member,
                              Array arguments, std::string_view what);
  // `value`, or if it is a promise, what it settles with.
  absl::StatusOr<Value> Settle(Value value, std::string_view what);

  // Time that --timeout leaves; infinite without.
  absl::Duration TimeLeft() const;
  // Whether --timeout was given and is over.
  bool IsLate() const { return TimeLeft() == absl::ZeroDuration(); }
  const Options& options() const { return options_; }
  // Where it connects to, or would.
  std::string endpoint() const;
  // After Connect; of nothing in tests.
  const Remote& remote() const { return remote_; }
  // Why the session is over, in full: "broker stopped: the broker is shutting down". After Connect.
  std::string LossText() const;
  // Of the object Inspect asks, which this session holds like any other; 0 before it asked.
  ObjectId inspection_id() const;
  // This session's id as inspection names it; "" in tests.
  std::string id() const;

 private:
  // Apply without an explanation of what went wrong.
  absl::StatusOr<Value> Call(const RemoteObject& target, Op op, std::string_view member,
                             Array arguments);
  absl::Status ExplainConnect(const absl::Status& status) const;
  absl::Status ExplainCall(const absl::Status& status, const RemoteObject& target,
                           std::string_view what) const;
  ConnectOptions MakeConnectOptions() const;
  void Take(Remote remote) HAWSER_EXCLUDES(mu_);

  const Options options_;
  const base::MonoTime start_;  // by the clock that deadlines of calls go by
  std::function<void(const ConnectionEvent&)> on_connection_;
  Remote remote_;
  RemoteObject root_;
  RemoteObject inspection_;

  base::Mutex mu_;
  Remote leaving_ HAWSER_GUARDED_BY(mu_);  // a copy of remote_, for the thread that leaves
  std::function<void()> on_interrupt_ HAWSER_GUARDED_BY(mu_);
};

}  // namespace hawser::cli

#endif  // TOOLS_CLI_SESSION_H_
