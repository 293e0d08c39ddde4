#include "proto/link/endpoint.h"

#include "hawser/base/string_view.h"
#include "proto/link/defect.h"

namespace hawser::link {
namespace {

constexpr size_t kKeepPacketBytes = 16 << 10;
// Frames decoded before what they cause is carried out.
constexpr int kFramesPerTurn = 64;

}  // namespace

Endpoint::Endpoint(const LinkLimits& limits, const base::Clock& clock)
    : clock_(clock),
      callback_deadline_(limits.callback_deadline),
      link_(this, limits, clock.Now()) {}

Endpoint::~Endpoint() = default;

// Calls

uint64_t Endpoint::Call(OutgoingCall&& call, Reply reply) {
  Deferred deferred;
  uint64_t id = 0;
  bool limited = call.deadline.has_value();
  {
    base::MutexLock lock(mu_);
    base::LazyNow now(clock_);
    id = link_.Call(call, std::move(reply), now, &deferred.effects);
    TakePacket(false, now, &deferred);
  }
  Send(deferred);
  RunEffects(deferred.effects);
  if (limited) OnDeadline();
  return id;
}

void Endpoint::Cancel(uint64_t call) {
  Effects effects;
  {
    base::MutexLock lock(mu_);
    link_.Cancel(call, &effects);
  }
  RunEffects(effects);
  Flush();
}

void Endpoint::ReleaseAnswer(uint64_t call) {
  {
    base::MutexLock lock(mu_);
    link_.ReleaseAnswer(call);
  }
  WantFlush();
}

void Endpoint::ObjectGone(const Object* object, GoneReason reason) {
  {
    base::MutexLock lock(mu_);
    if (!link_.ObjectGone(object, reason)) return;
  }
  Flush();
}

Ref<Proxy> Endpoint::ImportRoot() {
  base::MutexLock lock(mu_);
  return link_.ImportRoot();
}

void Endpoint::SetRoot(ObjectRef root) {
  base::MutexLock lock(mu_);
  link_.SetRoot(std::move(root));
}

void Endpoint::Answer(IncomingCall* call, Outcome&& outcome) {
  Deferred deferred;
  bool starting = false;
  {
    base::MutexLock lock(mu_);
    if (!link_.Answer(call, std::move(outcome), &deferred.effects)) return;
    starting = TakeStarts(&deferred.effects);
    Conclude(&deferred);
  }
  Send(deferred);
  if (starting) StartCalls();
  RunEffects(deferred.effects);
  if (deferred.end_due) TellEnd();
}

// Starting calls

bool Endpoint::TakeStarts(Effects* effects) {
  if (starting_) return false;
  link_.TakeStarts(&to_start_, effects);
  return starting_ = !to_start_.empty();
}

void Endpoint::StartTaken() {
  for (IncomingCall* call : to_start_) StartCall(call);
  to_start_.clear();
}

void Endpoint::StartCalls() {
  for (bool more = true; more;) {
    StartTaken();
    Deferred deferred;
    {
      base::MutexLock lock(mu_);
      starting_ = false;
      more = TakeStarts(&deferred.effects);
      Conclude(&deferred);
    }
    Send(deferred);
    RunEffects(deferred.effects);
    if (deferred.end_due) TellEnd();
  }
}

void Endpoint::OnDropped(Proxy* proxy) {
  if (dropped_.Push(proxy)) WantFlush();
}

// Transport

Endpoint::AttachState Endpoint::Fence() {
  std::shared_ptr<Transport> old;
  AttachState state;
  {
    base::MutexLock lock(mu_);
    fenced_ = true;
    old = std::move(transport_);
    transport_ = nullptr;
    sending_ = send_again_ = false;
    link_.Detached();
    state = {link_.processed(), link_.OurLimits()};
  }
  if (old) old->Close(absl::AbortedError("fenced: the session attached anew"));
  return state;
}

void Endpoint::Attach(const std::shared_ptr<Transport>& transport, uint64_t peer_ack,
                      wire::Limits peer_limits) {
  Fence();
  Effects effects;
  bool over = false;
  {
    base::MutexLock lock(mu_);
    over = link_.ended();
    if (!over) {
      transport_ = transport;
      fenced_ = false;
      link_.Attached(peer_ack, peer_limits, &effects);
    }
  }
  if (over) transport->Close(absl::FailedPreconditionError("session ended"));
  RunEffects(effects);
  // What the peer acknowledged may let calls start that were held back.
  bool work = false;
  {
    base::MutexLock lock(mu_);
    work = !std::exchange(working_, true);
  }
  if (work) {
    base::LazyNow now(clock_);
    WorkOn(now, false);
  }
  Flush();
}

void Endpoint::OnPacket(const Transport* transport, Bytes packet) {
  base::LazyNow now(clock_);
  Turn turn;
  {
    base::MutexLock lock(mu_);
    if ((transport_.get() != transport || fenced_) && !Planted(Defect::kReplayWithoutFencing))
      return;
    turn.violation = link_.ReceivePacket(std::move(packet), now);
    if (!turn.violation.ok()) {
      turn.violator = transport;
    } else if (!std::exchange(working_, true)) {
      TakeTurn(now, &turn);
    }
  }
  if (FinishTurn(turn)) WorkOn(now, turn.starting);
}

void Endpoint::WorkOn(base::LazyNow& now, bool started) {
  for (bool more = true; more;) {
    Turn turn;
    {
      base::MutexLock lock(mu_);
      if (started) starting_ = false;
      TakeTurn(now, &turn);
    }
    more = FinishTurn(turn);
    started = turn.starting;
  }
}

void Endpoint::TakeTurn(base::LazyNow& now, Turn* turn) {
  Effects* effects = &turn->deferred.effects;
  bool good = true;
  // A packet's frames together, as long as what they cause stays handy.
  for (int i = 0; i < kFramesPerTurn && good && link_.HasFrame() && !link_.end_request(); ++i)
    good = link_.Step(now, effects);
  turn->starting = TakeStarts(effects);
  if (!good) {
    turn->violation = link_.violation();
    turn->violator = transport_.get();
  } else {
    // Calls are started before the inbox is left, so that their answers, if they come at once, leave
    // in one packet.
    turn->more = (link_.HasFrame() && !link_.end_request()) || turn->starting;
  }
  if (turn->more) return;
  working_ = false;
  turn->deferred.end_due = EndIsDue();
  // Calls may have run since the packet came.
  base::LazyNow leaving(clock_);
  TakePacket(false, leaving, &turn->deferred);
}

bool Endpoint::FinishTurn(Turn& turn) {
  Send(turn.deferred);
  if (turn.starting) {
    if (turn.more) {
      StartTaken();
    } else {
      StartCalls();
    }
  }
  RunEffects(turn.deferred.effects);
  // Not whichever is the present one by now.
  if (!turn.violation.ok()) OnTransportLost(turn.violator, turn.violation);
  if (turn.deferred.end_due) TellEnd();
  return turn.more;
}

void Endpoint::OnSent(const Transport* transport, std::string buffer) {
  bool again = false;
  {
    base::MutexLock lock(mu_);
    if (transport_.get() != transport) return;
    sending_ = false;
    // A large one would stay with an idle session.
    if (buffer.capacity() <= kKeepPacketBytes) spare_packet_ = std::move(buffer);
    again = std::exchange(send_again_, false);
    // Those that nothing has named any more since: nobody else would look for them.
    link_.ReleaseAnswers();
    if (!again && !NeedsPacket()) return;
  }
  SendPacket(again);
}

void Endpoint::OnTransportLost(const Transport* transport, const absl::Status& why) {
  std::shared_ptr<Transport> lost;
  {
    base::MutexLock lock(mu_);
    if (transport_.get() != transport || transport == nullptr) return;
    lost = std::move(transport_);
    transport_ = nullptr;
    sending_ = send_again_ = false;
    link_.Detached();
  }
  lost->Close(why);
  OnDetached(why);
}

void Endpoint::CloseTransport(const absl::Status& why) {
  const Transport* transport = nullptr;
  {
    base::MutexLock lock(mu_);
    transport = transport_.get();
  }
  OnTransportLost(transport, why);
}

void Endpoint::Flush() { SendPacket(false); }

void Endpoint::Heartbeat() { SendPacket(true); }

void Endpoint::SendPacket(bool even_if_empty) {
  Deferred deferred;
  {
    base::MutexLock lock(mu_);
    base::LazyNow now(clock_);
    TakePacket(even_if_empty, now, &deferred);
  }
  Send(deferred);
  RunEffects(deferred.effects);
}

void Endpoint::Conclude(Deferred* deferred) {
  deferred->end_due = EndIsDue();
  if (working_) return;
  base::LazyNow now(clock_);
  TakePacket(false, now, deferred);
}

bool Endpoint::NeedsPacket() const { return link_.NeedsPacket() || !dropped_.empty(); }

void Endpoint::TakePacket(bool even_if_empty, base::LazyNow& now, Deferred* deferred) {
  // Proxies die whether there is somebody to tell or not.
  if (!dropped_.empty()) link_.ReleaseDropped(dropped_.TakeAll(), &deferred->effects);
  if (!transport_ || fenced_) return;
  if (sending_) {
    send_again_ |= even_if_empty;
    return;
  }
  link_.ReleaseAnswers();
  if (!even_if_empty && !link_.NeedsPacket()) return;
  sending_ = true;
  deferred->transport = transport_;
  deferred->packet.swap(spare_packet_);
  link_.TakePacket(now, &deferred->packet, &deferred->effects);
}

bool Endpoint::attached() const {
  base::MutexLock lock(mu_);
  return transport_ != nullptr;
}

std::string Endpoint::transport_description() const {
  base::MutexLock lock(mu_);
  return transport_ ? std::string(transport_->description()) : std::string();
}

void Endpoint::RunBusyEffects(Effects& effects) {
  // Before anybody hears of it: who has its answer finds the call's target released.
  if (!effects.dropped.empty()) effects.dropped.clear();
  for (Effects::Completion& completion : effects.completions)
    completion.reply.Answer(std::move(completion.outcome));
  if (effects.rare) {
    for (IncomingCall* call : effects.rare->stop) {
      call->RequestStop();
      call->Unref();
    }
    for (const Effects::Gone& gone : effects.rare->gone) OnPeerGone(gone.proxy, gone.reason);
  }
  for (IncomingCall* call : effects.unref) call->Unref();
}

}  // namespace hawser::link
