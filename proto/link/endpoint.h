#ifndef HAWSER_PROTO_LINK_ENDPOINT_H_
#define HAWSER_PROTO_LINK_ENDPOINT_H_

// Endpoint: the thread-safe shell around a Link: its lock, its transport, and the carrying out of
// its effects. The broker's session and the client's connection derive from it and say what
// starting a call and ending mean to them.
//
// Counted: proxies and calls in work hold it, so it lives as long as anything can call into it.
// Thread-safe. Nothing of its hooks, of objects or of transports is called while the lock is held,
// except the two hooks that say so.

#include <atomic>
#include <memory>
#include <string>

#include "hawser/base/clock.h"
#include "hawser/base/mutex.h"
#include "proto/link/link.h"
#include "proto/link/transport.h"

namespace hawser::link {

class Endpoint {
 public:
  Endpoint(const LinkLimits& limits, const base::Clock& clock);
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  // Sends a call and flushes. See Link::Call. Gives its id, 0 if it failed at once.
  uint64_t Call(OutgoingCall&& call, Reply reply) HAWSER_EXCLUDES(mu_);
  void Cancel(uint64_t call) HAWSER_EXCLUDES(mu_);
  void ReleaseAnswer(uint64_t call) HAWSER_EXCLUDES(mu_);
  void ObjectGone(const Object* object, GoneReason reason) HAWSER_EXCLUDES(mu_);
  Ref<Proxy> ImportRoot() HAWSER_EXCLUDES(mu_);
  void SetRoot(ObjectRef root) HAWSER_EXCLUDES(mu_);

  // The transport's side. Those of a transport that is not the present one do nothing.
  // Makes `transport` the present one; the one before is closed with ABORTED first, and the frame
  // in hand is done before.
  void Attach(const std::shared_ptr<Transport>& transport, uint64_t peer_ack,
              wire::Limits peer_limits) HAWSER_EXCLUDES(mu_);
  void OnPacket(const Transport* transport, Bytes packet) HAWSER_EXCLUDES(mu_);
  // `buffer`: the packet's memory, if the transport has it back, to be used again.
  void OnSent(const Transport* transport, std::string buffer = {}) HAWSER_EXCLUDES(mu_);
  void OnTransportLost(const Transport* transport, const absl::Status& why) HAWSER_EXCLUDES(mu_);
  // Closes the present transport, if any; the session stays.
  void CloseTransport(const absl::Status& why) HAWSER_EXCLUDES(mu_);
  // Stops taking frames from the present transport and gives what the peer's Attach must be
  // answered with.
  struct AttachState {
    uint64_t processed;
    wire::Limits limits;
  };
  AttachState Fence() HAWSER_EXCLUDES(mu_);

  // Sends what waits, if the transport is free. Also releases the handles of dropped proxies.
  void Flush() HAWSER_EXCLUDES(mu_);
  // Sends a packet even if empty, if the transport is free.
  void Heartbeat() HAWSER_EXCLUDES(mu_);
  // Deals with deadlines that are over.
  void Tick() HAWSER_EXCLUDES(mu_);
  std::optional<base::MonoTime> NextDeadline() const HAWSER_EXCLUDES(mu_);

  // Says End to the peer (if attached), then ends the link: see Link::End. OnEnded gets the
  // exported objects: here, or in the thread that is just starting calls once those are started.
  // Only the first call counts.
  void End(EndReason reason, const absl::Status& why) HAWSER_EXCLUDES(mu_);
  bool ended() const { return ended_.load(std::memory_order_acquire); }
  bool attached() const HAWSER_EXCLUDES(mu_);
  std::string transport_description() const HAWSER_EXCLUDES(mu_);

  const base::Clock& clock() const { return clock_; }
  // For a callback of mode kCall that is called now.
  base::MonoTime CallbackDeadline() const { return clock_.Now() + callback_deadline_; }
  // Runs `visit` under the lock. It must not call out.
  template <typename Visitor>  // auto(const Link&)
  auto Inspect(Visitor visit) const HAWSER_EXCLUDES(mu_) {
    base::MutexLock lock(mu_);
    return visit(link_);
  }

  // For IncomingCall and Proxy.
  void Answer(IncomingCall* call, Outcome&& outcome) HAWSER_EXCLUDES(mu_);
  // The last reference of `proxy` is gone. May be called under any lock.
  virtual void OnDropped(Proxy* proxy);
  virtual SessionRef session() const { return nullptr; }
  // Tells the kinds of endpoints apart, where one process has both: the address of something only
  // one kind has.
  virtual const void* kind_tag() const { return nullptr; }

