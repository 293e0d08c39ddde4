#ifndef HAWSER_BROKER_SESSION_SESSION_REGISTRY_H_
#define HAWSER_BROKER_SESSION_SESSION_REGISTRY_H_

// SessionRegistry: the live sessions by id, who may attach to them, and how many there may be.
// Thread-safe. No session's lock is taken under its own.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "broker/session/connection.h"
#include "broker/session/lease.h"
#include "broker/session/session.h"
#include "broker/session/session_reaper.h"
#include "broker/session/session_services.h"
#include "broker/session/tombstones.h"
#include "hawser/base/mutex.h"

namespace hawser::broker {

class SessionRegistry {
 public:
  explicit SessionRegistry(SessionServices services);
  // Every session must have ended: see EndAll.
  ~SessionRegistry();

  const SessionServices& services() const { return services_; }
  LeaseClock& lease_clock() { return lease_clock_; }
  Tombstones& tombstones() { return tombstones_; }

  // A connection's first packet. Answers and refuses by the rules of session.proto:
  //   CREATED, RESUMED    the connection belongs to the session now
  //   LEASE_EXPIRED       the session ended; the connection closes with FAILED_PRECONDITION
  //   BROKER_RESTARTED    `epoch` is another run's; the same
  // or closes without an answer: INVALID_ARGUMENT (protocol, ids), PERMISSION_DENIED (token or
  // user), ABORTED (stale attach), RESOURCE_EXHAUSTED (a limit, named), UNAVAILABLE (draining).
  void Attach(wire::Attach attach, std::shared_ptr<Connection> connection) HAWSER_EXCLUDES(mu_);
  // Answers LEASE_EXPIRED and closes.
  void RefuseEnded(Connection& connection);
  // The packet that carries `reply`.
  static std::string PacketOf(const wire::AttachReply& reply);

  Ref<Session> Find(const SessionId& id) const HAWSER_EXCLUDES(mu_);
  // The one session whose id in hex starts with `prefix`: NOT_FOUND, INVALID_ARGUMENT if several
  // do.
  absl::StatusOr<Ref<Session>> FindByPrefix(std::string_view prefix) const HAWSER_EXCLUDES(mu_);
  // Up to `limit` sessions in order of id, after `after`.
  std::vector<Ref<Session>> Page(const SessionId& after, size_t limit) const HAWSER_EXCLUDES(mu_);
  std::vector<Ref<Session>> All() const HAWSER_EXCLUDES(mu_);
  size_t size() const HAWSER_EXCLUDES(mu_);

  // An object is no more: tells the sessions that hold it, once. Where it has one holder, as most
  // have, no other session is looked at.
  void ObjectGone(const Object& object, GoneReason reason);

  // The end of sessions.
  // Ends `session` on the pool, when its turn comes. Safe to call more than once.
  void EndSoon(Ref<Session> session, EndReason reason, absl::Status why);
  // From Session: the second half of the end.
  void OnEnded(Session& session, EndReason reason, const absl::Status& why,
               std::vector<ObjectRef> exported) HAWSER_EXCLUDES(mu_);
  // No session begins or resumes any more; calls that come are answered UNAVAILABLE, but for those
  // of inspection.
  void StartDrain() HAWSER_EXCLUDES(mu_);
  // Waits until no session has a call in work, and those attached were sent what they are to have,
  // at most `limit` (of real time).
  void AwaitQuiet(absl::Duration limit);
  // Ends every session and waits until they have ended.
  void EndAll(EndReason reason, const absl::Status& why) HAWSER_EXCLUDES(mu_);

 private:
  struct Admission {
    Admission(absl::Status status)
        : refused(std::move(status)) {}  // NOLINT(google-explicit-constructor)
    explicit Admission(wire::AttachReply::Outcome answer, Ref<Session> of = nullptr)
        : outcome(answer), session(std::move(of)) {}

    absl::Status refused;  // not OK: the connection closes with it, unanswered
    wire::AttachReply::Outcome outcome = wire::AttachReply::Outcome::kUnspecified;
    Ref<Session> session;  // for CREATED and RESUMED
  };
  Admission Admit(const wire::Attach& attach, const Peer& peer) HAWSER_EXCLUDES(mu_);
  absl::Status CheckRoom(const wire::Attach& attach, const Peer& peer) const HAWSER_REQUIRES(mu_);
  void RefuseWith(Connection& connection, wire::AttachReply::Outcome outcome,
                  const absl::Status& status);

  const SessionServices services_;
  LeaseClock lease_clock_;
  Tombstones tombstones_;
  SessionReaper reaper_;

  mutable base::Mutex mu_;
  base::CondVar ended_;  // sessions_ became smaller
  std::map<SessionId, Ref<Session>> sessions_ HAWSER_GUARDED_BY(mu_);
  // Those whose user nobody knows, over TCP, as those of one user: none.
  absl::flat_hash_map<std::optional<uid_t>, size_t> per_uid_ HAWSER_GUARDED_BY(mu_);
  bool draining_ HAWSER_GUARDED_BY(mu_) = false;
};

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_SESSION_SESSION_REGISTRY_H_
