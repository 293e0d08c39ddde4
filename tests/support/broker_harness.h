#ifndef HAWSER_TESTS_SUPPORT_BROKER_HARNESS_H_
#define HAWSER_TESTS_SUPPORT_BROKER_HARNESS_H_

// BrokerHarness: a broker inside the test, with modules written in the test, reached in memory or
// over a real socket.
//
//   BrokerHarness harness;
//   harness.AddModule("math", [](Module& module) {
//     module.Function("add", [](int64_t a, int64_t b) { return a + b; });
//   });
//   std::unique_ptr<TestClient> client = harness.Connect();
//   EXPECT_THAT(client->Call(*client->Require("math"), "add", {1, 2}), IsOkAndHolds(Value(3)));

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "broker/broker.h"
#include "hawser/module.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_pipe.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_client.h"

namespace hawser::tests {

// A client's process as tests have it: gone when they say so.
class FakeProcess final : public broker::PeerProcess {
 public:
  bool gone() const override HAWSER_EXCLUDES(mu_);
  uint64_t Watch(std::function<void()> on_gone) override HAWSER_EXCLUDES(mu_);
  void Unwatch(uint64_t watch) override HAWSER_EXCLUDES(mu_);
  // Those who watch are told, on this thread.
  void Exit() HAWSER_EXCLUDES(mu_);

 private:
  mutable base::Mutex mu_;
  bool gone_ HAWSER_GUARDED_BY(mu_) = false;
  uint64_t next_ HAWSER_GUARDED_BY(mu_) = 1;
  std::map<uint64_t, std::function<void()>> watches_ HAWSER_GUARDED_BY(mu_);
};

class BrokerHarness {
 public:
  struct Options {
    broker::BrokerLimits limits;
    link::LinkLimits link_limits;
    // Listens at socket() too.
    bool listen = false;
    // Lets those in who come there; else the test does it, with broker().Serve().
    bool serve = true;
    std::vector<std::string> insecure_tcp;
    std::string main_dir;
    // Time passes by itself, not by Advance.
    bool real_time = false;
  };
  BrokerHarness() : BrokerHarness(Options()) {}
  explicit BrokerHarness(Options options);
  ~BrokerHarness();

  broker::Broker& broker() { return *broker_; }
  FakeClock& clock() { return clock_; }
  std::string socket() const { return "unix:" + socket_path(); }
  std::string socket_path() const { return folder_.path() + "/hawser.sock"; }

  // Adds a module whose members `body` registers; it must be good.
  Module& AddModule(std::string name, const std::function<void(Module&)>& body);

  // Who the next clients are.
  broker::Peer peer;
  // An open connection that has said nothing yet.
  std::unique_ptr<MemoryPipe> OpenPipe();
  // A client with a session, attached in memory.
  std::unique_ptr<TestClient> Connect(std::map<std::string, std::string> attributes = {});
  // The same over the socket; a broker that listens.
  std::unique_ptr<TestClient> ConnectSocket(std::map<std::string, std::string> attributes = {});

  // Lets time pass, running every timer in its time.
  void Advance(absl::Duration duration);
  // Moves the clock at once, as if the whole process had stood still, and then runs what is late.
  void StandStill(absl::Duration duration);
  // Waits (real time) until nothing is queued or running in the broker.
  void Settle();
  // Waits (real time) until `done`; false if it does not come to be.
  bool AwaitThat(const std::function<bool()>& done);

 private:
  TempDir folder_;
  FakeClock clock_;
  std::unique_ptr<broker::Broker> broker_;
};

}  // namespace hawser::tests

#endif  // HAWSER_TESTS_SUPPORT_BROKER_HARNESS_H_
