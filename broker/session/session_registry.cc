#include "broker/session/session_registry.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "hawser/base/check.h"
#include "hawser/base/log.h"
#include "hawser/base/string_view.h"
#include "proto/wire/writer.h"

namespace hawser::broker {
namespace {

using Outcome = wire::AttachReply::Outcome;

constexpr uint32_t kProtocol = 1;

absl::Status CheckForm(const wire::Attach& attach) {
  if (attach.protocol != kProtocol) {
    return absl::InvalidArgumentError(absl::StrCat(
        "protocol ", attach.protocol, " is not spoken here; this broker speaks ", kProtocol));
  }
  if (attach.session == SessionId()) {
    return absl::InvalidArgumentError("the session id must be 16 random bytes");
  }
  constexpr Session::Token kNone{};
  if (attach.token == kNone) {
    return absl::InvalidArgumentError("the token must be 16 random bytes");
  }
  if (attach.attach == 0) return absl::InvalidArgumentError("attaches are counted from 1");
  return absl::OkStatus();
}

}  // namespace

SessionRegistry::SessionRegistry(SessionServices services)
    : services_(std::move(services)),
      lease_clock_(services_.clock, services_.limits.reader_stall, services_.limits.stall_settle),
      tombstones_(services_.limits.tombstones),
      reaper_(services_) {}

SessionRegistry::~SessionRegistry() {
  base::MutexLock lock(mu_);
  HAWSER_CHECK(sessions_.empty(), "sessions are left");
}

// Attach

void SessionRegistry::Attach(wire::Attach attach, std::shared_ptr<Connection> connection) {
  Admission admission = Admit(attach, connection->peer());
  switch (admission.outcome) {
    case Outcome::kCreated:
      // Asked before any call of the session starts, so that they hear of it first.
      services_.claims.Begin(admission.session->session(), services_.modules);
      admission.session->StartLease();
      break;
    case Outcome::kResumed:
      break;
    case Outcome::kLeaseExpired:
      RefuseEnded(*connection);
      return;
    case Outcome::kBrokerRestarted:
      RefuseWith(
          *connection, admission.outcome,
          absl::FailedPreconditionError("broker restarted: the session was of an earlier run"));
      return;
    case Outcome::kUnspecified:
      connection->Refuse("", admission.refused);
      return;
  }
  admission.session->AttachBy(attach, std::move(connection), admission.outcome);
}

SessionRegistry::Admission SessionRegistry::Admit(const wire::Attach& attach, const Peer& peer) {
  if (absl::Status form = CheckForm(attach); !form.ok()) return form;
  if (attach.epoch != 0 && attach.epoch != services_.epoch.value()) {
    return Admission(Outcome::kBrokerRestarted);
  }
  base::MutexLock lock(mu_);
  if (draining_) return absl::UnavailableError("the broker is shutting down");
  auto found = sessions_.find(attach.session);
  if (found != sessions_.end()) {
    Session& session = *found->second;
    // Both are looked at in every case: which of them was wrong is nobody's business.
    bool user = session.info().uid() == peer.uid;
    bool token = session.has_token(attach.token);
    if (!(user & token)) {
      return absl::PermissionDeniedError("wrong token or user for this session");
    }
    return Admission(Outcome::kResumed, found->second);
  }
  if (attach.epoch != 0 || tombstones_.Has(attach.session)) {
    return Admission(Outcome::kLeaseExpired);
  }
  if (absl::Status room = CheckRoom(attach, peer); !room.ok()) return room;
  auto session = Ref<Session>::Adopt(new Session(*this, lease_clock_, attach, peer));
  sessions_.emplace(attach.session, session);
  ++per_uid_[peer.uid];
  return Admission(Outcome::kCreated, std::move(session));
}

absl::Status SessionRegistry::CheckRoom(const wire::Attach& attach, const Peer& peer) const {
  const BrokerLimits& limits = services_.limits;
  if (sessions_.size() >= limits.sessions) {
    return absl::ResourceExhaustedError(absl::StrCat("sessions: the broker has ", sessions_.size(),
                                                     " (limit ", limits.sessions, ")"));
  }
  auto count = per_uid_.find(peer.uid);
  if (count != per_uid_.end() && count->second >= limits.sessions_per_uid) {
    std::string who = peer.uid ? absl::StrCat("user ", *peer.uid) : "TCP";
    return absl::ResourceExhaustedError(absl::StrCat("sessions_per_uid: ", who, " has ",
                                                     count->second, " (limit ",
                                                     limits.sessions_per_uid, ")"));
  }
  size_t bytes = 0;
  for (const auto& [key, value] : attach.attributes) bytes += key.size() + value.size();
  if (attach.attributes.size() > limits.attributes || bytes > limits.attribute_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("attributes: ", attach.attributes.size(), " of ", bytes, " bytes (limits ",
                     limits.attributes, " of ", limits.attribute_bytes, " bytes)"));
  }
  return absl::OkStatus();
}

void SessionRegistry::RefuseEnded(Connection& connection) {
  RefuseWith(connection, Outcome::kLeaseExpired, absl::FailedPreconditionError("lease expired"));
}

void SessionRegistry::RefuseWith(Connection& connection, Outcome outcome,
                                 const absl::Status& status) {
  wire::AttachReply reply;
  reply.outcome = outcome;
  reply.epoch = services_.epoch.value();
  reply.broker = services_.broker;
  connection.Refuse(PacketOf(reply), status);
}

std::string SessionRegistry::PacketOf(const wire::AttachReply& reply) {
  std::string packet;
  wire::WriteAttachReply(reply, &packet);
  return packet;
}

