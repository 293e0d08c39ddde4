#include "proto/link/proxy.h"

#include <optional>
#include <stop_token>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"
#include "hawser/promise.h"
#include "proto/link/endpoint.h"

namespace hawser::link {
namespace {

// Only its address matters: what makes a Proxy known.
constexpr char kProxyTag = 0;

// A call passed on for a caller elsewhere: when that caller gives up (it cancels, its deadline
// passes, its session ends), the call is cancelled at the peer too.
class PassedOn final : public ReplySink {
 public:
  static void Send(const Ref<Endpoint>& endpoint, OutgoingCall call, Reply reply,
                   const std::stop_token& caller) {
    auto* passed_on = new PassedOn(std::move(reply));
    uint64_t id = endpoint->Call(std::move(call), Reply(passed_on, 0));
    passed_on->Watch(caller, endpoint, id);
    passed_on->Unref();
  }

  void Deliver(uint64_t /*token*/, Outcome outcome) override {
    if (state_.exchange(State::kAnswered, std::memory_order_acq_rel) == State::kWatched)
      on_stop_.reset();
    Reply reply = std::move(reply_);
    Unref();
    reply.Answer(std::move(outcome));
  }

 private:
  struct Canceller {
    void operator()() const {
      // Cancel may answer the call, and that destroys this.
      Ref<Endpoint> kept = endpoint;
      kept->Cancel(call);
    }
    Ref<Endpoint> endpoint;
    uint64_t call;
  };
  enum class State : uint8_t { kUnwatched, kWatched, kAnswered };

  explicit PassedOn(Reply reply) : reply_(std::move(reply)) {}
  ~PassedOn() = default;

  void Watch(const std::stop_token& caller, const Ref<Endpoint>& endpoint, uint64_t call) {
    if (call == 0) return;
    on_stop_.emplace(caller, Canceller{endpoint, call});
    if (state_.exchange(State::kWatched, std::memory_order_acq_rel) == State::kAnswered)
      on_stop_.reset();
  }
  void Unref() {
    if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  Reply reply_;
  std::atomic<State> state_{State::kUnwatched};
  std::optional<std::stop_callback<Canceller>> on_stop_;
  std::atomic<int> refs_{2};  // Send, and the answer
};

}  // namespace

Proxy::Proxy(Ref<Endpoint> endpoint, uint64_t handle, uint64_t oid, ShapeRef shape,
             std::string_view site, Value constant, size_t extra_bytes)
    : endpoint_(std::move(endpoint)),
      handle_(handle),
      oid_(oid),
      shape_(std::move(shape)),
      site_(site),
      constant_(std::move(constant)),
      extra_bytes_(static_cast<uint32_t>(extra_bytes)) {}

Proxy* Proxy::From(Object* object) {
  return object != nullptr && object->type_tag() == &kProxyTag ? static_cast<Proxy*>(object)
                                                               : nullptr;
}

const void* Proxy::type_tag() const { return &kProxyTag; }

void Proxy::MarkGone(GoneReason reason) {
  GoneReason alive = GoneReason::kAlive;
  gone_.compare_exchange_strong(alive, reason, std::memory_order_acq_rel);
}

bool Proxy::Same(const Object& other) const {
  if (this == &other) return true;
  const Proxy* proxy = From(&other);
  if (proxy == nullptr || proxy->endpoint_ != endpoint_) return false;
  return (oid_ != 0 && proxy->oid_ == oid_) || (is_root() && proxy->is_root());
}

void Proxy::Dispose() {
  // The endpoint owns the memory from here on, and this reference keeps it alive while it is told.
  Ref<Endpoint> endpoint = endpoint_;
  endpoint->OnDropped(this);
}

void Proxy::Invoke(Invocation call, Reply reply) {
  if (gone() != GoneReason::kAlive) {
    // Without its id, which is the peer's: on this side it may name another object.
    std::string_view name = shape_->name();
    if (name.empty()) name = ObjectKindName(shape_->kind());
    reply.Fail(absl::NotFoundError(
        absl::StrCat(base::ToAbsl(name), site_.empty() ? "" : " made at ", site_,
                     " is gone: ", base::ToAbsl(GoneReasonName(gone())))));
    return;
  }
  CallbackMode mode =
      call.op == Op::kCall && call.member_name().empty() ? shape_->mode() : CallbackMode::kPlain;
  if (mode == CallbackMode::kConst) {
    reply.Return(constant_);
    return;
  }
  OutgoingCall out;
  out.target = ObjectRef(this);
  out.op = call.op;
  if (call.shape == shape_.get()) {
    out.member = call.member;
  } else if (std::string_view name = call.member_name(); !name.empty()) {
    out.member = shape_->Find(name);
    if (out.member == Shape::kNotFound) out.name = name;
  }
  out.args = call.args;
  out.no_reply = call.no_reply || mode == CallbackMode::kNotify;
  if (mode == CallbackMode::kCall && !out.no_reply) {
    auto promise = MakeRef<Promise>();
    out.deadline = endpoint_->CallbackDeadline();
    endpoint_->Call(std::move(out), Promise::ReplyInto(promise));
    reply.Return(Value(ObjectRef(promise)));
    return;
  }
  if (call.context == nullptr || out.no_reply) {
    endpoint_->Call(std::move(out), std::move(reply));
  } else {
    PassedOn::Send(endpoint_, std::move(out), std::move(reply), call.context->stop_token());
  }
}

void DeleteProxy::operator()(Proxy* proxy) const { delete proxy; }

bool DroppedProxies::Push(Proxy* proxy) {
  Proxy* head = head_.load(std::memory_order_relaxed);
  do {
    proxy->next_dropped_ = head;
  } while (!head_.compare_exchange_weak(head, proxy, std::memory_order_release,
                                        std::memory_order_relaxed));
  return head == nullptr;
}

}  // namespace hawser::link
