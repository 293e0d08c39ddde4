#ifndef HAWSER_TESTING_MODULE_HARNESS_H_
#define HAWSER_TESTING_MODULE_HARNESS_H_

// ModuleHarness: runs a module in a unit test, without a broker, a client or a thread. Link the
// module's library into the test:
//
//   TEST(Counter, TellsItsListeners) {
//     hawser::testing::ModuleHarness harness;                     // the module linked in
//     auto counter = *harness.New("Counter", 5);
//     auto changed = *counter.Listen("changed");
//     EXPECT_EQ(*counter.Call("increment"), hawser::Value(6));
//     EXPECT_EQ(changed.calls().size(), 1);
//
//     auto& other = harness.StartSession({{"window", "7"}});      // a second client
//     other.End(hawser::EndReason::kExited);
//     harness.Advance(absl::Seconds(5));                          // timers fire; nobody waits
//   }
//
// Everything runs in the calling thread, inside the calls of the harness: each first does what it
// is asked, then runs the module until nothing is left to do. Members called by the harness itself
// are called by a client of its own, session().

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hawser/abi.h"
#include "hawser/module.h"
#include "hawser/testing/manual_host.h"
#include "hawser/testing/test_session.h"

// The entry of the module that is linked in.
extern "C" const hawser_plugin_info* hawser_plugin(void);

namespace hawser::testing {

class ModuleHarness {
 public:
  // The module linked into the program, or one described or made right here. Abort, saying why, if
  // it cannot be made.
  ModuleHarness() : ModuleHarness(*hawser_plugin()) {}
  explicit ModuleHarness(const hawser_plugin_info& plugin);
  explicit ModuleHarness(const std::function<void(Module&)>& body);
  // The same, with the failure as a status.
  static absl::StatusOr<std::unique_ptr<ModuleHarness>> Load(const hawser_plugin_info& plugin);

  // Unloads the module. If something of it is still referred to, says so on stderr and leaves it.
  ~ModuleHarness();
  ModuleHarness(const ModuleHarness&) = delete;
  ModuleHarness& operator=(const ModuleHarness&) = delete;

  // What the module exports, used by session(). See TestObject.
  TestObject exports() { return session_->module_exports(); }
  template <typename... A>
  absl::StatusOr<Value> Call(std::string_view member, A&&... args) {
    return exports().Call(member, std::forward<A>(args)...);
  }
  template <typename... A>
  PendingCall Start(std::string_view member, A&&... args) {
    return exports().Start(member, std::forward<A>(args)...);
  }
  absl::StatusOr<Value> Get(std::string_view member) { return exports().Get(member); }
  absl::Status Set(std::string_view member, Value value) {
    return exports().Set(member, std::move(value));
  }
  template <typename... A>
  absl::StatusOr<TestObject> New(std::string_view class_name, A&&... args) {
    return exports().New(class_name, std::forward<A>(args)...);
  }
  Value Global(std::string_view name) const { return module_->Global(name); }
  // What a promise settles with; DEADLINE_EXCEEDED if it has not. INVALID_ARGUMENT for a value that
  // is no object, UNIMPLEMENTED for an object that is no promise.
  absl::StatusOr<Value> Await(const Value& promise);

  // Clients.
  TestSession& session() { return *session_; }
  // One more client; lives until the harness goes.
  TestSession& StartSession(std::map<std::string, std::string> attributes = {});
  TestCallback Callback(std::function<void(Args)> body = nullptr) {
    return session_->Callback(std::move(body));
  }

  // Surroundings.
  void Run() { host_->Run(); }
  // See ManualHost.
  void Advance(absl::Duration duration) { host_->Advance(duration); }
  const std::vector<std::string>& log() const { return host_->log(); }
  ManualHost& host() { return *host_; }
  HostedModule& module() { return *module_; }
  // Objects, functions and tasks of the module that exist, besides what it always has.
  uint64_t pins() const { return module_->pins(); }

 private:
  ModuleHarness(std::unique_ptr<ManualHost> host, std::unique_ptr<HostedModule> module);
  void Begin(std::unique_ptr<HostedModule> module);

  std::unique_ptr<ManualHost> host_;
  std::unique_ptr<HostedModule> module_;
  std::unique_ptr<TestSession> session_;
  std::vector<std::unique_ptr<TestSession>> others_;
};

}  // namespace hawser::testing

#endif  // HAWSER_TESTING_MODULE_HARNESS_H_
