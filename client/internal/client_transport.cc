#include "client/internal/client_transport.h"

#include <utility>

namespace hawser::internal {

// What to write next, if anything may be. Its packet is taken out.
ClientTransport::After ClientTransport::NextStep(std::string* packet) {
  if (writing_ || broken_) return After::kNothing;
  // What a closing session has to say is let out even of a program that does not renew its lease.
  bool may_send = half_close_ || sink_.MaySend();
  if (waiting_ && may_send) {
    *packet = *std::move(waiting_);
    waiting_.reset();
    report_sent_ = writing_ = true;
    return After::kWrite;
  }
  if (waiting_) return After::kNothing;
  if (last_) {
    *packet = *std::move(last_);
    last_.reset();
    writing_ = true;
    return After::kWrite;
  }
  if (!half_close_) return After::kNothing;
  broken_ = true;
  return After::kHalfClose;
}

void ClientTransport::DoStep(After step, std::string packet) {
  if (step == After::kWrite) Write(std::move(packet));
  if (step == After::kHalfClose) HalfClose();
}

void ClientTransport::Send(std::string packet) {
  After step = After::kNothing;
  {
    base::MutexLock lock(mu_);
    waiting_ = std::move(packet);
    packet.clear();
    step = NextStep(&packet);
  }
  DoStep(step, std::move(packet));
}

void ClientTransport::SendLast(std::string packet) {
  std::string next;
  After step = After::kNothing;
  {
    base::MutexLock lock(mu_);
    last_ = std::move(packet);
    step = NextStep(&next);
  }
  DoStep(step, std::move(next));
}

void ClientTransport::Resume() {
  std::string packet;
  After step = After::kNothing;
  {
    base::MutexLock lock(mu_);
    step = NextStep(&packet);
  }
  DoStep(step, std::move(packet));
}

void ClientTransport::Close(const absl::Status& status) {
  if (!status.ok()) {
    Kill();
    return;
  }
  {
    base::MutexLock lock(mu_);
    half_close_ = true;
  }
  Resume();
}

void ClientTransport::Written(std::string buffer) {
  bool report = false;
  {
    base::MutexLock lock(mu_);
    writing_ = false;
    report = std::exchange(report_sent_, false);
  }
  if (report) sink_.OnSent(*this, std::move(buffer));
  Resume();
}

void ClientTransport::Broken() {
  base::MutexLock lock(mu_);
  broken_ = true;
}

}  // namespace hawser::internal
