#ifndef TESTS_PROTO_LINK_LINK_ENDS_H_
#define TESTS_PROTO_LINK_LINK_ENDS_H_

// What the tests of the link have at its ends: an endpoint that notes what it is told, the answer
// to a call, and a fixture with two endpoints over a connection that moves only when a test says
// so.

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_transport.h"
#include "tests/support/sample_objects.h"
#include "tests/support/status_matchers.h"

namespace hawser::tests {

// The answer to one call. Lives until it came, whoever lets go of it.
class AnswerSlot final : public ReplySink, public std::enable_shared_from_this<AnswerSlot> {
 public:
  Reply MakeReply() {
    self_ = shared_from_this();
    return Reply(this, 0);
  }
  void Deliver(uint64_t, Outcome outcome) override {
    ++times;
    outcome_ = std::move(outcome);
    // What it holds is let go of only where the test lets go.
    std::shared_ptr<AnswerSlot> self = std::move(self_);
    if (on_answer) on_answer();
  }

  // OK, what the call failed with, or UNKNOWN as long as there is no answer.
  absl::Status status() const {
    if (times == 0) return absl::UnknownError("there is no answer");
    return outcome_.ok() ? absl::OkStatus() : outcome_.error().ToStatus();
  }
  const Value& value() const { return outcome_.value(); }
  ObjectRef TakeObject() {
    ObjectRef object = outcome_.value().TakeObject();
    outcome_ = Outcome();
    return object;
  }

  int times = 0;
  std::function<void()> on_answer;

 private:
  Outcome outcome_;
  std::shared_ptr<AnswerSlot> self_;
};

// A call that was sent.
struct Sent {
  uint64_t id = 0;
  std::shared_ptr<AnswerSlot> answer;

  absl::Status status() const { return answer->status(); }
  bool answered() const { return answer->times > 0; }
};

// A call of the peer that was started and is for the test to answer.
struct Held {
  link::IncomingCall* call = nullptr;
  Reply reply;

  std::string member() const { return std::string(call->invocation().member_name()); }
};

class TestEndpoint final : public link::Endpoint {
 public:
  explicit TestEndpoint(const base::Clock& clock, const link::LinkLimits& limits = {})
      : Endpoint(limits, clock) {}

  // Sends `call` with `args`.
  Sent Send(link::OutgoingCall call, Array args = {}) {
    Sent sent{.answer = std::make_shared<AnswerSlot>()};
    call.args = args;
    sent.id = Call(std::move(call), sent.answer->MakeReply());
    return sent;
  }
  link::LinkStats Stats() const {
    return Inspect([](const link::Link& link) { return link.stats(); });
  }
  // Sends what waits: releases of dropped proxies among it.
  void FlushIfWanted() {
    if (std::exchange(wants_flush, false)) Flush();
  }

  // The oldest call that was started while `hold` was set.
  Held Take() {
    if (held.empty()) return {};
    Held first = std::move(held.front());
    held.pop_front();
    return first;
  }

  void StartCall(link::IncomingCall* call) override {
    started.push_back(call->id());
    if (on_start) on_start(call);
    if (hold) {
      held.push_back({call, call->TakeReply()});
    } else {
      ObjectRef target = call->target_ref();
      target->Invoke(call->invocation(), call->TakeReply());
    }
    call->Unref();
  }
  void WantFlush() override { wants_flush = true; }
  void OnDetached(const absl::Status& why) override {
    detached.push_back(why);
    if (on_detached) on_detached();
  }
  void OnEnded(EndReason reason, const absl::Status& why, std::vector<ObjectRef> objects) override {
    ++ends;
    end_reason = reason;
    end_status = why;
    exported = std::move(objects);
    if (on_ended) on_ended();
  }
  void OnPeerGone(const Ref<link::Proxy>& proxy, GoneReason reason) override {
    gone.emplace_back(proxy->handle(), reason);
    if (on_gone) on_gone();
  }

  bool hold = false;  // calls started are kept instead of run
  bool wants_flush = false;
  std::vector<uint64_t> started;  // ids
  std::deque<Held> held;
  std::vector<absl::Status> detached;
  std::vector<std::pair<uint64_t, GoneReason>> gone;
  int ends = 0;
  EndReason end_reason = EndReason::kLeft;
  absl::Status end_status;
  std::vector<ObjectRef> exported;

  std::function<void(link::IncomingCall*)> on_start;
  std::function<void()> on_detached, on_ended, on_gone;
};

// `near_` calls, `far_` is called: its root is `root_`, which `remote_` stands for.
class LinkTest : public ::testing::Test {
 protected:
  explicit LinkTest(const link::LinkLimits& near_limits = {}, const link::LinkLimits& far = {})
      : near_(MakeRef<TestEndpoint>(clock_, near_limits)),
        far_(MakeRef<TestEndpoint>(clock_, far)),
        root_(MakeRef<SampleObject>("Root")) {
    far_->SetRoot(root_);
    remote_ = near_->ImportRoot();
    root_->answer = Outcome();
    Connect();
  }
  ~LinkTest() override {
    remote_.reset();
    root_->args.clear();  // proxies among them keep their endpoint
    for (TestEndpoint* end : {near_.get(), far_.get()}) {
      end->End(EndReason::kLeft, absl::OkStatus());
      end->held.clear();
      end->exported.clear();
      end->Flush();
    }
  }

  void Connect() { connection_ = std::make_unique<MemoryConnection>(*near_, *far_); }
  // Until nothing moves: packets, releases, acknowledgements.
  void Settle() {
    for (int i = 0; i < 3; ++i) {
      near_->FlushIfWanted();
      far_->FlushIfWanted();
      connection_->DeliverAll();
      near_->Heartbeat();
      far_->Heartbeat();
      connection_->DeliverAll();
    }
  }

  // Calls a member of the far root.
  Sent CallRoot(std::string_view name, Array args = {}) {
    return near_->Send({.target = remote_, .name = name}, std::move(args));
  }
  // What the near end gets when the far root answers `object`.
  ObjectRef Import(const ObjectRef& object) {
    std::optional<Outcome> before = std::exchange(root_->answer, Outcome(Value(object)));
    Sent sent = CallRoot("give");
    connection_->DeliverAll();
    root_->answer = before;
    return sent.answer->TakeObject();
  }
  static uint64_t HandleOf(const ObjectRef& proxy) {
    return link::Proxy::From(proxy.get())->handle();
  }

  FakeClock clock_;
  Ref<TestEndpoint> near_;
  Ref<TestEndpoint> far_;
  Ref<SampleObject> root_;
  ObjectRef remote_;
  std::unique_ptr<MemoryConnection> connection_;
};

}  // namespace hawser::tests

#endif  // TESTS_PROTO_LINK_LINK_ENDS_H_
