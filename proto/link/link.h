#ifndef HAWSER_PROTO_LINK_LINK_H_
#define HAWSER_PROTO_LINK_LINK_H_

// Link: one end of the protocol as a state machine: tables, frame numbers, replay, release, order,
// pipelining, limits. The same code serves the broker and the client. It is passive: no thread, no
// clock, no I/O, and it runs no foreign code: calls to start wait for TakeStarts, and whatever else
// must be done outside the lock (deliver answers, destroy values) it puts into an Effects.
// session.proto is its specification.
//
// Thread-compatible; Endpoint holds the lock outside it.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "hawser/base/clock.h"
#include "hawser/object.h"
#include "proto/link/call_order.h"
#include "proto/link/call_table.h"
#include "proto/link/call_windows.h"
#include "proto/link/effects.h"
#include "proto/link/export_table.h"
#include "proto/link/import_table.h"
#include "proto/link/inbox.h"
#include "proto/link/incoming_call.h"
#include "proto/link/link_limits.h"
#include "proto/link/link_stats.h"
#include "proto/link/outbox.h"
#include "proto/link/outgoing_call.h"
#include "proto/link/pending_calls.h"
#include "proto/link/replay_buffer.h"
#include "proto/link/shape_table.h"
#include "proto/link/via_table.h"
#include "proto/wire/reader.h"
#include "proto/wire/writer.h"

namespace hawser::link {

class Link {
 public:
  // `endpoint` is only handed on to the proxies and calls made here. `now` starts the session
  // clock.
  Link(Endpoint* endpoint, const LinkLimits& limits, base::MonoTime now);
  ~Link();

  // Calls of ours
  // Numbers and buffers the call, or queues it if a limit says wait; `call` is moved from. `reply` gets exactly one
  // answer; with no_reply, it gets undefined at once. Gives the call's id (0 if it failed at once).
  uint64_t Call(OutgoingCall& call, Reply reply, base::LazyNow& now, Effects* effects);
  // The call is answered CANCELLED unless it was answered already.
  void Cancel(uint64_t call, Effects* effects);
  // Nothing names this kept answer any more.
  void ReleaseAnswer(uint64_t call);

  // Calls of the peer
  // Takes the calls that may start, in the order in which they must: all of them are to be started,
  // by one thread, before more are taken. Each comes with a reference for the starter. `into` is
  // empty before.
  void TakeStarts(std::vector<IncomingCall*>* into, Effects* effects) {
    if (!held_.empty()) StartHeld(effects);
    if (!starts_.empty()) into->swap(starts_);
  }
  // Lets what waited for this answer start, and numbers the Return. Once the peer has the Return it
  // may call directly, and must not overtake what it sent through the answer: that stands before
  // in what TakeStarts gives. False, with `outcome` untouched: the call is answered already.
  bool Answer(IncomingCall* call, Outcome&& outcome, Effects* effects);
  // Cancels or expires what is over time, on either side.
  void Tick(base::MonoTime now, Effects* effects);
  // Earliest time Tick has something to do.
  std::optional<base::MonoTime> next_deadline() const;

  // Objects
  void SetRoot(ObjectRef root) { exports_.SetRoot(std::move(root), 0); }
  // The peer's root, as a proxy with an empty shape: its members are named.
  Ref<Proxy> ImportRoot();
  // Tells the peer, if it holds `object`, that it is no more. False: it does not hold it.
  bool ObjectGone(const Object* object, GoneReason reason);
  // Releases the handles of proxies nobody refers to any more: numbers the Release, the watermark
  // and the look for newer proxies taken here in one step.
  void ReleaseDropped(Proxy* dropped, Effects* effects);
  // The same for answers nothing names any more, unless a queued call may.
  void ReleaseAnswers() {
    if (!answers_to_release_.empty()) ReleaseAnswersNow();
  }

  // Packets
  // Takes a packet in: its header counts at once, its frames wait for Step. INVALID_ARGUMENT: not a
  // packet.
  absl::Status ReceivePacket(Bytes&& packet, base::LazyNow& now);
  bool HasFrame() const { return !inbox_.empty() && !ended_; }
  // Does the next frame; there must be one. False: the peer broke the protocol, see violation().
  bool Step(base::LazyNow& now, Effects* effects);
  const absl::Status& violation() const { return violation_; }

  // Something must leave: frames, or an acknowledgement or limit that waited long enough.
  bool NeedsPacket() const { return attached_ && (replay_.HasUnsent() || HasNews()); }
  // The next packet, perhaps without frames, in place of what `packet` holds.
  void TakePacket(base::LazyNow& now, std::string* packet, Effects* effects);

