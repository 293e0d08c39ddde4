// Endpoint, its deadlines and its end.

#include "hawser/base/string_view.h"
#include "proto/link/endpoint.h"

namespace hawser::link {

void Endpoint::Tick() {
  Effects effects;
  Due due;
  bool starting = false;
  {
    base::MutexLock lock(mu_);
    link_.Tick(clock_.Now(), &effects);
    starting = TakeStarts(&effects);
    due = TakeDue();
  }
  if (starting) StartCalls();
  RunEffects(effects);
  Do(due);
  Flush();
}

std::optional<base::MonoTime> Endpoint::NextDeadline() const {
  base::MutexLock lock(mu_);
  return link_.next_deadline();
}

void Endpoint::End(EndReason reason, const absl::Status& why) {
  Effects effects;
  Due due;
  std::vector<ObjectRef> exported;
  std::shared_ptr<Transport> transport;
  std::string packet;
  bool in_flight = false;
  {
    base::MutexLock lock(mu_);
    if (ended_.exchange(true)) return;
    fenced_ = true;
    link_.ReleaseDropped(dropped_.TakeAll(), &effects);
    link_.NumberEnd(reason, why.ok() ? absl::StatusCode::kOk : why.code(),
                    base::ToStd(why.message()));
    transport = std::move(transport_);
    transport_ = nullptr;
    in_flight = sending_;
    if (transport) packet = link_.TakePacket(clock_.Now(), std::move(spare_packet_), &effects);
    link_.Detached();
    exported = link_.End(why, GoneReason::kSessionEnded, &effects);
  }
  if (transport) {
    if (in_flight) {
      transport->SendLast(std::move(packet));
    } else {
      transport->Send(std::move(packet));
    }
    transport->Close(why);
  }
  RunEffects(effects);
  // Not under the lock: they may be millions.
  for (const ObjectRef& object : exported) OnUnexport(object.get());
  {
    base::MutexLock lock(mu_);
    ended_with_ = Ended{reason, why, std::move(exported)};
    due = TakeDue();
  }
  Do(due);
}

Endpoint::Due Endpoint::TakeDue() {
  if (starting_ || (!ended_with_ && !link_.end_request())) return {};
  if (std::optional<Ended> ended = std::exchange(ended_with_, std::nullopt)) return {{}, ended};
  return {link_.end_request(), {}};
}

void Endpoint::Do(Due& due) {
  if (due.ended) {
    OnEnded(due.ended->reason, due.ended->why, std::move(due.ended->exported));
  } else if (due.wanted && !ended()) {
    OnEndWanted(due.wanted->reason, due.wanted->status);
  }
}

}  // namespace hawser::link
