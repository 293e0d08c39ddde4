#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/internal/connection.h"
#include "client/internal/start_thread.h"
#include "hawser/base/status_macros.h"
#include "hawser/base/string_view.h"
#include "proto/link/proxy.h"
#include "proto/wire/reader.h"

// The connections of a session, one after the other, and its end.
//
// Phases: kDetached -> kAttempting -> kAttached -> kDetached ... -> kOver, which is final. Only the
// reader starts attempts. Every transport reports OnClosed once.

namespace hawser::internal {
namespace {

// How long transports may take to let the End out.
constexpr absl::Duration kGrace = absl::Seconds(1);
constexpr size_t kMaxLostObjects = 1000;

EndReason ReasonOf(LossReason loss) {
  switch (loss) {
    case LossReason::kLeaseExpired:
      return EndReason::kLeaseExpired;
    case LossReason::kBrokerRestarted:
    case LossReason::kBrokerStopped:
      return EndReason::kShutdown;
    case LossReason::kRefused:
      return EndReason::kViolation;
    default:
      return EndReason::kLeft;
  }
}

// What an end that we did not ask for means to the program.
LossReason LossOf(EndReason reason) {
  switch (reason) {
    case EndReason::kLeaseExpired:
      return LossReason::kLeaseExpired;
    case EndReason::kLimit:
    case EndReason::kViolation:
      return LossReason::kRefused;
    case EndReason::kShutdown:
      return LossReason::kBrokerStopped;
    default:
      return LossReason::kEndedByBroker;
  }
}

}  // namespace

absl::StatusOr<Ref<Connection>> Connection::Connect(std::string endpoint, ConnectOptions options,
                                                    std::unique_ptr<Connector> connector) {
  auto self = Ref<Connection>::Adopt(
      new Connection(std::move(endpoint), std::move(options), std::move(connector)));
  Leader::Slot slot;
  {
    base::MutexLock lock(self->state_mu_);
    self->connecting_ = &slot;
  }
  HAWSER_RETURN_IF_ERROR(StartThread([self] {
    self->Attempt();
    self->RunReader();
  }));
  self->leader_.Wait(slot);
  absl::Status status;
  {
    base::MutexLock lock(self->state_mu_);
    status = self->status_;
  }
  if (status.ok()) return self;
  self->AwaitEnd(kGrace);
  return status;
}

void Connection::RunReader() {
  leader_.RunReader(*this);
  connector_->events().Shutdown();
  base::MutexLock lock(state_mu_);
  reader_done_ = true;
  end_changed_.NotifyAll();
}

void Connection::AwaitEnd(absl::Duration wait) {
  // Who leads is waited for by the reader.
  if (Leader::LeadsHere()) return;
  base::MonoTime until = clock().Now() + wait;
  bool unused = Unused();
  base::MutexLock lock(state_mu_);
  while (!(unused ? reader_done_ : drained_)) {
    if (!end_changed_.WaitFor(state_mu_, until - clock().Now())) return;
  }
}

// Connections

void Connection::Attempt() {
  AttachState state = Fence();
  base::MonoTime now = clock().Now();
  std::shared_ptr<ClientTransport> transport = connector_->NewTransport(*this);
  std::string packet;
  {
    base::MutexLock lock(state_mu_);
    if (phase_ != Phase::kDetached) return;
    phase_ = Phase::kAttempting;
    attempt_until_ = attacher_.AttemptUntil(now);
    transport_ = transport;
    open_.emplace(transport.get(), transport);
    wire::PacketHeader header;
    header.ack = state.processed;
    header.limits = state.limits;
    header.clock_us = static_cast<uint64_t>(absl::ToInt64Microseconds(now - start_));
    wire::WritePacketHeader(header, &packet);
    wire::WriteAttach(attacher_.Next(state.processed, state.limits), &packet);
  }
  transport->Open(std::move(packet));
}

void Connection::OnPacket(ClientTransport& transport, Bytes packet) {
  last_heard_ns_.store(clock().Now().ns, std::memory_order_relaxed);
  bool reply = false;
  {
    base::MutexLock lock(state_mu_);
    reply = phase_ == Phase::kAttempting && transport_.get() == &transport;
  }
  if (reply) {
    OnReply(transport, packet);
  } else {
    Endpoint::OnPacket(&transport, std::move(packet));
  }
}

void Connection::OnReply(ClientTransport& transport, const Bytes& packet) {
  wire::PacketView view;
  absl::Status status = wire::ReadPacket(packet.view(), &view);
  if (status.ok() && !view.attached) {
    status = absl::InvalidArgumentError("the broker did not answer Attach");
  }
  Attacher::Verdict verdict;
  bool first = false;
  {
    base::MutexLock lock(state_mu_);
    if (phase_ == Phase::kOver) return;
    first = !attacher_.established();
    if (status.ok()) verdict = attacher_.OnReply(*view.attached);
    if (status.ok() && verdict.what == Attacher::Verdict::What::kAttached) {
      phase_ = Phase::kAttached;
    } else {
      transport_ = nullptr;
    }
  }
  if (!status.ok()) {
    transport.Kill();
    OnLost(status);
    return;
  }
  if (verdict.what == Attacher::Verdict::What::kGiveUp) {
    transport.Kill();
    EndSession(verdict.loss, verdict.status);
    return;
  }
  last_sent_ns_.store(clock().Now().ns, std::memory_order_relaxed);
  Endpoint::Attach(transport.shared_from_this(), view.attached->ack, view.attached->limits);
  if (!view.frames.empty()) Endpoint::OnPacket(&transport, packet);
  ConnectionEvent event;
  event.kind = first ? ConnectionEvent::Kind::kConnected : ConnectionEvent::Kind::kResumed;
  Tell(std::move(event));
  {
    base::MutexLock lock(state_mu_);
    if (connecting_ != nullptr) leader_.Fill(*std::exchange(connecting_, nullptr));
  }
  leader_.PokeReader();
}

void Connection::OnSent(ClientTransport& transport, std::string buffer) {
  last_sent_ns_.store(clock().Now().ns, std::memory_order_relaxed);
  Endpoint::OnSent(&transport, std::move(buffer));
  if (closing_.load(std::memory_order_acquire) == 0) return;
  base::MutexLock lock(state_mu_);
  // Under the lock: who waits takes its slot out under it.
  for (Leader::Slot* closer : closers_) leader_.Fill(*closer);
}

bool Connection::MaySend() const {
  return options_.heartbeat == ConnectOptions::Heartbeat::kAutomatic ||
         active_.load(std::memory_order_acquire) > 0;
}

void Connection::OnClosed(ClientTransport& transport, const absl::Status& why) {
  std::shared_ptr<ClientTransport> closed;
  bool attempt = false;
  {
    base::MutexLock lock(state_mu_);
    auto found = open_.find(&transport);
    if (found == open_.end()) return;
    closed = std::move(found->second);
    open_.erase(found);
    attempt = phase_ == Phase::kAttempting && transport_ == closed;
    if (transport_ == closed) transport_ = nullptr;
    if (phase_ == Phase::kOver && why.ok()) said_end_ = true;
  }
  if (attempt) {
    OnLost(why);
  } else {
    OnTransportLost(&transport, why);
  }
  leader_.PokeReader();
}

void Connection::OnDetached(const absl::Status& why) { OnLost(why); }

// An attempt failed, or the attached connection is no more.
void Connection::OnLost(const absl::Status& why) {
  Attacher::Verdict verdict;
  bool was_attached = false;
  {
    base::MutexLock lock(state_mu_);
    if (phase_ == Phase::kOver) return;
    was_attached = phase_ == Phase::kAttached;
    phase_ = Phase::kDetached;
    verdict = attacher_.OnLost(why, clock().Now());
    retry_at_ = verdict.retry_at;
  }
  if (verdict.what == Attacher::Verdict::What::kGiveUp) {
    EndSession(verdict.loss, verdict.status);
  } else if (was_attached) {
    ConnectionEvent event;
    event.kind = ConnectionEvent::Kind::kReconnecting;
    event.status = why;
    Tell(std::move(event));
  }
  leader_.PokeReader();
}

// End

void Connection::EndSession(LossReason loss, const absl::Status& status) {
  std::shared_ptr<ClientTransport> attempt;
  {
    base::MutexLock lock(state_mu_);
    if (phase_ == Phase::kOver) return;
    if (phase_ == Phase::kAttempting) attempt = transport_;
    phase_ = Phase::kOver;
    loss_ = loss;
    status_ = status;
    kill_at_ = clock().Now() + kGrace;
  }
  if (attempt != nullptr) attempt->Kill();
  End(ReasonOf(loss), status);
  leader_.PokeReader();
}

// The peer said End, or the link must end. Why is known before the link ends: who is told that an
// object or a call ended with the session may ask.
void Connection::OnEndWanted(EndReason reason, const absl::Status& why) {
  EndSession(LossOf(reason), why);
}

void Connection::OnEnded(EndReason /*reason*/, const absl::Status& /*why*/,
                         std::vector<ObjectRef> exported) {
  std::vector<ObjectRef> orphans;
  ConnectionEvent event;
  event.kind = ConnectionEvent::Kind::kLost;
  bool came_about = false;
  {
    base::MutexLock lock(state_mu_);
    came_about = attacher_.established();
    orphans.swap(orphans_);
    orphans_pending_.fetch_sub(static_cast<int>(orphans.size()), std::memory_order_acq_rel);
    event.loss = loss_;
    event.status = status_;
    if (status_.ok()) status_ = absl::FailedPreconditionError(base::ToAbsl(LossReasonName(loss_)));
    if (connecting_ != nullptr) leader_.Fill(*std::exchange(connecting_, nullptr));
  }
  Inspect([&](const link::Link& link) {
    link.imports().ForEach([&](const link::Proxy& proxy) {
      if (proxy.handle() == 0 || event.lost_objects.size() >= kMaxLostObjects) return;
      event.lost_objects.push_back({proxy.oid(), proxy.shape()->name()});
    });
  });
  // Of one that did not, Connect says why.
  if (came_about) Tell(std::move(event));
  // The program's functions go where they ran.
  callbacks_->PostDrop([exported = std::move(exported)]() mutable { exported.clear(); });
  callbacks_->Close();
  {
    base::MutexLock lock(state_mu_);
    end_told_ = true;
  }
  leader_.PokeReader();
}

absl::Status Connection::Close(absl::Duration wait) {
  if (forked()) return CheckUsable();
  base::MonoTime until = clock().Now() + wait;
  // The program is at work: what a session that renews its lease by hand held back may leave.
  Activity activity(*this);
  // What was sent before leaves before.
  closing_.fetch_add(1, std::memory_order_acq_rel);
  bool more = !Leader::LeadsHere();
  while (more) {
    Leader::Slot sent;
    {
      base::MutexLock lock(state_mu_);
      closers_.push_back(&sent);
    }
    Flush();
    more = !ended() && clock().Now() < until &&
           Inspect([](const link::Link& link) { return link.NeedsPacket(); });
    if (more) leader_.Wait(sent, clock().Now() + absl::Milliseconds(1));
    base::MutexLock lock(state_mu_);
    std::erase(closers_, &sent);
  }
  closing_.fetch_sub(1, std::memory_order_acq_rel);
  EndSession(LossReason::kClosed, absl::OkStatus());
  AwaitEnd(until - clock().Now());
  callbacks_->Abandon();
  callbacks_->AwaitEnd(until - clock().Now());
  base::MutexLock lock(state_mu_);
  if (loss_ == LossReason::kClosed && !said_end_) {
    return absl::UnavailableError(
        "the broker could not be told; it ends the session with its lease");
  }
  return absl::OkStatus();
}

void Connection::OnLastRemote() {
  if (forked()) return;
  remote_gone_ = true;
  Flush();
  bool elsewhere = !Leader::LeadsHere() && !callbacks_->RunsHere();
  leader_.PokeReader();
  if (elsewhere && (ended() || Unused())) Close(kGrace).IgnoreError();
  callbacks_->Abandon();
}

void Connection::Tell(ConnectionEvent event) {
  if (!options_.on_connection) return;
  callbacks_->Post([self = Ref<Connection>(this),
                    event = std::move(event)] { self->options_.on_connection(event); },
                   "on_connection");
}

// State

absl::Status Connection::CheckUsable() const {
  if (forked()) {
    return absl::FailedPreconditionError(
        "the session belongs to the process that this one was forked from");
  }
  if (!ended()) return absl::OkStatus();
  base::MutexLock lock(state_mu_);
  std::string why(LossReasonName(loss_));
  std::string detail(status_.message());
  if (detail.starts_with(why)) {
    why = detail;
  } else if (!detail.empty()) {
    absl::StrAppend(&why, ": ", detail);
  }
  return absl::FailedPreconditionError(absl::StrCat("the session is over: ", why));
}

ConnectionState Connection::state() const {
  base::MutexLock lock(state_mu_);
  if (phase_ == Phase::kOver) return ConnectionState::kLost;
  return phase_ == Phase::kAttached ? ConnectionState::kConnected : ConnectionState::kReconnecting;
}

LossReason Connection::loss() const {
  base::MutexLock lock(state_mu_);
  return loss_;
}

uint64_t Connection::epoch() const {
  base::MutexLock lock(state_mu_);
  return attacher_.epoch();
}

std::string Connection::broker() const {
  base::MutexLock lock(state_mu_);
  return attacher_.broker();
}

absl::Duration Connection::ttl() const {
  base::MutexLock lock(state_mu_);
  return attacher_.ttl();
}

absl::Duration Connection::idle() const {
  return clock().Now() - base::MonoTime{last_heard_ns_.load(std::memory_order_relaxed)};
}

}  // namespace hawser::internal
