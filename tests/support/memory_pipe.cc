#include "tests/support/memory_pipe.h"

#include <utility>

#include "absl/time/clock.h"

namespace hawser::tests {

// The broker's end: sends into a queue, from any thread.
class MemoryPipe::Carrier final : public link::Transport {
 public:
  void Send(std::string packet) override {
    base::MutexLock lock(mu_);
    if (closed_) return;
    packets_.push_back(std::move(packet));
    changed_.NotifyAll();
  }
  void SendLast(std::string packet) override { Send(std::move(packet)); }
  void Close(const absl::Status& status) override {
    base::MutexLock lock(mu_);
    if (closed_) return;
    closed_ = true;
    status_ = status;
    changed_.NotifyAll();
  }
  std::string_view description() const override { return "memory"; }

  std::optional<std::string> Take(absl::Duration timeout) {
    absl::Time until = absl::Now() + timeout;
    base::MutexLock lock(mu_);
    for (;;) {
      if (!packets_.empty() && !stalled_) {
        std::string packet = std::move(packets_.front());
        packets_.pop_front();
        return packet;
      }
      absl::Duration left = until - absl::Now();
      if (closed_ || left <= absl::ZeroDuration()) return std::nullopt;
      changed_.WaitFor(mu_, left);
    }
  }
  absl::Status AwaitClosed() {
    base::MutexLock lock(mu_);
    while (!closed_) {
      if (!changed_.WaitFor(mu_, kPatience)) return absl::InternalError("the broker kept it open");
    }
    return status_;
  }
  bool closed() {
    base::MutexLock lock(mu_);
    return closed_;
  }
  void set_stalled(bool stalled) {
    base::MutexLock lock(mu_);
    stalled_ = stalled;
    changed_.NotifyAll();
  }

 private:
  base::Mutex mu_;
  base::CondVar changed_;
  std::deque<std::string> packets_ HAWSER_GUARDED_BY(mu_);
  bool stalled_ HAWSER_GUARDED_BY(mu_) = false;
  bool closed_ HAWSER_GUARDED_BY(mu_) = false;
  absl::Status status_ HAWSER_GUARDED_BY(mu_);
};

MemoryPipe::MemoryPipe(const Open& open)
    : carrier_(std::make_shared<Carrier>()), connection_(open(carrier_)) {}

MemoryPipe::~MemoryPipe() { Cut(); }

bool MemoryPipe::Send(std::string packet) {
  if (carrier_->closed()) return false;
  connection_->OnPacket(Bytes(std::move(packet)));
  return true;
}

std::optional<std::string> MemoryPipe::Receive(absl::Duration timeout) {
  std::optional<std::string> packet = carrier_->Take(timeout);
  // Taken by us is sent for the broker: it may send the next.
  if (packet) connection_->OnSent();
  return packet;
}

void MemoryPipe::Cut() {
  carrier_->Close(absl::UnavailableError("cut"));
  connection_->OnLost(absl::UnavailableError("cut"));
}

absl::Status MemoryPipe::Finish() { return carrier_->AwaitClosed(); }

void MemoryPipe::set_stalled(bool stalled) { carrier_->set_stalled(stalled); }

}  // namespace hawser::tests
