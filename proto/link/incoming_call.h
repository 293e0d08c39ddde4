#ifndef HAWSER_PROTO_LINK_INCOMING_CALL_H_
#define HAWSER_PROTO_LINK_INCOMING_CALL_H_

// IncomingCall: one call of the peer, from the frame that brought it until its module has answered.
// It is what a dispatcher starts, what the module's Reply answers into, and the circumstances the
// module sees.
//
// Counted: the link's table holds one reference until the call is answered on the wire, the Reply
// one until the module lets go of it, which may be later (cancelled, deadline). Link's fields are
// under the endpoint's lock; what a dispatcher reads is constant once the call is started; the stop
// source has a lock of its own.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "hawser/base/clock.h"
#include "hawser/base/mutex.h"
#include "hawser/object.h"
#include "proto/wire/writer.h"

namespace hawser::link {

class Endpoint;

class IncomingCall final : public ReplySink, public CallContext {
 public:
  explicit IncomingCall(Endpoint* endpoint) : endpoint_(endpoint) {}

  // For the dispatcher; constant from start on.
  uint64_t id() const { return id_; }
  Object& target() const { return *target_; }
  const ObjectRef& target_ref() const { return target_; }
  Op op() const { return op_; }
  bool no_reply() const { return no_reply_; }
  // What the object is to be sent. `args` stay valid until the Reply is answered or dropped.
  Invocation invocation();
  // The Reply to hand along; once per call.
  Reply TakeReply();
  Endpoint& endpoint() const { return *endpoint_; }
  // Answered before its module was asked, or nobody is left to take its answer: the module need not
  // be asked any more.
  bool abandoned() const { return abandoned_.load(std::memory_order_acquire); }
  // Absolute, or nullopt.
  std::optional<base::MonoTime> deadline() const { return deadline_; }

  SessionRef session() const override;
  std::stop_token stop_token() override HAWSER_EXCLUDES(stop_mu_);
  void RequestStop() HAWSER_EXCLUDES(stop_mu_);

  void Deliver(uint64_t token, Outcome outcome) override;

  // For who keeps a call to run it later, before its Reply is taken: its endpoint stays too.
  // Release gives up both, and the reference that came with the call.
  void Hold();
  void Release();

  void AddRef() { refs_.fetch_add(1, std::memory_order_relaxed); }
  void Unref();

 private:
  friend class Link;
  friend class CallOrder;
  // The first reference besides the link's: nobody else can count meanwhile.
  void AddStartersRef() { refs_.store(2, std::memory_order_relaxed); }
  ~IncomingCall() = default;

  std::atomic<uint32_t> refs_{1};
  Endpoint* const endpoint_;  // holds this call, and is held by it while a Reply is out

  uint64_t id_ = 0;
  // CallOrder's: the reference it goes through, its neighbours among those that wait for that, and
  // how many answers it waits for itself.
  uint64_t lane_ = 0;
  uint64_t serial_ = 0;
  IncomingCall* lane_before_ = nullptr;
  IncomingCall* lane_behind_ = nullptr;
  uint32_t unresolved_ = 0;
  uint32_t frame_bytes_ = 0;  // for the byte limit
  Op op_ = Op::kCall;
  bool no_reply_ = false;
  bool keep_answer_ = false;
  bool nested_ = false;
  bool waits_in_lane_ = false;
  bool started_ = false;
  bool answered_ = false;
  bool target_is_answer_ = false;
  int member_ = Invocation::kSelf;
  uint64_t target_answer_ = 0;
  ObjectRef target_;
  const Shape* shape_ = nullptr;  // of the handle used, kept by the link; null for answers
  std::string name_;
  wire::Args args_;
  std::vector<wire::AnswerArg> answer_args_;
  std::optional<base::MonoTime> deadline_;
  std::optional<Error> failed_;  // it will not be started, this is its answer

  std::atomic<bool> abandoned_{false};
  base::Mutex stop_mu_;
  bool stop_requested_ HAWSER_GUARDED_BY(stop_mu_) = false;
  std::optional<std::stop_source> stop_ HAWSER_GUARDED_BY(stop_mu_);
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_INCOMING_CALL_H_
