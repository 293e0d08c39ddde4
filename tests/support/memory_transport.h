#ifndef HAWSER_TESTS_SUPPORT_MEMORY_TRANSPORT_H_
#define HAWSER_TESTS_SUPPORT_MEMORY_TRANSPORT_H_

// MemoryConnection: a connection of two endpoints inside the test, which decides itself when each
// packet arrives, and can cut it at any moment. No threads, no time: what a test does is what
// happens. Thread-compatible.

#include <deque>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "proto/link/endpoint.h"

namespace hawser::tests {

class MemoryConnection {
 public:
  // Attaches both ends to a new connection, as Attach and AttachReply would: each learns what the
  // other has processed.
  MemoryConnection(link::Endpoint& a, link::Endpoint& b);
  // Cuts it.
  ~MemoryConnection();

  // Delivers the oldest packet on its way to b (to a). False if there is none, or the connection is
  // cut.
  bool DeliverToB() { return Deliver(a_end_, b_end_); }
  bool DeliverToA() { return Deliver(b_end_, a_end_); }
  // Delivers a packet that was still on its way when the connection was replaced by a newer one, as
  // a relay might. False if there is none.
  bool DeliverLate();
  // Delivers until nothing moves.
  void DeliverAll();
  // Both ends lose the connection; packets on their way are lost.
  void Cut();
  bool open() const { return !a_end_->closed && !b_end_->closed; }
  // What the end that closed it said; OK while open.
  const absl::Status& close_status() const {
    return a_end_->closed ? a_end_->status : b_end_->status;
  }

  size_t in_flight_to_a() const { return b_end_->sent.size(); }
  size_t in_flight_to_b() const { return a_end_->sent.size(); }

 private:
  struct End final : link::Transport {
    explicit End(link::Endpoint& owner) : endpoint(owner) {}
    void Send(std::string packet) override {
      if (!closed) sent.push_back(std::move(packet));
    }
    void Close(const absl::Status& why) override {
      if (!closed) status = why;
      closed = true;
    }
    // Packets that left before the close are still on their way.
    std::string_view description() const override { return "memory"; }

    link::Endpoint& endpoint;
    std::deque<std::string> sent;  // by this end, not delivered
    bool closed = false;
    absl::Status status;
  };

  static bool Deliver(const std::shared_ptr<End>& from, const std::shared_ptr<End>& to);

  std::shared_ptr<End> a_end_;
  std::shared_ptr<End> b_end_;
};

}  // namespace hawser::tests

#endif  // HAWSER_TESTS_SUPPORT_MEMORY_TRANSPORT_H_
