#include "broker/session/connection.h"

#include <utility>

#include "broker/session/session.h"
#include "broker/session/session_registry.h"
#include "proto/wire/reader.h"

namespace hawser::broker {

std::shared_ptr<Connection> Connection::Open(SessionRegistry& registry,
                                             std::shared_ptr<link::Transport> carrier, Peer peer) {
  std::shared_ptr<Connection> connection(
      new Connection(registry, std::move(carrier), std::move(peer)));
  const SessionServices& services = registry.services();
  connection->attach_timer_ = services.timers.Start(
      services.clock.Now() + services.limits.attach_within, services.control,
      [weak = std::weak_ptr<Connection>(connection), within = services.limits.attach_within] {
        std::shared_ptr<Connection> self = weak.lock();
        if (self == nullptr) return;
        {
          base::MutexLock lock(self->mu_);
          if (self->state_ != State::kNew) return;
        }
        self->Refuse("", absl::DeadlineExceededError("attach_within: no Attach came within " +
                                                     absl::FormatDuration(within)));
      });
  return connection;
}

Connection::Connection(SessionRegistry& registry, std::shared_ptr<link::Transport> carrier,
                       Peer peer)
    : registry_(registry), carrier_(std::move(carrier)), peer_(std::move(peer)) {}

Connection::~Connection() = default;

// The carrier's side

void Connection::OnPacket(Bytes packet) {
  Ref<Session> session;
  bool first = false;
  {
    base::MutexLock lock(mu_);
    if (state_ == State::kClosed) return;
    first = state_ == State::kNew;
    if (first) state_ = State::kAttaching;
    session = session_;
  }
  if (first) {
    registry_.services().timers.Cancel(attach_timer_);
    ReadAttach(packet);
  } else if (session == nullptr) {
    // Its Attach is not answered yet, and a client that sends before that does not know the
    // protocol.
    Refuse("", absl::InvalidArgumentError("a packet came before the Attach was answered"));
  } else {
    session->OnPacketOf(*this, std::move(packet));
  }
}

void Connection::ReadAttach(const Bytes& packet) {
  wire::PacketView view;
  if (absl::Status status = wire::ReadPacket(packet.view(), &view); !status.ok()) {
    Refuse("", status);
  } else if (!view.attach) {
    Refuse("", absl::InvalidArgumentError("the first packet of a connection must carry `attach`"));
  } else if (!view.frames.empty()) {
    Refuse("", absl::InvalidArgumentError(
                   "frames came with the Attach: nothing is numbered before its answer"));
  } else {
    registry_.Attach(*std::move(view.attach), shared_from_this());
  }
}

void Connection::OnSent() {
  Ref<Session> session;
  std::string next;
  bool send = false;
  {
    base::MutexLock lock(mu_);
    if (state_ == State::kClosed) return;
    if (std::exchange(greeting_, false)) {
      send = std::exchange(holds_, false);
      next = std::move(held_);
      if (!send) return;  // nobody waits to hear of this one
    } else {
      session = session_;
    }
  }
  if (send) {
    ToCarrier(std::move(next));
  } else if (session != nullptr) {
    session->OnSent(this);
  }
}

void Connection::OnLost(const absl::Status& why) {
  Ref<Session> session;
  {
    base::MutexLock lock(mu_);
    if (std::exchange(state_, State::kClosed) == State::kClosed) return;
    session = std::exchange(session_, nullptr);
  }
  registry_.services().timers.Cancel(attach_timer_);
  if (session != nullptr) session->OnTransportLost(this, why);
}

// The session's side

void Connection::Send(std::string packet) {
  {
    base::MutexLock lock(mu_);
    if (state_ == State::kClosed) return;
    if (state_ != State::kGreeted || greeting_) {
      holds_ = true;
      held_ = std::move(packet);
      return;
    }
  }
  ToCarrier(std::move(packet));
}

void Connection::SendLast(std::string packet) {
  {
    base::MutexLock lock(mu_);
    // A client that has not even its answer can do without the reason.
    if (state_ != State::kGreeted || greeting_) return;
  }
  carrier_->SendLast(std::move(packet));
}

void Connection::ToCarrier(std::string packet) {
  last_sent_ns_.store(registry_.services().clock.Now().ns, std::memory_order_relaxed);
  carrier_->Send(std::move(packet));
}

void Connection::Close(const absl::Status& status) {
  Ref<Session> session;  // given up outside the lock
  {
    base::MutexLock lock(mu_);
    if (std::exchange(state_, State::kClosed) == State::kClosed) return;
    session = std::exchange(session_, nullptr);
  }
  registry_.services().timers.Cancel(attach_timer_);
  carrier_->Close(status);
}

// The registry's side

void Connection::Bind(Ref<Session> session) {
  base::MutexLock lock(mu_);
  if (state_ != State::kClosed) session_ = std::move(session);
}

void Connection::Greet(std::string answer) {
  {
    base::MutexLock lock(mu_);
    if (state_ != State::kAttaching) return;
    state_ = State::kGreeted;
    greeting_ = true;
  }
  ToCarrier(std::move(answer));
}

void Connection::Refuse(std::string answer, const absl::Status& status) {
  if (!answer.empty()) Greet(std::move(answer));
  Close(status);
}

}  // namespace hawser::broker
