#include "tools/cli/session.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/cord.h"
#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/error.h"
#include "tools/cli/endpoint.h"
#include "tools/cli/failure.h"
#include "tools/cli/value_text.h"
#include "tools/cli/view.h"

namespace hawser::cli {
namespace {

constexpr absl::Duration kLeaveWithin = absl::Milliseconds(300);

// Whether `text` is what CheckArguments says of a member called `name`: "Counter.add: argument 2:
// expected integer, got string", "add: expected 2 arguments, got 1".
bool RefusesArguments(std::string_view text, std::string_view name) {
  size_t colon = text.find(": ");
  if (name.empty() || colon == text.npos) return false;
  std::string_view called = text.substr(0, colon);
  std::string_view what = text.substr(colon + 2);
  if (!called.ends_with(name) || !(what.starts_with("argument ") || what.starts_with("expected ")))
    return false;
  called.remove_suffix(name.size());
  return called.empty() || called.ends_with('.') || called == "new ";
}

// Whether the arguments were found wrong before anything ran. What a method itself finds wrong
// usually names no member, and comes with no words that only CheckArguments uses.
bool IsRefused(const absl::Status& status, const RemoteObject& target, std::string_view member) {
  if (!absl::IsInvalidArgument(status)) return false;
  Error error = Error::FromStatus(status);
  if (!(error.name().empty() || error.name() == "Error") || !error.members().empty()) return false;
  return RefusesArguments(MessageOf(status), member.empty() ? target.class_name() : member);
}

// "counter.add raised TypeError: no such thing (NOT_FOUND)"; what is usual is left out.
absl::Status Raised(const absl::Status& status, std::string_view what) {
  Error error = Error::FromStatus(status);
  std::string name = error.name().empty() ? "Error" : std::string(error.name());
  std::string code = error.code() == absl::StatusCode::kUnknown
                         ? ""
                         : fmt::format(" ({})", absl::StatusCodeToString(error.code()));
  absl::Status raised(status.code(),
                      fmt::format("{} raised {}: {}{}", what, name, error.message(), code));
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { raised.SetPayload(url, payload); });
  return WithExit(std::move(raised), Exit::kRaised);
}

}  // namespace

Session::Session(const Options& options) : options_(options), start_(base::SystemClock().Now()) {}

Session::Session(const Options& options, RemoteObject root)
    : options_(options), start_(base::SystemClock().Now()), root_(std::move(root)) {}

absl::Status Session::Connect() {
  if (root_) return absl::OkStatus();
  absl::StatusOr<Remote> remote = Remote::Connect(endpoint(), MakeConnectOptions());
  if (!remote.ok()) return ExplainConnect(remote.status());
  Take(*std::move(remote));
  return absl::OkStatus();
}

absl::Status Session::ConnectAgain() {
  // With options of its own: less time is left than the first time.
  absl::StatusOr<Remote> remote = Remote::Connect(endpoint(), MakeConnectOptions());
  if (!remote.ok()) return ExplainConnect(remote.status());
  inspection_ = RemoteObject();
  Take(*std::move(remote));
  return absl::OkStatus();
}

void Session::Take(Remote remote) {
  {
    base::MutexLock lock(mu_);
    leaving_ = remote;
  }
  remote_ = std::move(remote);
  root_ = remote_.root();
}

void Session::Leave() {
  Remote remote;
  {
    base::MutexLock lock(mu_);
    remote = std::exchange(leaving_, Remote());
  }
  // Whether the broker could be told makes no difference to anybody here.
  if (remote) remote.Close(kLeaveWithin).IgnoreError();
}

void Session::OnInterrupt(std::function<void()> stop) {
  base::MutexLock lock(mu_);
  on_interrupt_ = std::move(stop);
}

void Session::StopAndLeave() {
  std::function<void()> stop;
  {
    base::MutexLock lock(mu_);
    stop = on_interrupt_;
  }
  if (stop) stop();
  Leave();
}

ConnectOptions Session::MakeConnectOptions() const {
  ConnectOptions options;
  // A command needs no window of its own.
  options.attributes = {{"name", "hawser"}, {"window", "none"}};
  // Some there must be.
  if (options_.timeout) options.connect_timeout = std::max(TimeLeft(), absl::Nanoseconds(1));
  options.on_connection = on_connection_;
  return options;
}

absl::StatusOr<RemoteObject> Session::Root() {
  HAWSER_RETURN_IF_ERROR(Connect());
  return root_;
}