  // A connection begins: the peer has processed frames up to `peer_ack`. Frames above it are sent
  // again; received ones not yet processed are forgotten, the peer will send them again.
  // A peer that says less at an Attach cannot be sent what it lacks.
  uint64_t acknowledged() const { return replay_.acknowledged(); }
  void Attached(uint64_t peer_ack, wire::Limits peer_limits, Effects* effects);
  void Detached() { attached_ = false; }
  uint64_t processed() const { return processed_; }
  wire::Limits OurLimits() const { return windows_.grant(); }

  // End
  // Numbers an End frame; nothing follows it.
  void NumberEnd(EndReason reason, absl::StatusCode code, std::string_view message);
  // Ends the link: every call of ours fails (ABORTED if sent, UNAVAILABLE if not), every call of
  // the peer's is told to stop, all proxies are gone for `reason`. Gives the exported objects, for
  // the owner to tell OnUnexport and to let go of in its order. Idempotent.
  std::vector<ObjectRef> End(const absl::Status& why, GoneReason reason, Effects* effects);
  bool ended() const { return ended_; }
  // Set when a frame or limit demands the end of the session; the owner calls End.
  struct EndRequest {
    EndReason reason;
    absl::Status status;
  };
  const std::optional<EndRequest>& end_request() const { return end_request_; }

  // Inspection
  LinkStats stats() const;
  const ExportTable& exports() const { return exports_; }
  const ImportTable& imports() const { return imports_; }
  const std::string& ViaName(Via via) const { return vias_.Name(via); }
  const LinkLimits& limits() const { return limits_; }

 private:
  // link_life.cc
  // What a call of ours fails with whose time is over, or that the session's end left unanswered.
  std::string WhyLate(const PendingCall& call) const;
  absl::Status LostCall(const PendingCall& call, const absl::Status& why) const;
  static absl::string_view EndText(const absl::Status& why) {
    return why.message().empty() ? absl::string_view("it left") : why.message();
  }

  // link_send.cc
  bool MayNumberCall(size_t bytes, bool nested) const;
  absl::Status CheckOutbox(size_t bytes) const;
  // Gives the number of its frame. CheckArguments came just before. `bytes`: what it takes at most,
  // references apart.
  absl::StatusOr<uint64_t> NumberCall(const wire::Call& frame, const OutgoingCall& call,
                                      size_t bytes);
  wire::Call FrameOf(uint64_t id, const OutgoingCall& call) const;
  absl::Status CheckAnswersSent(const OutgoingCall& call) const;
  void DrainOutbox(Effects* effects);
  // What is to be said without frames, or may now go.
  bool HasNews() const;
  // The first call of the outbox is done with.
  void DropQueued(Effects* effects);
  void CompletePending(uint64_t id, Outcome&& outcome, Effects* effects);
  void ReleaseAnswersNow();
  void CheckReserve() {
    if (replay_.bytes() > limits_.replay_bytes + limits_.reserve_bytes && !end_request_)
      EndForReserve();
  }
  void EndForReserve();
  void SendReadyGone(const Object* object);
  void TellGoneWhenExported() {
    if (!gone_when_exported_.empty()) TellGoneNow();
  }
  void TellGoneNow();

  // link_references.cc
  absl::Status CheckArguments(const OutgoingCall& call);
  // Resolves objects_scratch_, which CheckArguments fills, into references_scratch_; entries_scratch_
  // collects the handles of ours among them. `bytes`: what the frame takes without them.
  absl::Status ResolveReferences(size_t bytes, Via via) {
    references_scratch_.clear();
    entries_scratch_.clear();
    return objects_scratch_.empty() ? absl::OkStatus() : ResolveObjects(bytes, via);
  }
  absl::Status ResolveObjects(size_t bytes, Via via);
  absl::Status PlanReferences(size_t bytes);
  size_t ExtraBytes(const wire::Reference& reference);
  void NoteReferences(uint64_t frame) {
    for (uint64_t handle : entries_scratch_) NoteReference(handle, frame);
  }
  void NoteReference(uint64_t handle, uint64_t frame);
  Via ViaOf(const IncomingCall& call);
  // Null if the call has no target.
  static ShapeRef ShapeOf(const IncomingCall& call);
  static std::string NameOf(const IncomingCall& call);
  // `why` with the name of the call in front, and of the argument whose constant it is.
  static absl::Status Unsendable(const OutgoingCall& call, const absl::Status& why);
  absl::Status RegisterReferences();
  absl::StatusOr<ObjectRef> RegisterReference(const wire::Reference& reference);
  absl::Status RegisterShape(const wire::Reference& reference);
  // `described` is what the peer answered when asked to describe its root.
  void NoteRoot(const Value& described);

