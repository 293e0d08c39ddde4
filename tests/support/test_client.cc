#include "tests/support/test_client.h"

#include <deque>
#include <utility>

#include "absl/time/clock.h"
#include "broker/core/dispatcher.h"
#include "hawser/base/random.h"
#include "proto/wire/reader.h"
#include "proto/wire/writer.h"

namespace hawser::tests {

class TestClient::Session final : public link::Endpoint {
 public:
  explicit Session(const base::Clock& clock) : Endpoint(link::LinkLimits(), clock) {}

  bool wants_flush = false;
  bool over = false;
  bool orphaned = false;
  absl::Status why;
  std::deque<link::IncomingCall*> calls;  // to be run when no packet is in work

 protected:
  ~Session() override {
    for (link::IncomingCall* call : calls) call->Unref();
  }
  void StartCall(link::IncomingCall* call) override { calls.push_back(call); }
  void WantFlush() override {
    wants_flush = true;
    // Objects that outlive the client.
    if (orphaned) Flush();
  }
  void OnEnded(EndReason /*reason*/, const absl::Status& status,
               std::vector<ObjectRef> /*exported*/) override {
    over = true;
    why = status;
  }
};

class TestClient::Carrier final : public link::Transport {
 public:
  explicit Carrier(std::shared_ptr<PacketPipe> pipe) : pipe_(std::move(pipe)) {}
  void Send(std::string packet) override {
    alive_ = pipe_->Send(std::move(packet));
    ++sent;
  }
  void Close(const absl::Status& /*status*/) override { alive_ = false; }
  std::string_view description() const override { return "test"; }

  int sent = 0;  // packets whose OnSent was not said yet