absl::StatusOr<Value> Session::Inspect(std::string_view method, Array arguments) {
  HAWSER_RETURN_IF_ERROR(Connect());
  auto denied = [this](absl::Status status) {
    if (status.code() != absl::StatusCode::kPermissionDenied) return status;
    std::string who =
        endpoint().starts_with("tcp:")
            ? "inspection needs the broker's Unix socket: over TCP it is not known who asks"
            : fmt::format(
                  "inspection is for root and the user the broker runs as; you are user "
                  "{}: try sudo",
                  getuid());
    return WithHint(WithHint(std::move(status), who),
                    "what you know the name of can be used all the same: hawser describe, call, "
                    "get, set, new, watch, wait");
  };
  if (!inspection_) {
    absl::StatusOr<Value> broker = Apply(root_, Op::kGet, "broker", {}, "inspection");
    if (!broker.ok()) return denied(broker.status());
    inspection_ = RemoteObject(broker->TakeObject());
  }
  absl::StatusOr<Value> answer = Call(inspection_, Op::kCall, method, std::move(arguments));
  if (answer.ok()) return answer;
  // What is not there, or is not clear, is said by the broker in full.
  if (absl::IsNotFound(answer.status())) return WithExit(answer.status(), Exit::kNotFound);
  if (absl::IsInvalidArgument(answer.status())) return WithExit(answer.status(), Exit::kUsage);
  return denied(ExplainCall(answer.status(), inspection_, "inspection"));
}

absl::StatusOr<Value> Session::Apply(const RemoteObject& target, Op op, std::string_view member,
                                     Array arguments, std::string_view what) {
  absl::StatusOr<Value> answer = Call(target, op, member, std::move(arguments));
  if (answer.ok()) return answer;
  if (IsRefused(answer.status(), target, member)) return WithExit(answer.status(), Exit::kUsage);
  return ExplainCall(answer.status(), target, what);
}

absl::StatusOr<Value> Session::Call(const RemoteObject& target, Op op, std::string_view member,
                                    Array arguments) {
  CallOptions options;
  if (options_.timeout) options.deadline = TimeLeft();
  return target.With(options).Apply(op, member, arguments);
}

absl::StatusOr<Value> Session::Settle(Value value, std::string_view what) {
  // One promise may settle with another one in other languages.
  for (int i = 0; i < 100 && value.is_object(); ++i) {
    RemoteObject object(value.TakeObject());
    if (object.kind() != ObjectKind::kPromise) break;
    HAWSER_ASSIGN_OR_RETURN(value, Apply(object, Op::kAwait, "", {}, what));
  }
  return value;
}

absl::Duration Session::TimeLeft() const {
  if (!options_.timeout) return absl::InfiniteDuration();
  return std::max(start_ + *options_.timeout - base::SystemClock().Now(), absl::ZeroDuration());
}

std::string Session::endpoint() const {
  return options_.endpoint.empty() ? FullEndpoint(Remote::DefaultEndpoint()) : options_.endpoint;
}

ObjectId Session::inspection_id() const { return inspection_.id(); }

std::string Session::LossText() const {
  // The same words begin every failure of the session.
  constexpr std::string_view kPrefix = "the session is over: ";
  absl::Status status = remote_.status();
  std::string_view text = MessageOf(status);
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  return std::string(text);
}

std::string Session::id() const {
  return remote_ ? remote_.session_id().ToString() : std::string();
}

absl::Status Session::ExplainConnect(const absl::Status& status) const {
  const char* set = std::getenv("HAWSER_ENDPOINT");
  Origin origin = !options_.endpoint.empty()         ? Origin::kOption
                  : set != nullptr && set[0] != '\0' ? Origin::kEnvironment
                                                     : Origin::kDefault;
  absl::Status explained = ExplainNoConnection(status, endpoint(), origin);
  if (!absl::IsDeadlineExceeded(status) || !options_.timeout) return explained;
  return WithHint(
      Fail(Exit::kDeadline, fmt::format("cannot connect to {}: no answer within {}", endpoint(),
                                        absl::FormatDuration(*options_.timeout))),
      "--timeout gives it more time");
}

absl::Status Session::ExplainCall(const absl::Status& status, const RemoteObject& target,
                                  std::string_view what) const {
  if (remote_ && remote_.state() == ConnectionState::kLost) {
    Exit exit = remote_.loss() == LossReason::kDisconnected ? Exit::kUnreachable : Exit::kExpired;
    return Fail(exit, fmt::format("{}: the session is over ({})", what, LossText()),
                absl::IsAborted(status)       ? "the call had left; its effect is unknown"
                : absl::IsUnavailable(status) ? "the call had not left"
                                              : "");
  }
  if (target.gone() != GoneReason::kAlive) {
    return Fail(Exit::kExpired, fmt::format("{}: {}", what, MessageOf(status)));
  }
  switch (status.code()) {
    case absl::StatusCode::kDeadlineExceeded: {
      // What the method waited for itself may have been late, too.
      if (!IsLate()) return Raised(status, what);
      std::string time = absl::FormatDuration(*options_.timeout);
      return WithHint(
          WithExit(WithPrefix(status, fmt::format("{}: no answer within {}: ", what, time)),
                   Exit::kDeadline),
          "if it had started, its effect is unknown; --timeout gives it more time");
    }
    case absl::StatusCode::kPermissionDenied:
      return WithExit(WithPrefix(status, fmt::format("{}: ", what)), Exit::kDenied);
    default:
      return Raised(status, what);
  }
}

}  // namespace hawser::cli
