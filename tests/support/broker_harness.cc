#include "tests/support/broker_harness.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "absl/time/clock.h"
#include "hawser/base/check.h"
#include "tests/support/grpc_pipe.h"

namespace hawser::tests {

bool FakeProcess::gone() const {
  base::MutexLock lock(mu_);
  return gone_;
}

uint64_t FakeProcess::Watch(std::function<void()> on_gone) {
  base::MutexLock lock(mu_);
  HAWSER_CHECK(!gone_, "watch before Exit");
  watches_.emplace(next_, std::move(on_gone));
  return next_++;
}

void FakeProcess::Unwatch(uint64_t watch) {
  std::function<void()> dropped;
  base::MutexLock lock(mu_);
  auto found = watches_.find(watch);
  if (found == watches_.end()) return;
  dropped = std::move(found->second);
  watches_.erase(found);
}

void FakeProcess::Exit() {
  std::map<uint64_t, std::function<void()>> watches;
  {
    base::MutexLock lock(mu_);
    gone_ = true;
    std::swap(watches, watches_);
  }
  for (auto& [watch, on_gone] : watches) on_gone();
}

BrokerHarness::BrokerHarness(Options options) {
  broker::Broker::Options broker_options;
  if (options.listen) broker_options.sockets = {socket_path()};
  broker_options.insecure_tcp = options.insecure_tcp;
  broker_options.main_dir = options.main_dir;
  broker_options.limits = options.limits;
  broker_options.link_limits = options.link_limits;
  if (!options.real_time) {
    broker_options.clock = &clock_;
    // Its time goes in jumps, whatever the thread that reads is at.
    broker_options.limits.reader_stall = absl::InfiniteDuration();
  }
  auto started = broker::Broker::Start(std::move(broker_options));
  HAWSER_CHECK(started.ok(), started.status().ToString());
  broker_ = *std::move(started);
  if (options.serve) broker_->Serve();
  peer.uid = getuid();
  peer.pid = getpid();
  peer.program = "test";
  peer.address = "memory";
}

BrokerHarness::~BrokerHarness() = default;

Module& BrokerHarness::AddModule(std::string name, const std::function<void(Module&)>& body) {
  auto module = Module::Make(broker_->NewHost(name), name, body);
  HAWSER_CHECK(module.ok(), module.status().ToString());
  Module& result = **module;
  absl::Status added = broker_->AddModule(std::shared_ptr<HostedModule>(*std::move(module)));
  HAWSER_CHECK(added.ok(), added.ToString());
  return result;
}

std::unique_ptr<MemoryPipe> BrokerHarness::OpenPipe() {
  return std::make_unique<MemoryPipe>([this](std::shared_ptr<link::Transport> carrier) {
    return broker_->Attach(std::move(carrier), peer);
  });
}

std::unique_ptr<TestClient> BrokerHarness::Connect(std::map<std::string, std::string> attributes) {
  auto client = std::make_unique<TestClient>(std::move(attributes), broker_->clock());
  auto reply = client->Attach(OpenPipe());
  HAWSER_CHECK(reply.ok(), reply.status().ToString());
  return client;
}

std::unique_ptr<TestClient> BrokerHarness::ConnectSocket(
    std::map<std::string, std::string> attributes) {
  auto client = std::make_unique<TestClient>(std::move(attributes), broker_->clock());
  auto reply = client->Attach(std::make_unique<GrpcPipe>(socket()));
  HAWSER_CHECK(reply.ok(), reply.status().ToString());
  return client;
}

void BrokerHarness::Advance(absl::Duration duration) {
  base::MonoTime until = clock_.Now() + duration;
  for (;;) {
    base::MonoTime next = broker_->timers().next();
    if (next > until) break;
    if (next > clock_.Now()) clock_.Advance(next - clock_.Now());
    broker_->control().RunTimers();
    Settle();
  }
  clock_.Advance(until - clock_.Now());
  broker_->control().RunTimers();
  Settle();
}

void BrokerHarness::StandStill(absl::Duration duration) {
  clock_.Advance(duration);
  // Two turns: the first finds out that it is late.
  broker_->control().RunAndWait([] {});
  broker_->control().RunTimers();
  Settle();
}

void BrokerHarness::Settle() {
  HAWSER_CHECK(broker_->pool().AwaitIdle(kPatience), "the broker does not come to rest");
}

bool BrokerHarness::AwaitThat(const std::function<bool()>& done) {
  absl::Time until = absl::Now() + kPatience;
  while (!done()) {
    if (absl::Now() > until) return false;
    usleep(1000);
  }
  return true;
}

}  // namespace hawser::tests
