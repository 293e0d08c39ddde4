#ifndef HAWSER_PROTO_LINK_IMPORT_TABLE_H_
#define HAWSER_PROTO_LINK_IMPORT_TABLE_H_

// ImportTable: the peer's handles and the proxies that stand for them, one per handle. Holds
// proxies weakly: a proxy whose last reference is gone is found on the dropped list, and stays
// valid memory until Collect took it out. Thread-compatible; used under the endpoint's lock.

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "proto/link/proxy.h"

namespace hawser::link {

class ImportTable {
 public:
  size_t size() const { return proxies_.size(); }
  // Sum of extra_bytes over the proxies that are not yet collected.
  size_t extra_bytes() const { return extra_bytes_; }

  // The live proxy of `handle`, with one more reference; null if there is none or it was just
  // dropped.
  Ref<Proxy> Find(uint64_t handle) const;
  // Makes `proxy` the proxy of its handle. A dropped one that was there loses its handle to it.
  void Set(Proxy* proxy);

  // Takes the dropped proxies out of the table. Appends to `released` the handles that have no
  // newer proxy, for a Release stamped now, and to `dead` the proxies, to be destroyed where no
  // lock is held.
  void Collect(Proxy* dropped, std::vector<uint64_t>* released, DeadProxies* dead);

  void MarkGone(uint64_t handle, GoneReason reason);
  void MarkAllGone(GoneReason reason);

  template <typename Visitor>  // void(const Proxy&)
  void ForEach(Visitor visit) const {
    for (const auto& [handle, proxy] : proxies_) visit(*proxy);
  }

 private:
  absl::flat_hash_map<uint64_t, Proxy*> proxies_;
  size_t extra_bytes_ = 0;
};

}  // namespace hawser::link

#endif  // HAWSER_PROTO_LINK_IMPORT_TABLE_H_
