#ifndef HAWSER_BROKER_BROKER_H_
#define HAWSER_BROKER_BROKER_H_

// Broker: the whole daemon as one object, to be run by main or inside a test. It makes the parts,
// in the order in which they need each other, and ends them in the opposite one. Nothing in it is
// global: a process may hold several.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "broker/core/claim_table.h"
#include "broker/core/limited_executor.h"
#include "broker/core/limits.h"
#include "broker/core/module_host_impl.h"
#include "broker/core/module_registry.h"
#include "broker/core/object_registry.h"
#include "broker/core/thread_pool.h"
#include "broker/core/timer_queue.h"
#include "broker/session/control_loop.h"
#include "broker/session/grpc_server.h"
#include "broker/session/listener.h"
#include "broker/session/peer_table.h"
#include "broker/session/session_registry.h"
#include "broker/session/tcp_socket.h"
#include "broker/session/unix_socket.h"
#include "hawser/base/version.h"
#include "hawser/module_host.h"

namespace hawser::broker {

class Broker {
 public:
  struct Options {
    // Unix sockets to listen at, absolute paths; see UnixSocket.
    std::vector<std::string> sockets;
    // "HOST:PORT" to listen at, unencrypted and without knowing who calls.
    std::vector<std::string> insecure_tcp;
    // Folder that require("./x") is relative to; "" for none.
    std::string main_dir;
    std::string version = base::kVersion;
    BrokerLimits limits;
    link::LinkLimits link_limits;
    // Tells what time it is; tests bring their own. Outlives the broker.
    const base::Clock* clock = &base::SystemClock();
  };

  // Runs, with no module yet, and has its sockets and ports, so that no other broker can: what keeps
  // it from that is the error. Who connects waits until Serve.
  static absl::StatusOr<std::unique_ptr<Broker>> Start(Options options);
  // Lets clients in, once, when the modules they come for are there.
  void Serve();
  // Stop, with no time to drain, if it was not called.
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // A host for a module named `name`; lives as long as the broker.
  ModuleHostImpl& NewHost(std::string name);
  // ALREADY_EXISTS if a module of that name is there, UNAVAILABLE if a session provides one.
  absl::Status AddModule(ModuleRegistry::ModulePtr module, std::string path = "");

  // What a file was when it was looked at: another of these may be another plugin.
  struct FileState {
    uint64_t device = 0;
    uint64_t inode = 0;
    absl::Time modified;
    int64_t bytes = 0;
    bool operator==(const FileState&) const = default;
    // None if it cannot be looked at.
    static std::optional<FileState> Of(const std::string& path);
  };

  // Plugins that were not let in, for inspection: the broker goes on without them.
  struct RefusedPlugin {
    std::string path;
    absl::Status why;
    absl::Time when;
    std::optional<FileState> state;
  };
  // `state` is the file's from before it was loaded. Of one file the last refusal counts.
  void NoteRefused(std::string path, absl::Status why, std::optional<FileState> state = {})
      HAWSER_EXCLUDES(hosts_mu_);
  // Why a file in this state was refused; OK if it was not.
  absl::Status RefusalOf(const FileState& state) const HAWSER_EXCLUDES(hosts_mu_);
  std::vector<RefusedPlugin> refused_plugins() const HAWSER_EXCLUDES(hosts_mu_);

  // A client over a carrier of the caller's; see Connection. For tests, and for transports to come.
  std::shared_ptr<Connection> Attach(std::shared_ptr<link::Transport> carrier, Peer peer);

  // Draining from the moment Stop begins.
  enum class State { kServing, kDraining };
  State state() const { return state_.load(std::memory_order_acquire); }

  // Ends: no session begins; health says NOT_SERVING; calls in work have limits.drain to end;
  // clients are told End; sockets go; modules are unloaded. True if all code of modules has
  // returned; if not, the process had better leave with _exit. Idempotent; not from a thread of the
  // broker.
  bool Stop(absl::Duration drain);

  const Options& options() const { return options_; }
  const base::Clock& clock() const { return *options_.clock; }
  absl::Time since() const { return since_; }
  Epoch epoch() const { return epoch_; }
  // "unix:/run/..." and "tcp:127.0.0.1:4711", with the ports that were taken.
  const std::vector<std::string>& addresses() const { return addresses_; }
  SessionRegistry& sessions() { return *sessions_; }
  ModuleRegistry& modules() { return modules_; }
  ObjectRegistry& objects() { return objects_; }
  HomeTable& homes() { return homes_; }
  ControlLoop& control() { return control_; }
  TimerQueue& timers() { return timers_; }
  ThreadPool& pool() { return pool_; }
  PeerTable& peers() { return peers_; }
  const ObjectRef& root() const { return root_; }

 private:
  explicit Broker(Options options);
  absl::Status Claim();
  void Accept(int socket, std::string address);
  bool UnloadModules();

  const Options options_;
  const Epoch epoch_;
  const absl::Time since_;
  std::atomic<State> state_{State::kServing};
  bool stopped_ = false;

  // In order of need: each may use those above it.
  TimerQueue timers_;
  ControlLoop control_;
  HomeTable homes_;
  ObjectRegistry objects_;
  LimitedExecutor shared_;  // pool_, but for the threads that are never given to one kind of work
  ModuleServices services_;
  mutable base::Mutex hosts_mu_;
  std::vector<std::unique_ptr<ModuleHostImpl>> hosts_ HAWSER_GUARDED_BY(hosts_mu_);
  std::vector<RefusedPlugin> refused_ HAWSER_GUARDED_BY(hosts_mu_);
  ThreadPool pool_;  // what runs on it uses everything above
  ModuleRegistry modules_;
  ClaimTable claims_;
  ObjectRef root_;
  std::unique_ptr<SessionRegistry> sessions_;
  PeerTable peers_;
  std::unique_ptr<GrpcServer> grpc_;
  std::vector<std::string> addresses_;  // constant after Start
  std::vector<UnixSocket> unix_sockets_;
  std::vector<TcpSocket> tcp_sockets_;
  std::vector<std::unique_ptr<Listener>> listeners_;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_BROKER_H_
