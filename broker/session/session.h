#ifndef HAWSER_BROKER_SESSION_SESSION_H_
#define HAWSER_BROKER_SESSION_SESSION_H_

// Session: the broker's end of one client's relation, over all its connections. An Endpoint with a
// lease, a token, and the process it came from. What starts calls here and what ends it is in the
// files named: dispatcher, session_registry, session_reaper.
//
// Thread-safe. Counted; the registry holds it until it has ended, calls in work and proxies longer.

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "broker/session/connection.h"
#include "broker/session/lease.h"
#include "broker/session/session_info.h"
#include "broker/session/session_services.h"
#include "proto/link/endpoint.h"

namespace hawser::broker {

class SessionRegistry;

class Session final : public link::Endpoint {
 public:
  using Token = std::array<uint8_t, 16>;

  // `registry` outlives it.
  Session(SessionRegistry& registry, const LeaseClock& lease_clock, const wire::Attach& attach,
          const Peer& peer);

  SessionId id() const { return info_->id(); }
  SessionRef session() const override { return info_; }
  const SessionInfo& info() const { return *info_; }
  Lease& lease() { return lease_; }
  const Lease& lease() const { return lease_; }
  // The client's name for itself, or its program, for people.
  std::string DisplayName() const HAWSER_EXCLUDES(attach_mu_);
  std::string program() const HAWSER_EXCLUDES(attach_mu_);
  bool has_token(const Token& token) const;  // in constant time

  // Attaching.
  // Makes `connection` the session's, unless `attach` is not above the last accepted (ABORTED).
  // Answers the client in every case. Attaches that come while one is under way wait for it; the
  // highest of them wins.
  void AttachBy(const wire::Attach& attach, std::shared_ptr<Connection> connection,
                wire::AttachReply::Outcome outcome) HAWSER_EXCLUDES(attach_mu_);
  // From the session's connection: renews the lease, then takes the packet. A lease that is over
  // closes the connection.
  void OnPacketOf(Connection& connection, Bytes packet);

  // Time. Starts the lease's timer; the registry calls it once.
  void StartLease() HAWSER_EXCLUDES(timer_mu_);
  // From now on calls are answered UNAVAILABLE, but for those of inspection; those in work go on.
  void Drain() { draining_.store(true, std::memory_order_relaxed); }

  // The homes of all objects this session called. Once it is over.
  std::span<const base::Executor* const> used_homes() const { return used_homes_; }
  // For SessionReaper: no timer and no watch of the process fires any more.
  void StopTimers() HAWSER_EXCLUDES(timer_mu_, attach_mu_);

 protected:
  void StartCall(link::IncomingCall* call) override;
  void OnDeadline() override;
  void WantFlush() override;
  void OnDetached(const absl::Status& why) override HAWSER_EXCLUDES(attach_mu_);
  // On the pool, when its turn comes: a session with very many handles must not hold up the thread
  // that reads for all.
  void OnEndWanted(EndReason reason, const absl::Status& why) override;
  void OnEnded(EndReason reason, const absl::Status& why, std::vector<ObjectRef> exported) override;
  // What this client exported may be held by others: they hear of it as of any object.
  void OnPeerGone(const Ref<link::Proxy>& proxy, GoneReason reason) override;

 public:
  void OnExport(Object* object, uint64_t handle) override;
  void OnUnexport(Object* object) override;
  uint64_t OidOf(const Object* object, uint64_t first_handle) const override;

 private:
  struct Attaching {
    uint32_t attach;
    uint64_t ack;
    wire::Limits limits;
    std::shared_ptr<Connection> connection;
    wire::AttachReply::Outcome outcome;
  };

  ~Session() override;
  void Carry(Attaching attaching) HAWSER_EXCLUDES(attach_mu_);
  void SetProcess(const Peer& peer) HAWSER_EXCLUDES(attach_mu_);
  bool IsRefused(const link::IncomingCall& call) const;
  void OnProcessGone() HAWSER_EXCLUDES(attach_mu_);
  void JudgeLease() HAWSER_EXCLUDES(timer_mu_);
  void ArmLease(absl::Duration left) HAWSER_EXCLUDES(timer_mu_);
  void ArmDeadline() HAWSER_EXCLUDES(timer_mu_);

  SessionRegistry& registry_;
  const SessionServices& services_;
  const Ref<SessionInfo> info_;
  const Token token_;
  Lease lease_;
  std::atomic<bool> flush_posted_{false};
  std::atomic<bool> draining_{false};
  std::atomic<bool> end_wanted_{false};
  std::vector<const base::Executor*> used_homes_;  // the thread's that starts calls

  mutable base::Mutex attach_mu_;
  uint32_t accepted_ HAWSER_GUARDED_BY(attach_mu_) = 0;   // highest attach so far
  bool attaching_ HAWSER_GUARDED_BY(attach_mu_) = false;  // a thread carries one out
  std::optional<Attaching> next_ HAWSER_GUARDED_BY(attach_mu_);
  std::string program_ HAWSER_GUARDED_BY(attach_mu_);
  std::shared_ptr<PeerProcess> process_ HAWSER_GUARDED_BY(attach_mu_);
  uint64_t process_watch_ HAWSER_GUARDED_BY(attach_mu_) = 0;

  base::Mutex timer_mu_;
  bool timers_stopped_ HAWSER_GUARDED_BY(timer_mu_) = false;
  uint64_t lease_timer_ HAWSER_GUARDED_BY(timer_mu_) = 0;
  uint64_t deadline_timer_ HAWSER_GUARDED_BY(timer_mu_) = 0;
  base::MonoTime armed_ HAWSER_GUARDED_BY(timer_mu_) = base::MonoTime::Max();
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_SESSION_H_
