#ifndef TESTS_CLIENT_SCRIPTED_BROKER_H_
#define TESTS_CLIENT_SCRIPTED_BROKER_H_

// ScriptedBroker: the far end of a client's session inside the test: the same link code, plain
// objects, and connections that the test cuts, holds up or refuses. Everything it does happens on
// the client's leading thread, as events. Thread-safe.

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/internal/client_transport.h"
#include "client/internal/connection.h"
#include "hawser/base/mutex.h"
#include "hawser/object.h"
#include "hawser/remote.h"
#include "proto/link/endpoint.h"
#include "proto/wire/reader.h"
#include "tests/client/memory_events.h"
#include "tests/client/scripted_object.h"

namespace hawser::tests {

class ScriptedBroker {
 public:
  ScriptedBroker();
  // Every session must be gone, or go soon: a session that outlives its handles fails the test.
  ~ScriptedBroker();

  // Methods of the root; `require` looks into `modules`.
  ScriptedObject& root() { return *root_; }
  std::map<std::string, Value, std::less<>> modules;

  // What it does with connections. May be changed at any time.
  // UNAVAILABLE for connections from now on.
  void set_reachable(bool reachable);
  // The answer to the next Attach, instead of what a broker would answer.
  void set_next_outcome(wire::AttachReply::Outcome outcome);
  // Never answers an Attach.
  void set_answers(bool answers);
  // Packets to the client wait until this is set to false.
  void set_holding(bool holding);
  // The present connection stays open, but nothing gets through it any more, either way.
  void Silence();
  // The present connection is lost.
  void Cut(const absl::Status& why = absl::UnavailableError("cut"));
  // Forgets the session, as a broker that was started anew has.
  void Restart();

  // What it saw.
  link::LinkStats stats() const;
  std::vector<wire::Attach> attaches() const;
  size_t refused() const;  // connections, while it was not reachable
  size_t packets_received() const;
  bool client_left() const;  // with End
  // Returns once the reader of the newest session, which lives, has looked at the clock anew and
  // everything that led to was carried out.
  void AwaitHousekeeping();
  size_t exports() const { return stats().exports; }
  size_t imports() const { return stats().imports; }

  // The far end ends the session.
  void End(const absl::Status& why, EndReason reason = EndReason::kKicked);
  void ObjectGone(const Object& object, GoneReason reason);

  std::unique_ptr<internal::Connector> NewConnector();
  // A session with it.
  absl::StatusOr<Remote> Connect(ConnectOptions options = {});

 private:
  class Peer;
  class ClientEnd;
  class BrokerEnd;
  class MemoryConnector;

  void OnOpened(const std::shared_ptr<ClientEnd>& end, std::string first);
  void OnClientPacket(const std::shared_ptr<ClientEnd>& end, std::string packet);
  void SendToClient(const std::shared_ptr<ClientEnd>& end, std::string packet);
  Ref<Peer> peer() const;

  Ref<ScriptedObject> root_;
  const std::shared_ptr<MemoryEvents> events_;
  std::atomic<int> connectors_{0};  // sessions of clients not yet gone
  std::atomic<internal::Connection*> newest_{nullptr};

  mutable base::Mutex mu_;
  Ref<Peer> peer_ HAWSER_GUARDED_BY(mu_);
  uint64_t epoch_ HAWSER_GUARDED_BY(mu_) = 7;
  bool known_ HAWSER_GUARDED_BY(mu_) = false;
  bool reachable_ HAWSER_GUARDED_BY(mu_) = true;
  bool answers_ HAWSER_GUARDED_BY(mu_) = true;
  bool holding_ HAWSER_GUARDED_BY(mu_) = false;
  wire::AttachReply::Outcome next_outcome_ HAWSER_GUARDED_BY(mu_) =
      wire::AttachReply::Outcome::kUnspecified;
  std::shared_ptr<ClientEnd> present_ HAWSER_GUARDED_BY(mu_);
  std::shared_ptr<ClientEnd> silent_ HAWSER_GUARDED_BY(mu_);
  std::shared_ptr<BrokerEnd> broker_end_ HAWSER_GUARDED_BY(mu_);
  std::deque<std::pair<std::shared_ptr<ClientEnd>, std::string>> held_ HAWSER_GUARDED_BY(mu_);
  std::vector<wire::Attach> attaches_ HAWSER_GUARDED_BY(mu_);
  size_t refused_ HAWSER_GUARDED_BY(mu_) = 0;
  size_t packets_received_ HAWSER_GUARDED_BY(mu_) = 0;
};

}  // namespace hawser::tests

#endif  // TESTS_CLIENT_SCRIPTED_BROKER_H_
