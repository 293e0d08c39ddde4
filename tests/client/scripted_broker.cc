#include "tests/client/scripted_broker.h"

#include <thread>
#include <utility>

#include "client/internal/remote_state.h"
#include "gtest/gtest.h"
#include "hawser/base/status_macros.h"
#include "hawser/call_check.h"
#include "proto/link/incoming_call.h"
#include "proto/wire/writer.h"

namespace hawser::tests {

// The two ends of a connection

class ScriptedBroker::Peer final : public link::Endpoint {
 public:
  explicit Peer(std::shared_ptr<MemoryEvents> events)
      : link::Endpoint(link::LinkLimits(), base::SystemClock()), events_(std::move(events)) {}

  bool client_left() const { return client_left_; }

 private:
  ~Peer() override = default;
  void StartCall(link::IncomingCall* call) override {
    Invocation invocation = call->invocation();
    absl::Status status;
    if (invocation.shape != nullptr) status = CheckCall(*invocation.shape, invocation);
    Reply reply = call->TakeReply();
    if (status.ok()) {
      call->target().Invoke(invocation, std::move(reply));
    } else {
      reply.Fail(status);
    }
    call->Unref();
  }
  void WantFlush() override {
    events_->Post([self = Ref<Peer>(this)] { self->Flush(); });
  }
  void OnEnded(EndReason reason, const absl::Status& /*why*/, std::vector<ObjectRef>) override {
    client_left_ = reason == EndReason::kLeft;
  }

  uint64_t OidOf(const Object* object, uint64_t /*handle*/) const override {
    return reinterpret_cast<uintptr_t>(object);
  }

  const std::shared_ptr<MemoryEvents> events_;
  std::atomic<bool> client_left_{false};
};

class ScriptedBroker::ClientEnd final : public internal::ClientTransport {
 public:
  ClientEnd(internal::TransportSink& sink, ScriptedBroker& broker)
      : ClientTransport(sink), broker_(broker), events_(broker.events_) {}

  void Open(std::string first) override {
    events_->Post(
        [self = Self(), first = std::move(first)] { self->broker_.OnOpened(self, first); });
  }
  void Kill() override { EndWith(absl::CancelledError("killed")); }
  std::string_view description() const override { return "memory"; }

  // As events: the client's sink must not be called out of its own calls.
  void Arrived(std::string packet) {
    events_->Post([self = Self(), packet = std::move(packet)] {
      if (!self->closed_) self->sink_.OnPacket(*self, Bytes(packet));
    });
  }
  void FirstWritten() { Written({}); }
  void EndWith(const absl::Status& why) {
    events_->Post([self = Self(), why] {
      if (std::exchange(self->closed_, true)) return;
      self->Broken();
      self->sink_.OnClosed(*self, why);
    });
  }

 protected:
  void Write(std::string packet) override {
    events_->Post([self = Self(), packet = std::move(packet)] {
      if (self->closed_) return;
      self->Written({});
      self->broker_.OnClientPacket(self, packet);
    });
  }
  void HalfClose() override { EndWith(absl::OkStatus()); }

 private:
  std::shared_ptr<ClientEnd> Self() {
    return std::static_pointer_cast<ClientEnd>(shared_from_this());
  }

  ScriptedBroker& broker_;
  const std::shared_ptr<MemoryEvents> events_;
  bool closed_ = false;  // of the leading thread
};

class ScriptedBroker::BrokerEnd final : public link::Transport,
                                        public std::enable_shared_from_this<BrokerEnd> {
 public:
  BrokerEnd(ScriptedBroker& broker, Ref<Peer> peer, std::shared_ptr<ClientEnd> client)
      : broker_(broker), peer_(std::move(peer)), client_(std::move(client)) {}

  void Send(std::string packet) override {
    broker_.SendToClient(client_, std::move(packet));
    broker_.events_->Post([self = shared_from_this(), peer = peer_] { peer->OnSent(self.get()); });
  }
  void Close(const absl::Status& status) override { client_->EndWith(status); }
  std::string_view description() const override { return "memory"; }

 private:
  ScriptedBroker& broker_;
  const Ref<Peer> peer_;
  const std::shared_ptr<ClientEnd> client_;
};

class ScriptedBroker::MemoryConnector final : public internal::Connector {
 public:
  explicit MemoryConnector(ScriptedBroker& broker) : broker_(broker), events_(broker.events_) {
    ++broker_.connectors_;
  }
  ~MemoryConnector() override { --broker_.connectors_; }
  std::shared_ptr<internal::ClientTransport> NewTransport(internal::TransportSink& sink) override {
    return std::make_shared<ClientEnd>(sink, broker_);
  }
  internal::EventSource& events() override { return *events_; }

