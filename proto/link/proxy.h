#ifndef HAWSER_PROTO_LINK_PROXY_H_
#define HAWSER_PROTO_LINK_PROXY_H_

// Proxy: an object of the peer, as an Object of this process. Thread-safe.
//
// When its last reference goes, it only puts itself on its endpoint's list of dropped proxies (no
// lock, no I/O: destructors run anywhere); the endpoint's next flush decides under the table's lock
// whether to release the handle, and deletes the proxy.

#include <atomic>
#include <memory>
#include <string>

#include "absl/container/inlined_vector.h"
#include "hawser/object.h"

namespace hawser::link {

class Endpoint;

class Proxy final : public Object {
 public:
  // `extra_bytes`: about what site and constant take.
  Proxy(Ref<Endpoint> endpoint, uint64_t handle, uint64_t oid, ShapeRef shape,
        std::string_view site = {}, Value constant = {}, size_t extra_bytes = 0);

  uint64_t handle() const { return handle_; }
  const Ref<Endpoint>& endpoint() const { return endpoint_; }
  size_t extra_bytes() const { return extra_bytes_; }
  // `object` if it is a Proxy, else null. No RTTI: proxies are told by a mark only they set.
  static Proxy* From(Object* object);
  static const Proxy* From(const Object* object) { return From(const_cast<Object*>(object)); }

  // The peer's root, by handle 0 or another that describing it gave: one object, though at handle 0
  // no reference says its oid.
  bool is_root() const { return handle_ == 0 || root_.load(std::memory_order_relaxed); }
  void MarkRoot() { root_.store(true, std::memory_order_relaxed); }

  // The peer's object is no more. Only the first reason stays.
  void MarkGone(GoneReason reason);

  const void* type_tag() const override;
  ShapeRef shape() const override { return shape_; }
  void Invoke(Invocation call, Reply reply) override;
  std::string_view site() const override { return site_; }
  Value constant() const override { return constant_; }
  GoneReason gone() const override { return gone_.load(std::memory_order_acquire); }
  ObjectId oid() const override { return ObjectId(oid_); }
  bool Same(const Object& other) const override;

 private:
  friend class DroppedProxies;
  friend struct DeleteProxy;
  ~Proxy() override = default;
  void Dispose() override;

  const Ref<Endpoint> endpoint_;
  const uint64_t handle_;
  const uint64_t oid_;
  const ShapeRef shape_;
  const std::string site_;
  const Value constant_;
  const uint32_t extra_bytes_;
  std::atomic<GoneReason> gone_{GoneReason::kAlive};
  std::atomic<bool> root_{false};
  Proxy* next_dropped_ = nullptr;  // owned by DroppedProxies
};

// Proxies nobody refers to any more, pushed from any thread without a lock, taken by one thread at
// a time.
class DroppedProxies {
 public:
  // True if the list was empty: someone must be told.
  bool Push(Proxy* proxy);
  // Takes the whole list; walk it with Next.
  Proxy* TakeAll() { return head_.exchange(nullptr, std::memory_order_acquire); }
  static Proxy* Next(Proxy* proxy) { return proxy->next_dropped_; }
  bool empty() const { return head_.load(std::memory_order_acquire) == nullptr; }

 private:
  std::atomic<Proxy*> head_{nullptr};
};

// A proxy that is in no table any more, deleted where no lock is held.
struct DeleteProxy {
  void operator()(Proxy* proxy) const;
};
using DeadProxy = std::unique_ptr<Proxy, DeleteProxy>;
using DeadProxies = absl::InlinedVector<DeadProxy, 4>;

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_PROXY_H_