  void AddRef() const { refs_.fetch_add(1, std::memory_order_relaxed); }
  void Unref() const {
    if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 protected:
  virtual ~Endpoint();

  // A call of the peer may start. `call` comes with a reference, which passes to the callee. Called
  // by one thread at a time, in the order of the calls, and never after OnEnded.
  virtual void StartCall(IncomingCall* call) = 0;
  // Something waits to be flushed. Called from any thread, under any lock: may only signal.
  virtual void WantFlush() = 0;
  // A call with a deadline was sent: NextDeadline may be earlier than before. Default: nothing, for
  // who calls Tick often enough.
  virtual void OnDeadline() {}
  // The transport is gone; the session is detached.
  virtual void OnDetached(const absl::Status& why) { (void)why; }
  // The peer says End, or a limit demands the end; may be said again until it has come. Default:
  // ends here and now.
  virtual void OnEndWanted(EndReason reason, const absl::Status& why) { End(reason, why); }
  // The session is over. Called once. `exported` are the objects it held.
  virtual void OnEnded(EndReason reason, const absl::Status& why,
                       std::vector<ObjectRef> exported) = 0;
  // An object of the peer is no more.
  virtual void OnPeerGone(const Ref<Proxy>& proxy, GoneReason reason) { (void)proxy, (void)reason; }

 public:
  // Hooks of the link, called UNDER THE LOCK (but OnUnexport at the end): may take leaf locks only.
  // An object gets a handle here, or one is freed; the oid an object shows to the peer (default: the
  // first of its handles).
  virtual void OnExport(Object* object, uint64_t handle) { (void)object, (void)handle; }
  virtual void OnUnexport(Object* object) { (void)object; }
  // The peer said End for `reason`: why the session ends. Default: the peer left, whatever it says.
  virtual EndReason OnPeerEnd(EndReason reason) const { return (void)reason, EndReason::kLeft; }
  virtual uint64_t OidOf(const Object* object, uint64_t first_handle) const {
    (void)object;
    return first_handle;
  }

 private:
  // What was decided under the lock, to be done outside it.
  struct Deferred {
    Effects effects;
    std::shared_ptr<Transport> transport;  // null: nothing to send
    std::string packet;
    bool end_due = false;  // see TellEnd
  };

  // What waits until no call is being started.
  struct Ended {
    EndReason reason;
    absl::Status why;
    std::vector<ObjectRef> exported;
  };

  // What some decoded frames leave to be done, and what follows.
  struct Turn {
    Deferred deferred;
    absl::Status violation;
    const Transport* violator = nullptr;
    bool starting = false;  // calls were taken: they are this thread's to start
    bool more = false;      // another turn follows
  };

  void RunEffects(Effects& effects) HAWSER_EXCLUDES(mu_) {
    if (!effects.idle()) RunBusyEffects(effects);
  }
  void RunBusyEffects(Effects& effects) HAWSER_EXCLUDES(mu_);
  static void Send(Deferred& deferred) {
    if (deferred.transport) deferred.transport->Send(std::move(deferred.packet));
  }
  // Takes the calls that may start. True: they are this thread's to start, by StartTaken, and
  // starting_ is its to reset. False: there are none, or a thread is at it and will take them.
  bool TakeStarts(Effects* effects) HAWSER_REQUIRES(mu_);
  void StartTaken() HAWSER_EXCLUDES(mu_);
  // Starts what was taken, and what comes to it meanwhile.
  void StartCalls() HAWSER_EXCLUDES(mu_);
  // The session has ended or is to: says so to who derives from this, unless calls are being
  // started. Then it is for that thread to do.
  bool EndIsDue() const HAWSER_REQUIRES(mu_) {
    return (ended_with_ || link_.end_request()) && !starting_;
  }
  void TellEnd() HAWSER_EXCLUDES(mu_);
  // Decode what waits, one thread at a time: whoever comes while another is at it (working_) leaves
  // its packet to that one. FinishTurn may start calls and gives whether there is more. `now`: when
  // the packet came.
  void TakeTurn(base::LazyNow& now, Turn* turn) HAWSER_REQUIRES(mu_);
  bool FinishTurn(Turn& turn) HAWSER_EXCLUDES(mu_);
  // `started`: the turn before started calls.
  void WorkOn(base::LazyNow& now, bool started) HAWSER_EXCLUDES(mu_);
  void SendPacket(bool even_if_empty) HAWSER_EXCLUDES(mu_);
  // The next packet, if there is something to say and the transport is free.
  void TakePacket(bool even_if_empty, base::LazyNow& now, Deferred* deferred) HAWSER_REQUIRES(mu_);
  // After answers: they leave now, or, while a packet is decoded, gather to leave together.
  void Conclude(Deferred* deferred) HAWSER_REQUIRES(mu_);
  bool NeedsPacket() const HAWSER_REQUIRES(mu_);

  const base::Clock& clock_;
  const absl::Duration callback_deadline_;
  mutable std::atomic<uint32_t> refs_{1};
  std::atomic<bool> ended_{false};
  DroppedProxies dropped_;

  mutable base::Mutex mu_;
  Link link_ HAWSER_GUARDED_BY(mu_);
  std::shared_ptr<Transport> transport_ HAWSER_GUARDED_BY(mu_);
  bool fenced_ HAWSER_GUARDED_BY(mu_) = false;    // transport_ may not bring frames any more
  bool sending_ HAWSER_GUARDED_BY(mu_) = false;   // transport_ has a packet in flight
  bool working_ HAWSER_GUARDED_BY(mu_) = false;   // a thread decodes frames
  bool starting_ HAWSER_GUARDED_BY(mu_) = false;  // a thread starts calls
  std::vector<IncomingCall*> to_start_;           // the thread's that set starting_
  std::optional<Ended> ended_with_ HAWSER_GUARDED_BY(mu_);
  std::string spare_packet_ HAWSER_GUARDED_BY(mu_);
  bool send_again_ HAWSER_GUARDED_BY(mu_) = false;  // a heartbeat was wanted while sending
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_ENDPOINT_H_