// Looking up

Ref<Session> SessionRegistry::Find(const SessionId& id) const {
  base::MutexLock lock(mu_);
  auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second;
}

absl::StatusOr<Ref<Session>> SessionRegistry::FindByPrefix(std::string_view prefix) const {
  // Ids sort as their hex digits do, so all that match are neighbours.
  constexpr size_t kDigits = 32;
  std::string digits(prefix.substr(0, kDigits));
  std::transform(digits.begin(), digits.end(), digits.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  std::string padded = digits + std::string(kDigits - digits.size(), '0');
  absl::StatusOr<SessionId> from = SessionId::Parse(padded);
  if (digits.empty() || prefix.size() > kDigits || !from.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("'", base::ToAbsl(prefix.substr(0, 64)),
                                                   "' is no session id or beginning of one"));
  }
  Ref<Session> match;
  base::MutexLock lock(mu_);
  for (auto it = sessions_.lower_bound(*from);
       it != sessions_.end() && it->first.ToString().compare(0, digits.size(), digits) == 0; ++it) {
    if (match != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("several sessions start with '", digits, "'; give more of the id"));
    }
    match = it->second;
  }
  if (match == nullptr) {
    return absl::NotFoundError(absl::StrCat("no session starts with '", digits, "'"));
  }
  return match;
}

std::vector<Ref<Session>> SessionRegistry::Page(const SessionId& after, size_t limit) const {
  std::vector<Ref<Session>> page;
  base::MutexLock lock(mu_);
  for (auto it = sessions_.upper_bound(after); it != sessions_.end() && page.size() < limit; ++it) {
    page.push_back(it->second);
  }
  return page;
}

std::vector<Ref<Session>> SessionRegistry::All() const { return Page(SessionId(), SIZE_MAX); }

size_t SessionRegistry::size() const {
  base::MutexLock lock(mu_);
  return sessions_.size();
}

void SessionRegistry::ObjectGone(const Object& object, GoneReason reason) {
  services_.claims.ObjectGone(object);
  std::optional<ObjectRegistry::Holders> holders = services_.objects.TakeHoldersToTell(&object);
  if (!holders) return;
  if (holders->sole != nullptr) {
    if (Ref<Session> session = Find(holders->sole->id())) session->ObjectGone(&object, reason);
    return;
  }
  std::vector<uint64_t> handles;
  size_t left = holders->handles;
  for (const Ref<Session>& session : All()) {
    handles.clear();
    session->Inspect([&](const link::Link& link) { link.exports().HandlesOf(&object, &handles); });
    if (handles.empty()) continue;
    session->ObjectGone(&object, reason);
    if (handles.size() >= left) return;
    left -= handles.size();
  }
}

// End

void SessionRegistry::EndSoon(Ref<Session> session, EndReason reason, absl::Status why) {
  reaper_.EndSoon(std::move(session), reason, std::move(why));
}

void SessionRegistry::OnEnded(Session& session, EndReason reason, const absl::Status& why,
                              std::vector<ObjectRef> exported) {
  link::LinkStats stats = session.Inspect([](const link::Link& link) { return link.stats(); });
  tombstones_.Add({session.session(), session.DisplayName(), session.program(), reason, why,
                   services_.clock.WallNow(), stats.calls_received, exported.size(),
                   stats.imports});
  // A client that broke a rule is worth a line; one that left, died or went silent is not.
  if (reason == EndReason::kLimit || reason == EndReason::kViolation) {
    base::Log(base::LogLevel::kWarning, "session ended",
              {{"session", session.id().Short()},
               {"program", session.program()},
               {"pid", session.info().pid()},
               {"reason", EndReasonName(reason)},
               {"why", why}});
  }
  // First: who waits until no session is left may unload the modules then, and their hooks must be
  // on their strands.
  reaper_.Release(session.session(), reason, std::move(exported), session.used_homes());
  Ref<Session> held;  // the last reference may be the registry's
  base::MutexLock lock(mu_);
  auto found = sessions_.find(session.id());
  if (found == sessions_.end() || found->second.get() != &session) return;
  held = std::move(found->second);
  sessions_.erase(found);
  if (auto count = per_uid_.find(session.info().uid()); --count->second == 0) {
    per_uid_.erase(count);
  }
  ended_.NotifyAll();
}

void SessionRegistry::StartDrain() {
  {
    base::MutexLock lock(mu_);
    draining_ = true;
  }
  for (const Ref<Session>& session : All()) session->Drain();
}

void SessionRegistry::AwaitQuiet(absl::Duration limit) {
  constexpr absl::Duration kLook = absl::Milliseconds(5);
  // By the clock: each session that ends wakes it early.
  for (const absl::Time until = absl::Now() + limit; absl::Now() < until;) {
    std::vector<Ref<Session>> sessions = All();
    bool quiet = std::none_of(sessions.begin(), sessions.end(), [](const Ref<Session>& session) {
      bool attached = session->attached();
      return session->Inspect([attached](const link::Link& link) {
        link::LinkStats stats = link.stats();
        return stats.calls_running > 0 || (attached && stats.frames_unsent > 0);
      });
    });
    if (quiet) return;
    base::MutexLock lock(mu_);
    ended_.WaitFor(mu_, kLook);
  }
}

void SessionRegistry::EndAll(EndReason reason, const absl::Status& why) {
  for (Ref<Session>& session : All()) EndSoon(std::move(session), reason, why);
  base::MutexLock lock(mu_);
  while (!sessions_.empty()) ended_.Wait(mu_);
}

}  // namespace hawser::broker