 private:
  ScriptedBroker& broker_;
  const std::shared_ptr<MemoryEvents> events_;
};

// ScriptedBroker

ScriptedBroker::ScriptedBroker()
    : root_(MakeRef<ScriptedObject>(ObjectKind::kObject, "remote")),
      events_(std::make_shared<MemoryEvents>()),
      peer_(MakeRef<Peer>(events_)) {
  root_->AddFunction("require", [this](Args args) -> absl::StatusOr<Value> {
    auto found = modules.find(args[0].AsString());
    if (found == modules.end()) {
      return absl::NotFoundError("no module " + std::string(args[0].AsString()));
    }
    return found->second;
  });
  peer_->SetRoot(root_);
}

ScriptedBroker::~ScriptedBroker() {
  for (int i = 0; i < 5000 && connectors_ > 0; ++i) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(connectors_, 0) << "sessions that outlive their handles";
  Ref<Peer> peer = this->peer();
  peer->End(EndReason::kShutdown, absl::UnavailableError("test over"));
  modules.clear();
  root_ = nullptr;
  peer->Flush();
  events_->Shutdown();
}

Ref<ScriptedBroker::Peer> ScriptedBroker::peer() const {
  base::MutexLock lock(mu_);
  return peer_;
}

void ScriptedBroker::set_reachable(bool reachable) {
  base::MutexLock lock(mu_);
  reachable_ = reachable;
}

void ScriptedBroker::set_next_outcome(wire::AttachReply::Outcome outcome) {
  base::MutexLock lock(mu_);
  next_outcome_ = outcome;
}

void ScriptedBroker::set_answers(bool answers) {
  base::MutexLock lock(mu_);
  answers_ = answers;
}

void ScriptedBroker::set_holding(bool holding) {
  base::MutexLock lock(mu_);
  holding_ = holding;
  if (holding) return;
  for (auto& [end, packet] : held_) end->Arrived(std::move(packet));
  held_.clear();
}

void ScriptedBroker::Silence() {
  base::MutexLock lock(mu_);
  silent_ = present_;
}

void ScriptedBroker::Cut(const absl::Status& why) {
  std::shared_ptr<ClientEnd> client;
  std::shared_ptr<BrokerEnd> broker;
  Ref<Peer> peer;
  {
    base::MutexLock lock(mu_);
    client = std::move(present_);
    broker = std::move(broker_end_);
    held_.clear();
    peer = peer_;
  }
  if (client == nullptr) return;
  client->EndWith(why);
  peer->OnTransportLost(broker.get(), why);
}

void ScriptedBroker::Restart() {
  Cut();
  Ref<Peer> old;
  {
    base::MutexLock lock(mu_);
    ++epoch_;
    known_ = false;
    old = std::exchange(peer_, MakeRef<Peer>(events_));
    peer_->SetRoot(root_);
  }
  old->End(EndReason::kShutdown, absl::UnavailableError("restart"));
  old->Flush();
}

link::LinkStats ScriptedBroker::stats() const {
  return peer()->Inspect([](const link::Link& link) { return link.stats(); });
}

std::vector<wire::Attach> ScriptedBroker::attaches() const {
  base::MutexLock lock(mu_);
  return attaches_;
}

size_t ScriptedBroker::refused() const {
  base::MutexLock lock(mu_);
  return refused_;
}

size_t ScriptedBroker::packets_received() const {
  base::MutexLock lock(mu_);
  return packets_received_;
}

void ScriptedBroker::AwaitHousekeeping() {
  internal::Leader& leader = newest_.load()->leader();
  // One round may have begun already.
  for (uint64_t until = leader.rounds() + 2; leader.rounds() < until;) {
    leader.PokeReader();
    std::this_thread::yield();
  }
  events_->AwaitIdle();
}

bool ScriptedBroker::client_left() const {
  Ref<Peer> attached = peer();
  return attached != nullptr && attached->client_left();
}

void ScriptedBroker::End(const absl::Status& why, EndReason reason) {
  events_->Post([peer = peer(), why, reason] { peer->End(reason, why); });
}

void ScriptedBroker::ObjectGone(const Object& object, GoneReason reason) {
  peer()->ObjectGone(&object, reason);
}

std::unique_ptr<internal::Connector> ScriptedBroker::NewConnector() {
  return std::make_unique<MemoryConnector>(*this);
}

absl::StatusOr<Remote> ScriptedBroker::Connect(ConnectOptions options) {
  HAWSER_ASSIGN_OR_RETURN(
      Ref<internal::Connection> connection,
      internal::Connection::Connect("memory", std::move(options), NewConnector()));
  newest_ = connection.get();
  return internal::MakeRemote(std::move(connection));
}

void ScriptedBroker::OnOpened(const std::shared_ptr<ClientEnd>& end, std::string first) {
  wire::PacketView view;
  absl::Status status = wire::ReadPacket(first, &view);
  wire::AttachReply reply;
  Ref<Peer> peer;
  {
    base::MutexLock lock(mu_);
    if (!reachable_) {
      ++refused_;
      status = absl::UnavailableError("nobody listens");
    }
    if (status.ok() && view.attach) attaches_.push_back(*view.attach);
    if (status.ok() && !answers_) return;
    using enum wire::AttachReply::Outcome;
    reply.outcome = std::exchange(next_outcome_, kUnspecified);
    if (reply.outcome == kUnspecified && view.attach) {
      bool other_run = view.attach->epoch != 0 && view.attach->epoch != epoch_;
      reply.outcome = other_run ? kBrokerRestarted : known_ ? kResumed : kCreated;
    }
    reply.epoch = epoch_;
    reply.ttl_ms = view.attach && view.attach->ttl_ms != 0 ? view.attach->ttl_ms : 30'000;
    reply.max_frame_bytes = wire::WireLimits::kMaxFrameBytes;
    reply.max_packet_bytes = wire::WireLimits::kMaxPacketBytes;
    reply.broker = "scripted";
    known_ = true;
    present_ = end;
    peer = peer_;
  }
  if (!status.ok()) {
    end->EndWith(status);
    return;
  }
  link::Endpoint::AttachState state = peer->Fence();
  reply.ack = state.processed;
  reply.limits = state.limits;
  std::string packet;
  wire::WritePacketHeader({}, &packet);
  wire::WriteAttachReply(reply, &packet);
  end->FirstWritten();
  SendToClient(end, std::move(packet));
  if (reply.outcome == wire::AttachReply::Outcome::kLeaseExpired ||
      reply.outcome == wire::AttachReply::Outcome::kBrokerRestarted) {
    end->EndWith(absl::FailedPreconditionError("no such session"));
    return;
  }
  auto broker_end = std::make_shared<BrokerEnd>(*this, peer, end);
  {
    base::MutexLock lock(mu_);
    broker_end_ = broker_end;
  }
  peer->Attach(broker_end, view.attach->ack, view.attach->limits);
}

void ScriptedBroker::OnClientPacket(const std::shared_ptr<ClientEnd>& end, std::string packet) {
  std::shared_ptr<BrokerEnd> broker_end;
  Ref<Peer> peer;
  {
    base::MutexLock lock(mu_);
    if (present_ != end || silent_ == end) return;
    ++packets_received_;
    broker_end = broker_end_;
    peer = peer_;
  }
  wire::PacketView view;
  bool heartbeat = wire::ReadPacket(packet, &view).ok() && view.frames.empty();
  peer->OnPacket(broker_end.get(), Bytes(std::move(packet)));
  if (heartbeat) peer->Heartbeat();
}

void ScriptedBroker::SendToClient(const std::shared_ptr<ClientEnd>& end, std::string packet) {
  base::MutexLock lock(mu_);
  if (silent_ == end) return;
  if (holding_) {
    held_.emplace_back(end, std::move(packet));
  } else {
    end->Arrived(std::move(packet));
  }
}

}  // namespace hawser::tests
