#ifndef CLIENT_INTERNAL_CONNECTION_H_
#define CLIENT_INTERNAL_CONNECTION_H_

// Connection: a session as its client sees it. It is the session's endpoint of the link, opens its
// connections one after the other, renews its lease, and has its two threads: the reader (see
// Leader) and, through CallbackQueue, the one of callbacks.
//
// Counted by Endpoint: proxies hold it, and so does its reader, which stays until the session is
// over, every transport closed and every proxy dropped, for somebody must collect them.
// Thread-safe. Lock order: the endpoint's lock, then state_mu_, then the locks of CallbackQueue and
// Leader; nothing is called out under any of them.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "client/internal/attacher.h"
#include "client/internal/callback_queue.h"
#include "client/internal/client_transport.h"
#include "client/internal/leader.h"
#include "client/internal/silence.h"
#include "hawser/options.h"
#include "proto/link/endpoint.h"

namespace hawser::internal {

class Connection final : public link::Endpoint, private TransportSink, private Housekeeping {
 public:
  // Makes a session and waits until it is attached. The errors of Remote::Connect.
  static absl::StatusOr<Ref<Connection>> Connect(std::string endpoint, ConnectOptions options,
                                                 std::unique_ptr<Connector> connector);

  // The connection `target` is a proxy of; null if it is no proxy, or of another kind of endpoint.
  static Connection* Of(Object* target);

  Leader& leader() { return leader_; }
  CallbackQueue& callbacks() { return *callbacks_; }
  const ConnectOptions& options() const { return options_; }
  const std::string& endpoint_name() const { return endpoint_name_; }

  // Calls
  // When a call that is made now is over, by its options and the session's.
  std::optional<base::MonoTime> DeadlineOf(const CallOptions& call) const;
  // A call nobody waits for in Wait has this deadline.
  void NoteDeadline(base::MonoTime deadline);
  // Waits for a slot that a Reply will fill; runs callbacks meanwhile where it should. True if it
  // is filled, false at `until`.
  bool Wait(Leader::Slot& slot, base::MonoTime until = base::MonoTime::Max());
  // This process is a child of the one that connected: it has the objects, but no thread of the
  // session, and locks as they happened to be. Nothing of it may be used. Thread-safe.
  bool forked() const;
  // OK, or what every call of the session now fails with.
  absl::Status CheckUsable() const HAWSER_EXCLUDES(state_mu_);

  // The program is at work as long as one of these lives: the lease may be renewed.
  class Activity {
   public:
    explicit Activity(Connection& connection);
    ~Activity();
    Activity(const Activity&) = delete;
    Activity& operator=(const Activity&) = delete;

   private:
    Connection& connection_;
  };

  int Poll(absl::Duration wait);

  // Objects
  // Somebody awaits this promise: its failure is theirs.
  void NoteAwaited(const link::Proxy& promise) HAWSER_EXCLUDES(state_mu_);
  // Runs `fn` once, where callbacks run, when the object is gone; never, if the proxy is dropped
  // before. Gives a number for Unwatch.
  uint64_t Watch(const link::Proxy& proxy, std::function<void(GoneReason)> fn)
      HAWSER_EXCLUDES(state_mu_);
  void Unwatch(const link::Proxy& proxy, uint64_t watch) HAWSER_EXCLUDES(state_mu_);

  // End
  // Remote::Close.
  absl::Status Close(absl::Duration wait);
  // The last Remote is gone: the session ends as soon as no object of it is left.
  void OnLastRemote();

  // State
  ConnectionState state() const HAWSER_EXCLUDES(state_mu_);
  LossReason loss() const HAWSER_EXCLUDES(state_mu_);
  SessionId session_id() const { return session_id_; }
  uint64_t epoch() const HAWSER_EXCLUDES(state_mu_);
  std::string broker() const HAWSER_EXCLUDES(state_mu_);
  absl::Duration ttl() const HAWSER_EXCLUDES(state_mu_);
  absl::Duration idle() const;

  const void* kind_tag() const override;
  void OnDropped(link::Proxy* proxy) override HAWSER_EXCLUDES(state_mu_);

 private:
  enum class Phase { kDetached, kAttempting, kAttached, kOver };
  struct Watcher {
    uint64_t number;
    const link::Proxy* proxy;  // only to compare
    std::function<void(GoneReason)> fn;
  };

  Connection(std::string endpoint, ConnectOptions options, std::unique_ptr<Connector> connector);
  ~Connection() override;

  // connection.cc: Endpoint's hooks.
  void StartCall(link::IncomingCall* call) override;
  void RunCall(link::IncomingCall* call);
  void WantFlush() override;
  void OnDetached(const absl::Status& why) override;
  void OnEndWanted(EndReason reason, const absl::Status& why) override HAWSER_EXCLUDES(state_mu_);
  void OnEnded(EndReason reason, const absl::Status& why, std::vector<ObjectRef> exported) override;
  void OnPeerGone(const Ref<link::Proxy>& proxy, GoneReason reason) override;
  void OnExport(Object* object, uint64_t handle) override;
  void DropWatchers(const link::Proxy& proxy) HAWSER_EXCLUDES(state_mu_);
  EndReason OnPeerEnd(EndReason reason) const override { return reason; }

