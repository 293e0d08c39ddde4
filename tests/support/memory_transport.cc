#include "tests/support/memory_transport.h"

namespace hawser::tests {

MemoryConnection::MemoryConnection(link::Endpoint& a, link::Endpoint& b)
    : a_end_(std::make_shared<End>(a)), b_end_(std::make_shared<End>(b)) {
  link::Endpoint::AttachState a_state = a.Fence();
  link::Endpoint::AttachState b_state = b.Fence();
  a.Attach(a_end_, b_state.processed, b_state.limits);
  b.Attach(b_end_, a_state.processed, a_state.limits);
}

MemoryConnection::~MemoryConnection() { Cut(); }

bool MemoryConnection::Deliver(const std::shared_ptr<End>& from, const std::shared_ptr<End>& to) {
  if (from->sent.empty() || to->closed) return false;
  std::string packet = std::move(from->sent.front());
  from->sent.pop_front();
  // The sender may go on as soon as the packet left it.
  from->endpoint.OnSent(from.get());
  to->endpoint.OnPacket(to.get(), Bytes(std::move(packet)));
  return true;
}

bool MemoryConnection::DeliverLate() {
  for (auto& [from, to] : {std::pair(a_end_, b_end_), std::pair(b_end_, a_end_)}) {
    if (from->sent.empty()) continue;
    std::string packet = std::move(from->sent.front());
    from->sent.pop_front();
    to->endpoint.OnPacket(to.get(), Bytes(std::move(packet)));
    return true;
  }
  return false;
}

void MemoryConnection::DeliverAll() {
  while (DeliverToB() || DeliverToA()) {
  }
}

void MemoryConnection::Cut() {
  a_end_->sent.clear();
  b_end_->sent.clear();
  for (const std::shared_ptr<End>& end : {a_end_, b_end_}) {
    end->endpoint.OnTransportLost(end.get(), absl::UnavailableError("cut"));
    end->closed = true;
  }
}

}  // namespace hawser::tests
