// Endpoint, its deadlines and its end.

#include "hawser/base/string_view.h"
#include "proto/link/endpoint.h"

namespace hawser::link {

void Endpoint::Tick() {
  Effects effects;
  bool end_due = false;
  bool starting = false;
  {
    base::MutexLock lock(mu_);
    link_.Tick(clock_.Now(), &effects);
    starting = TakeStarts(&effects);
    end_due = EndIsDue();
  }
  if (starting) StartCalls();
  RunEffects(effects);
  if (end_due) TellEnd();
  Flush();
}

std::optional<base::MonoTime> Endpoint::NextDeadline() const {
  base::MutexLock lock(mu_);
  return link_.next_deadline();
}

void Endpoint::End(EndReason reason, const absl::Status& why) {
  Effects effects;
  bool end_due = false;
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
    base::LazyNow now(clock_);
    if (transport) link_.TakePacket(now, &packet, &effects);
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
    end_due = EndIsDue();
  }
  if (end_due) TellEnd();
}

void Endpoint::TellEnd() {
  std::optional<Ended> ended;
  std::optional<Link::EndRequest> wanted;
  {
    base::MutexLock lock(mu_);
    if (!EndIsDue()) return;
    ended = std::exchange(ended_with_, std::nullopt);
    if (!ended) wanted = link_.end_request();
  }
  if (ended) {
    OnEnded(ended->reason, ended->why, std::move(ended->exported));
  } else if (!this->ended()) {
    OnEndWanted(wanted->reason, wanted->status);
  }
}

}  // namespace hawser::link
