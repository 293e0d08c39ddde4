#include "proto/link/import_table.h"

#include "proto/link/defect.h"

namespace hawser::link {

Ref<Proxy> ImportTable::Find(uint64_t handle) const {
  auto found = proxies_.find(handle);
  if (found == proxies_.end() || !found->second->TryAddRef()) return nullptr;
  return Ref<Proxy>::Adopt(found->second);
}

void ImportTable::Set(Proxy* proxy) {
  proxies_[proxy->handle()] = proxy;
  extra_bytes_ += proxy->extra_bytes();
}

void ImportTable::Collect(Proxy* dropped, std::vector<uint64_t>* released, DeadProxies* dead) {
  while (dropped != nullptr) {
    Proxy* proxy = dropped;
    dropped = DroppedProxies::Next(proxy);
    auto found = proxies_.find(proxy->handle());
    // The re-check: the handle may have arrived again since the proxy was dropped, and then belongs
    // to a newer proxy.
    if (found != proxies_.end() &&
        (found->second == proxy || Planted(Defect::kNoRecheckAtRelease))) {
      if (found->second == proxy) proxies_.erase(found);
      // The root is never given, so it is never released.
      if (proxy->handle() != 0) released->push_back(proxy->handle());
    }
    extra_bytes_ -= proxy->extra_bytes();
    dead->emplace_back(proxy);
  }
  if (proxies_.empty() && proxies_.capacity() > 64) proxies_ = {};
}

void ImportTable::MarkGone(uint64_t handle, GoneReason reason) {
  auto found = proxies_.find(handle);
  if (found != proxies_.end()) found->second->MarkGone(reason);
}

void ImportTable::MarkAllGone(GoneReason reason) {
  for (auto& [handle, proxy] : proxies_) proxy->MarkGone(reason);
}

}  // namespace hawser::link
