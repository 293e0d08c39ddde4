#include "broker/session/listener.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <utility>

#include "hawser/base/log.h"

namespace hawser::broker {
namespace {

// Connections accepted in one turn, so that the control thread gets to its other work.
constexpr int kPerTurn = 64;
// Pause after running out of descriptors.
constexpr absl::Duration kPause = absl::Milliseconds(50);
// Refusals are logged at most this often.
constexpr absl::Duration kLogEvery = absl::Seconds(10);

}  // namespace

Listener::Listener(int socket, std::string address, ControlLoop& control, TimerQueue& timers,
                   const base::Clock& clock, PeerTable& peers, Serve serve)
    : socket_(socket),
      address_(std::move(address)),
      control_(control),
      timers_(timers),
      clock_(clock),
      peers_(peers),
      serve_(std::move(serve)) {
  control_.RunAndWait([this] { Resume(); });
}

Listener::~Listener() {
  // The end of the pause may have been posted behind the first.
  control_.RunAndWait([this] { timers_.Cancel(pause_timer_); });
  control_.RunAndWait([this] { control_.Unwatch(watch_); });
}

void Listener::Resume() {
  pause_timer_ = 0;
  watch_ = control_.Watch(socket_, EPOLLIN, [this](uint32_t) { OnReady(); });
}

void Listener::OnReady() {
  for (int i = 0; i < kPerTurn; ++i) {
    UniqueFd connection(accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!connection.ok()) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        // Who waits in the backlog is served when some are free again.
        Refused(absl::ErrnoToStatus(errno, "no connection can be accepted"));
        control_.Unwatch(watch_);
        pause_timer_ = timers_.Start(clock_.Now() + kPause, control_, [this] { Resume(); });
        return;
      }
      if (errno == EAGAIN || errno == EWOULDBLOCK) return;
      continue;  // that one connection failed; the next may not
    }
    absl::StatusOr<UniqueFd> admitted = peers_.Admit(std::move(connection), address_);
    if (admitted.ok()) {
      serve_(*std::move(admitted));
    } else {
      Refused(admitted.status());
    }
  }
}

void Listener::Refused(const absl::Status& why) {
  ++refused_;
  if (clock_.Now() < quiet_until_) return;
  quiet_until_ = clock_.Now() + kLogEvery;
  base::Log(base::LogLevel::kWarning, "connection refused",
            {{"socket", address_}, {"why", why}, {"times", std::exchange(refused_, 0)}});
}

}  // namespace hawser::broker