  // link_receive.cc
  // What is wrong with the frame, if it breaks the protocol beyond one call; else empty.
  std::string_view ProcessFrame(size_t bytes, const absl::Status& table, base::LazyNow& now,
                                Effects* effects);
  void OnReturn(wire::BodyReader& reader, const absl::Status& table, Effects* effects);
  // False: malformed.
  bool OnRelease(wire::BodyReader& reader, std::string_view body, Effects* effects);
  bool OnCancel(wire::BodyReader& reader, std::string_view body, Effects* effects);
  bool OnGone(wire::BodyReader& reader, std::string_view body, Effects* effects);
  bool Violation(std::string_view what);

  // link_calls.cc
  std::string_view OnCall(wire::BodyReader& reader, const absl::Status& table, size_t bytes,
                          base::LazyNow& now, Effects* effects);
  absl::Status CheckIncomingLimits(const wire::Call& call, size_t bytes) const;
  void ResolveTarget(const wire::Call& call, IncomingCall* incoming);
  void StartReady(CallOrder::Calls& ready, Effects* effects);
  void StartHeld(Effects* effects);
  void StartOne(IncomingCall* call, CallOrder::Calls* ready, Effects* effects);
  void AnswerEarly(IncomingCall* call, Error error, Effects* effects);
  void NumberReturn(IncomingCall* call, Outcome&& outcome, Effects* effects);
  void PrepareOutcome(const IncomingCall* call, Outcome* outcome, Effects* effects);
  void Forget(IncomingCall* call, Effects* effects);

  uint64_t SessionClock(base::MonoTime now) const {
    return static_cast<uint64_t>((now.ns - start_.ns) / 1000);
  }

  Endpoint* const endpoint_;
  const LinkLimits limits_;
  const base::MonoTime start_;

  // Objects.
  ExportTable exports_;
  ImportTable imports_;
  uint64_t root_oid_ = 0;              // of the peer's root; 0 until it was described
  ShapeTable in_shapes_, out_shapes_;  // received, sent
  ViaTable vias_;
  std::vector<std::pair<const Object*, GoneReason>> gone_waiting_;
  std::vector<const Object*> gone_when_exported_;  // by the frame in hand

  // Calls of ours.
  uint64_t next_call_ = 1;
  PendingCalls pending_;
  Outbox outbox_;
  std::vector<uint64_t> answers_to_release_;
  // What calls failed with that kept their answers and were never sent: so do those that name them.
  absl::flat_hash_map<uint64_t, absl::Status> unsent_answers_;
  std::vector<uint64_t> planted_released_;  // see Defect::kNoRecheckAtRelease

  // Calls of the peer.
  CallTable<IncomingCall*> incoming_;
  uint64_t incoming_bytes_ = 0;  // of their frames
  absl::btree_set<std::pair<int64_t, uint64_t>> incoming_deadlines_;
  CallOrder order_;
  // Calls that could start, in order, while more than soft_bytes are not acknowledged. Their frames
  // are processed all the same: were they not, two ends that wait so for each other's
  // acknowledgement would wait forever.
  std::deque<IncomingCall*> held_;
  std::vector<IncomingCall*> starts_;  // see TakeStarts

  // Packets.
  CallWindows windows_;
  ReplayBuffer replay_;
  uint64_t processed_ = 0;
  uint64_t acked_ = 0;                // processed_ as last sent
  uint64_t last_deadline_frame_ = 0;  // packets that carry it, or one before it, say the clock
  size_t bytes_since_ack_ = 0;
  Inbox inbox_;
  bool attached_ = false;
  bool ended_ = false;
  bool end_numbered_ = false;
  absl::Status violation_;
  absl::Status end_status_;
  std::optional<EndRequest> end_request_;
  LinkStats counters_;

  // Scratch, kept for its memory, unless a peer made it large: that would stay with an idle session.
  template <typename Scratch>
  static void Trim(Scratch& scratch) {
    constexpr size_t kKept = 4096;
    if (scratch.capacity() > kKept) Scratch().swap(scratch);
  }
  void TrimScratch();
  bool scratch_used_ = false;  // by more than scalars, so that it may have grown
  wire::FrameWriter writer_;
  wire::FrameView frame_;
  wire::PacketView packet_;
  std::vector<Object*> objects_scratch_;
  std::vector<wire::Reference> references_scratch_;
  std::vector<uint64_t> entries_scratch_;  // handles of ours among references_scratch_
  std::vector<ObjectRef> registered_;
  std::vector<uint64_t> handles_scratch_, answers_scratch_, released_scratch_;
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_LINK_H_