  // connection_state.cc: connections of the session, and its end.
  void OnPacket(ClientTransport& transport, Bytes packet) override;
  void OnSent(ClientTransport& transport, std::string buffer) override;
  void OnClosed(ClientTransport& transport, const absl::Status& why) override;
  bool MaySend() const override;
  void Attempt() HAWSER_EXCLUDES(state_mu_);
  void OnReply(ClientTransport& transport, const Bytes& packet) HAWSER_EXCLUDES(state_mu_);
  void OnLost(const absl::Status& why) HAWSER_EXCLUDES(state_mu_);
  void EndSession(LossReason loss, const absl::Status& status) HAWSER_EXCLUDES(state_mu_);
  void RunReader();
  // Waits until the session is over and every transport closed; with no proxy left, until the
  // reader has ended. Not where that would wait for itself.
  void AwaitEnd(absl::Duration wait) HAWSER_EXCLUDES(state_mu_);
  void Tell(ConnectionEvent event);

  // housekeeping.cc
  base::MonoTime KeepHouse() override;
  bool finished() override;
  base::MonoTime KeepFlushed(base::MonoTime now);
  base::MonoTime KeepDeadlines(base::MonoTime now);
  base::MonoTime KeepConnected(base::MonoTime now) HAWSER_EXCLUDES(state_mu_);
  base::MonoTime KeepAlive(base::MonoTime now) HAWSER_EXCLUDES(state_mu_);
  void AwaitOrphans() HAWSER_EXCLUDES(state_mu_);
  bool Unused() const HAWSER_EXCLUDES(state_mu_);

  const std::string endpoint_name_;
  const ConnectOptions options_;
  const std::unique_ptr<Connector> connector_;
  const base::MonoTime start_;
  const uint32_t generation_;  // of forks, in the process that connected
  const SessionId session_id_;
  Leader leader_;
  const std::shared_ptr<CallbackQueue> callbacks_;
  // Of the reader.
  Silence silence_;
  base::MonoTime heartbeat_at_;  // the last one

  // Read and written by any thread.
  std::atomic<int> active_{0};  // Activities
  std::atomic<bool> remote_gone_{false};
  std::atomic<int64_t> flush_wanted_ns_{0};  // since when; 0: not
  std::atomic<int64_t> tick_due_ns_;         // when a deadline may be over
  std::atomic<int64_t> last_sent_ns_;
  std::atomic<int64_t> last_heard_ns_;
  // Promises kept or awaited by nobody but us; raised under state_mu_.
  std::atomic<int> orphans_pending_{0};

  std::atomic<size_t> watched_{0};  // watchers; changed under state_mu_
  std::atomic<int> closing_{0};     // threads in Close, so that nobody else takes the lock for them

  mutable base::Mutex state_mu_;
  Attacher attacher_ HAWSER_GUARDED_BY(state_mu_);
  Phase phase_ HAWSER_GUARDED_BY(state_mu_) = Phase::kDetached;
  base::MonoTime retry_at_ HAWSER_GUARDED_BY(state_mu_);
  base::MonoTime attempt_until_ HAWSER_GUARDED_BY(state_mu_);
  // The one that attaches or is attached.
  std::shared_ptr<ClientTransport> transport_ HAWSER_GUARDED_BY(state_mu_);
  // Those that have not reported OnClosed.
  absl::flat_hash_map<const ClientTransport*, std::shared_ptr<ClientTransport>> open_
      HAWSER_GUARDED_BY(state_mu_);
  Leader::Slot* connecting_ HAWSER_GUARDED_BY(state_mu_) = nullptr;  // Connect's
  LossReason loss_ HAWSER_GUARDED_BY(state_mu_) = LossReason::kNone;
  absl::Status status_ HAWSER_GUARDED_BY(state_mu_);
  base::MonoTime kill_at_ HAWSER_GUARDED_BY(state_mu_) = base::MonoTime::Max();  // after the end
  bool said_end_ HAWSER_GUARDED_BY(state_mu_) = false;  // the peer closed with OK after it
  bool end_told_ HAWSER_GUARDED_BY(state_mu_) = false;  // nothing more comes to callbacks_
  bool drained_ HAWSER_GUARDED_BY(state_mu_) = false;   // that, and no transport is open
  bool reader_done_ HAWSER_GUARDED_BY(state_mu_) = false;
  base::CondVar end_changed_;
  // Threads in Close that wait until a packet has left.
  std::vector<Leader::Slot*> closers_ HAWSER_GUARDED_BY(state_mu_);

  absl::flat_hash_set<uint64_t> awaited_ HAWSER_GUARDED_BY(state_mu_);  // handles of promises
  std::vector<ObjectRef> orphans_ HAWSER_GUARDED_BY(state_mu_);
  absl::flat_hash_map<uint64_t, std::vector<Watcher>> watchers_ HAWSER_GUARDED_BY(state_mu_);
  uint64_t next_watch_ HAWSER_GUARDED_BY(state_mu_) = 1;
};

}  // namespace hawser::internal

#endif  // CLIENT_INTERNAL_CONNECTION_H_
