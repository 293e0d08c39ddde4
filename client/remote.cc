#include "hawser/remote.h"

#include <stdlib.h>
#include <unistd.h>

#include <utility>

#include "client/internal/connection.h"
#include "client/internal/grpc_transport.h"
#include "client/internal/remote_state.h"
#include "hawser/base/status_macros.h"

namespace hawser {

namespace internal {

namespace {

absl::Status Check(const ConnectOptions& options) {
  if (options.backoff_min <= absl::ZeroDuration() || options.backoff_max < options.backoff_min) {
    return absl::InvalidArgumentError("backoff_min must be positive and at most backoff_max");
  }
  if (options.connect_timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("connect_timeout must be positive");
  }
  if (options.ttl != absl::ZeroDuration() &&
      (options.ttl < absl::Seconds(1) || options.ttl > absl::Minutes(10))) {
    return absl::InvalidArgumentError("ttl must be between 1 s and 10 min");
  }
  return absl::OkStatus();
}

}  // namespace

Remote MakeRemote(Ref<Connection> connection) {
  return Remote(std::make_shared<RemoteState>(std::move(connection)));
}

}  // namespace internal

absl::StatusOr<Remote> Remote::Connect(std::string_view endpoint, ConnectOptions options) {
  HAWSER_RETURN_IF_ERROR(internal::Check(options));
  HAWSER_ASSIGN_OR_RETURN(std::unique_ptr<internal::Connector> connector,
                          internal::MakeGrpcConnector(endpoint, options.tls));
  HAWSER_ASSIGN_OR_RETURN(Ref<internal::Connection> connection,
                          internal::Connection::Connect(std::string(endpoint), std::move(options),
                                                        std::move(connector)));
  return internal::MakeRemote(std::move(connection));
}

absl::StatusOr<Remote> Remote::Connect(ConnectOptions options) {
  return Connect(DefaultEndpoint(), std::move(options));
}

std::string Remote::DefaultEndpoint() {
  if (const char* endpoint = getenv("HAWSER_ENDPOINT"); endpoint != nullptr && *endpoint != '\0') {
    return endpoint;
  }
  if (const char* folder = getenv("XDG_RUNTIME_DIR"); folder != nullptr && *folder != '\0') {
    std::string socket = std::string(folder) + "/hawser/hawser.sock";
    if (access(socket.c_str(), F_OK) == 0) return "unix:" + socket;
  }
  return "unix:/run/hawser/hawser.sock";
}

RemoteObject Remote::root() const {
  return RemoteObject(state_ == nullptr ? nullptr : state_->root()).With(options_);
}

absl::StatusOr<RemoteObject> Remote::process() const {
  if (state_ != nullptr) {
    if (ObjectRef cached = state_->process()) return RemoteObject(cached).With(options_);
  }
  absl::StatusOr<RemoteObject> process = GetGlobal<RemoteObject>("process");
  if (process.ok()) state_->set_process(process->object());
  return process;
}

int Remote::Poll(absl::Duration wait) const {
  return state_ == nullptr ? 0 : state_->connection().Poll(wait);
}

absl::Status Remote::Close(absl::Duration wait) const {
  return state_ == nullptr ? absl::OkStatus() : state_->connection().Close(wait);
}

absl::StatusOr<Remote> Remote::ConnectAgain() const {
  if (state_ == nullptr) return absl::FailedPreconditionError("a Remote of no session");
  return Connect(state_->connection().endpoint_name(), state_->connection().options());
}

ConnectionState Remote::state() const {
  return state_ == nullptr ? ConnectionState::kLost : state_->connection().state();
}

LossReason Remote::loss() const {
  return state_ == nullptr ? LossReason::kClosed : state_->connection().loss();
}

absl::Status Remote::status() const {
  if (state_ == nullptr) return absl::FailedPreconditionError("a Remote of no session");
  return state_->connection().CheckUsable();
}

SessionId Remote::session_id() const {
  return state_ == nullptr ? SessionId() : state_->connection().session_id();
}

Epoch Remote::epoch() const { return Epoch(state_ == nullptr ? 0 : state_->connection().epoch()); }

std::string Remote::broker_version() const {
  return state_ == nullptr ? std::string() : state_->connection().broker();
}

std::string Remote::endpoint() const {
  return state_ == nullptr ? std::string() : state_->connection().endpoint_name();
}

absl::Duration Remote::ttl() const {
  return state_ == nullptr ? absl::ZeroDuration() : state_->connection().ttl();
}

absl::Duration Remote::idle() const {
  return state_ == nullptr ? absl::InfiniteDuration() : state_->connection().idle();
}

SessionStats Remote::stats() const {
  SessionStats stats;
  if (state_ == nullptr) return stats;
  link::LinkStats link =
      state_->connection().Inspect([](const link::Link& link) { return link.stats(); });
  stats.calls_sent = link.calls_sent;
  stats.calls_received = link.calls_received;
  stats.frames_sent = link.frames_sent;
  stats.frames_received = link.frames_received;
  stats.bytes_sent = link.bytes_sent;
  stats.bytes_received = link.bytes_received;
  stats.connections = link.attaches;
  stats.remote_objects = link.imports > 0 ? link.imports - 1 : 0;  // the root does not count
  stats.exported_objects = link.exports;
  stats.calls_pending = link.calls_pending;
  stats.calls_unsent = link.outbox_calls;
  stats.callbacks_waiting = state_->connection().callbacks().waiting();
  return stats;
}

}  // namespace hawser
