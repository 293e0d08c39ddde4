#include "proto/link/proxy.h"

#include "hawser/promise.h"
#include "proto/link/endpoint.h"

namespace hawser::link {
namespace {

// Only its address matters: what makes a Proxy known.
constexpr char kProxyTag = 0;

}  // namespace

Proxy::Proxy(Ref<Endpoint> endpoint, uint64_t handle, uint64_t oid, ShapeRef shape,
             std::string_view site, Value constant)
    : endpoint_(std::move(endpoint)),
      handle_(handle),
      oid_(oid),
      shape_(std::move(shape)),
      site_(site),
      constant_(std::move(constant)) {}

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
  return proxy != nullptr && proxy->endpoint_ == endpoint_ && oid_ != 0 && proxy->oid_ == oid_;
}

void Proxy::Dispose() {
  // The endpoint owns the memory from here on, and this reference keeps it alive while it is told.
  Ref<Endpoint> endpoint = endpoint_;
  endpoint->OnDropped(this);
}

void Proxy::Invoke(Invocation call, Reply reply) {
  if (gone() != GoneReason::kAlive) {
    reply.Fail(GoneStatus(*this));
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
    endpoint_->Call(std::move(out), Promise::ReplyInto(promise));
    reply.Return(Value(ObjectRef(promise)));
    return;
  }
  endpoint_->Call(std::move(out), std::move(reply));
}

bool DroppedProxies::Push(Proxy* proxy) {
  Proxy* head = head_.load(std::memory_order_relaxed);
  do {
    proxy->next_dropped_ = head;
  } while (!head_.compare_exchange_weak(head, proxy, std::memory_order_release,
                                        std::memory_order_relaxed));
  return head == nullptr;
}

}  // namespace hawser::link
