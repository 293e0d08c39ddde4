#include "broker/session/session.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "broker/core/dispatcher.h"
#include "broker/session/session_registry.h"
#include "proto/wire/writer.h"

namespace hawser::broker {

// Lock order: attach_mu_ and timer_mu_ are never held together, nor with the endpoint's lock, and
// nothing is called under them but leaves (timer queue, process watch).

Session::Session(SessionRegistry& registry, const LeaseClock& lease_clock,
                 const wire::Attach& attach, const Peer& peer)
    : Endpoint(registry.services().link_limits, registry.services().clock),
      registry_(registry),
      services_(registry.services()),
      info_(
          MakeRef<SessionInfo>(attach.session, attach.attributes, peer, services_.clock.WallNow())),
      token_(attach.token),
      lease_(lease_clock, GrantTtl(attach.ttl_ms, services_.limits.lease_ttl,
                                   services_.limits.lease_ttl_min, services_.limits.lease_ttl_max)),
      program_(peer.program) {
  SetRoot(services_.root);
}

Session::~Session() = default;

std::string Session::program() const {
  auto attribute = info_->attributes().find("program");
  if (attribute != info_->attributes().end()) return attribute->second;
  base::MutexLock lock(attach_mu_);
  return program_;
}

std::string Session::DisplayName() const {
  auto attribute = info_->attributes().find("name");
  return attribute != info_->attributes().end() ? attribute->second : program();
}

bool Session::has_token(const Token& token) const {
  unsigned difference = 0;
  for (size_t i = 0; i < token.size(); ++i) difference |= token[i] ^ token_[i];
  return difference == 0;
}

// Attaching

void Session::AttachBy(const wire::Attach& attach, std::shared_ptr<Connection> connection,
                       wire::AttachReply::Outcome outcome) {
  absl::Status refused;
  std::optional<Attaching> fenced;
  std::optional<Attaching> work =
      Attaching{attach.attach, attach.ack, attach.limits, connection, outcome};
  {
    base::MutexLock lock(attach_mu_);
    if (attach.attach <= accepted_) {
      refused = absl::AbortedError(
          absl::StrCat("attach ", attach.attach, " is stale: this session accepted ", accepted_));
      work.reset();
    } else {
      accepted_ = attach.attach;
      // Who carries out another one takes this next.
      if (std::exchange(attaching_, true))
        fenced = std::exchange(next_, std::exchange(work, std::nullopt));
    }
  }
  if (fenced) fenced->connection->Refuse("", absl::AbortedError("fenced by a newer attach"));
  if (!refused.ok()) connection->Refuse("", refused);
  while (work) {
    Carry(*std::exchange(work, std::nullopt));
    base::MutexLock lock(attach_mu_);
    work = std::exchange(next_, std::nullopt);
    attaching_ = work.has_value();
  }
}

void Session::Carry(Attaching attaching) {
  Connection& connection = *attaching.connection;
  wire::AttachReply reply;
  reply.outcome = attaching.outcome;
  reply.epoch = services_.epoch.value();
  reply.ttl_ms = static_cast<uint32_t>(absl::ToInt64Milliseconds(lease_.ttl()));
  reply.max_frame_bytes = wire::WireLimits::kMaxFrameBytes;
  reply.max_packet_bytes = wire::WireLimits::kMaxPacketBytes;
  reply.broker = services_.broker;
  uint64_t forgotten = Inspect([](const link::Link& link) { return link.acknowledged(); });
  if (attaching.ack < forgotten) {
    connection.Refuse("", absl::FailedPreconditionError(
                              absl::StrCat("ack ", attaching.ack, ": frames up to ", forgotten,
                                           " were acknowledged before and cannot be sent again")));
    return;
  }
  if (!lease_.Attach()) {
    registry_.RefuseEnded(connection);
    return;
  }
  AttachState state = Fence();
  reply.ack = state.processed;
  reply.limits = state.limits;
  SetProcess(connection.peer());
  connection.Bind(Ref<Session>(this));
  // What the endpoint sends at once waits in the connection for the answer.
  Attach(attaching.connection, attaching.ack, attaching.limits);
  connection.Greet(SessionRegistry::PacketOf(reply));
}

void Session::SetProcess(const Peer& peer) {
  std::shared_ptr<PeerProcess> old;
  uint64_t watch = 0;
  {
    base::MutexLock lock(attach_mu_);
    old = std::exchange(process_, peer.process);
    watch = std::exchange(process_watch_, 0);
    program_ = peer.program;
  }
  info_->set_pid(peer.pid);
  if (old != nullptr && watch != 0) old->Unwatch(watch);
}

void Session::OnDetached(const absl::Status& /*why*/) {
  lease_.Detach();
  // Over a socket of this host a session whose process is gone cannot come back.
  base::MutexLock lock(attach_mu_);
  if (process_ == nullptr || process_watch_ != 0) return;
  process_watch_ = process_->Watch([self = Ref<Session>(this)] { self->OnProcessGone(); });
}

void Session::OnProcessGone() {
  if (attached()) return;
  registry_.EndSoon(Ref<Session>(this), EndReason::kExited,
                    absl::FailedPreconditionError("the client's process is gone"));
}

// Packets and calls

void Session::OnPacketOf(Connection& connection, Bytes packet) {
  if (!lease_.Renew()) {
    connection.Close(absl::FailedPreconditionError("lease expired"));
    return;
  }
  OnPacket(&connection, std::move(packet));
  ArmDeadline();
  // Whoever hears nothing from us for long learns that we live, and what was processed.
  constexpr int kShareOfTtl = 6;
  if (services_.clock.Now() - connection.last_sent() > lease_.ttl() / kShareOfTtl) Heartbeat();
}

bool Session::IsRefused(const link::IncomingCall& call) const {
  // What a drain waits for must be seen while it waits.
  constexpr std::string_view kInspection = "broker";
  return draining_.load(std::memory_order_relaxed) &&
         services_.homes.ModuleOf(call.target()) != kInspection;
}

void Session::StartCall(link::IncomingCall* call) {
  if (IsRefused(*call)) {
    call->TakeReply().Fail(absl::UnavailableError("the broker is shutting down"));
    call->Unref();
    return;
  }
  // A session uses few modules, most often the same as before.
  const base::Executor* home = call->target().home();
  if (std::ranges::find(used_homes_, home) == used_homes_.end()) used_homes_.push_back(home);
  Dispatcher::Start(call);
}

void Session::WantFlush() {
  if (flush_posted_.exchange(true, std::memory_order_acq_rel)) return;
  services_.pool.Post([self = Ref<Session>(this)] {
    self->flush_posted_.store(false, std::memory_order_release);
    self->Flush();
  });
}

void Session::OnDeadline() { ArmDeadline(); }

namespace {

ObjectRegistry::Origin OriginOf(const Object* object) {
  const link::Proxy* proxy = link::Proxy::From(object);
  // The root of a session has no id.
  if (proxy == nullptr || proxy->oid().value() == 0) return {};
  return {proxy->endpoint().get(), proxy->oid().value()};
}

}  // namespace

void Session::OnExport(Object* object, uint64_t /*handle*/) {
  services_.objects.AddHolder(object, *info_, OriginOf(object));
}

void Session::OnUnexport(Object* object) {
  services_.objects.RemoveHolder(object, OriginOf(object));
}

uint64_t Session::OidOf(const Object* object, uint64_t /*first_handle*/) const {
  return services_.objects.IdOf(object).value();
}

// Time and end

void Session::StartLease() { ArmLease(lease_.ttl()); }

void Session::ArmLease(absl::Duration left) {
  base::MutexLock lock(timer_mu_);
  if (timers_stopped_) return;
  lease_timer_ = services_.timers.Start(services_.clock.Now() + left, services_.control,
                                        [self = Ref<Session>(this)] { self->JudgeLease(); });
}

void Session::JudgeLease() {
  if (ended()) return;
  if (absl::Duration left = lease_.Judge(); left > absl::ZeroDuration()) {
    ArmLease(left);
    return;
  }
  registry_.EndSoon(Ref<Session>(this), EndReason::kLeaseExpired,
                    absl::FailedPreconditionError("lease expired"));
}

void Session::ArmDeadline() {
  std::optional<base::MonoTime> next = NextDeadline();
  if (!next) return;
  base::MutexLock lock(timer_mu_);
  if (timers_stopped_ || *next >= armed_) return;
  if (deadline_timer_ != 0) services_.timers.Cancel(deadline_timer_);
  armed_ = *next;
  deadline_timer_ = services_.timers.Start(*next, services_.pool, [self = Ref<Session>(this)] {
    {
      base::MutexLock lock(self->timer_mu_);
      self->armed_ = base::MonoTime::Max();
      self->deadline_timer_ = 0;
    }
    self->Tick();
    self->ArmDeadline();
  });
}

void Session::StopTimers() {
  {
    base::MutexLock lock(timer_mu_);
    timers_stopped_ = true;
    services_.timers.Cancel(lease_timer_);
    services_.timers.Cancel(deadline_timer_);
  }
  std::shared_ptr<PeerProcess> process;
  uint64_t watch = 0;
  {
    base::MutexLock lock(attach_mu_);
    process = std::move(process_);
    process_ = nullptr;
    watch = std::exchange(process_watch_, 0);
  }
  if (process != nullptr && watch != 0) process->Unwatch(watch);
}

void Session::OnEndWanted(EndReason reason, const absl::Status& why) {
  if (end_wanted_.exchange(true, std::memory_order_relaxed)) return;
  registry_.EndSoon(Ref<Session>(this), reason, why);
}

void Session::OnPeerGone(const Ref<link::Proxy>& proxy, GoneReason reason) {
  registry_.ObjectGone(*proxy, reason);
}

void Session::OnEnded(EndReason reason, const absl::Status& why, std::vector<ObjectRef> exported) {
  lease_.End();
  info_->set_ended();
  StopTimers();
  registry_.OnEnded(*this, reason, why, std::move(exported));
}

}  // namespace hawser::broker