 private:
  const std::shared_ptr<PacketPipe> pipe_;
  bool alive_ = true;
};

TestClient::TestClient(std::map<std::string, std::string> attributes, const base::Clock& clock)
    : end_(Ref<Session>::Adopt(new Session(clock))) {
  attach.session = SessionId::Random();
  attach.token = base::RandomBits128();
  attach.attributes = std::move(attributes);
}

TestClient::~TestClient() {
  Cut();
  end_->End(EndReason::kLeft, absl::OkStatus());
  end_->orphaned = true;
  end_->Flush();
}

absl::StatusOr<wire::AttachReply> TestClient::Attach(std::unique_ptr<PacketPipe> pipe) {
  Cut();
  pipe_ = std::move(pipe);
  link::Endpoint::AttachState state = end_->Fence();
  ++attach.attach;
  attach.ack = state.processed;
  attach.limits = state.limits;
  std::string packet;
  wire::WriteAttach(attach, &packet);
  pipe_->Send(std::move(packet));
  std::optional<std::string> answer = pipe_->Receive(kPatience);
  if (!answer) return pipe_->Finish();
  wire::PacketView view;
  if (absl::Status status = wire::ReadPacket(*answer, &view); !status.ok()) return status;
  if (!view.attached) return absl::InternalError("the first packet is no answer to the Attach");
  wire::AttachReply reply = *view.attached;
  using Outcome = wire::AttachReply::Outcome;
  if (reply.outcome == Outcome::kCreated || reply.outcome == Outcome::kResumed) {
    attach.epoch = reply.epoch;
    carrier_ = std::make_shared<Carrier>(pipe_);
    end_->Attach(carrier_, reply.ack, reply.limits);
    Pump();
  }
  return reply;
}

bool TestClient::ReadOne(absl::Duration timeout) {
  for (bool more = true; more;) {
    more = false;
    while (carrier_ != nullptr && carrier_->sent > 0) {
      --carrier_->sent;
      end_->OnSent(carrier_.get());
      more = true;
    }
    if (std::exchange(end_->wants_flush, false)) {
      end_->Flush();
      more = true;
    }
    while (!end_->calls.empty()) {
      link::IncomingCall* call = end_->calls.front();
      end_->calls.pop_front();
      broker::Dispatcher::Start(call);
      more = true;
    }
  }
  if (pipe_ == nullptr) return false;
  std::optional<std::string> packet = pipe_->Receive(timeout);
  if (!packet) return false;
  if (carrier_ != nullptr) end_->OnPacket(carrier_.get(), Bytes(*std::move(packet)));
  return true;
}

void TestClient::Pump() {
  while (ReadOne(absl::ZeroDuration())) {
  }
}

bool TestClient::AwaitThat(const std::function<bool()>& done) {
  absl::Time until = absl::Now() + kPatience;
  while (!done()) {
    if (absl::Now() > until) return false;
    ReadOne(absl::Milliseconds(5));
  }
  return true;
}

void TestClient::Heartbeat() {
  end_->Heartbeat();
  Pump();
}

absl::Status TestClient::Leave() {
  end_->End(EndReason::kLeft, absl::OkStatus());
  return pipe_->Finish();
}

void TestClient::Cut() {
  if (pipe_ == nullptr) return;
  pipe_->Cut();
  if (carrier_ != nullptr) end_->OnTransportLost(carrier_.get(), absl::UnavailableError("cut"));
  carrier_ = nullptr;
  pipe_ = nullptr;
}

// Calls

namespace {

struct Slot final : ReplySink {
  explicit Slot(std::shared_ptr<std::optional<Outcome>> where) : outcome(std::move(where)) {}
  void Deliver(uint64_t /*token*/, Outcome answer) override {
    *outcome = std::move(answer);
    delete this;
  }
  std::shared_ptr<std::optional<Outcome>> outcome;
};

}  // namespace

ObjectRef TestClient::root() { return end_->ImportRoot(); }

uint64_t TestClient::Start(const ObjectRef& target, Op op, std::string_view member, Array args,
                           std::shared_ptr<std::optional<Outcome>> outcome,
                           std::optional<base::MonoTime> deadline) {
  link::OutgoingCall call;
  call.target = target;
  call.op = op;
  call.name = member;
  call.args = args;
  call.deadline = deadline;
  return end_->Call(std::move(call), Reply(new Slot(std::move(outcome)), 0));
}

namespace {
absl::StatusOr<Value> Wait(TestClient& client, const ObjectRef& target, Op op,
                           std::string_view member, Array args) {
  auto outcome = std::make_shared<std::optional<Outcome>>();
  client.Start(target, op, member, std::move(args), outcome);
  if (!client.AwaitThat([&] { return outcome->has_value(); })) {
    return absl::InternalError("the test's patience is over");
  }
  return (*std::move(*outcome)).ToStatusOr();
}

absl::StatusOr<ObjectRef> AsObject(absl::StatusOr<Value> value) {
  if (!value.ok()) return value.status();
  if (!value->is_object()) return absl::InternalError("no object: " + value->ToString());
  return value->TakeObject();
}
}  // namespace

absl::StatusOr<Value> TestClient::Call(const ObjectRef& target, std::string_view member,
                                       Array args) {
  return Wait(*this, target, Op::kCall, member, std::move(args));
}
absl::StatusOr<Value> TestClient::Get(const ObjectRef& target, std::string_view member) {
  return Wait(*this, target, Op::kGet, member, {});
}
absl::Status TestClient::Set(const ObjectRef& target, std::string_view member, Value value) {
  Array args;
  args.push_back(std::move(value));
  return Wait(*this, target, Op::kSet, member, std::move(args)).status();
}
absl::StatusOr<ObjectRef> TestClient::New(const ObjectRef& target, Array args) {
  return AsObject(Wait(*this, target, Op::kNew, "", std::move(args)));
}
absl::StatusOr<Value> TestClient::Await(const ObjectRef& promise) {
  return Wait(*this, promise, Op::kAwait, "", {});
}
absl::StatusOr<ObjectRef> TestClient::Require(std::string_view module) {
  Array args;
  args.push_back(Value(module));
  return AsObject(Call(root(), "require", std::move(args)));
}

link::Endpoint& TestClient::endpoint() { return *end_; }
const absl::Status& TestClient::end_status() const { return end_->why; }
bool TestClient::ended() const { return end_->over; }

}  // namespace hawser::tests
