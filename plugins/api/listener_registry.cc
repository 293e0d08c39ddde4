#include "hawser/listener_registry.h"

#include <algorithm>
#include <utility>

#include "hawser/event_emitter.h"

// Invariants, under mu_:
// - A Listener with a callback is live: it is counted in live_ and in its emitter's `live`, and
// linked in its session's list.
// - One without is dead: it is in no list and only keeps its place in its event's vector until that
// is compacted. At most half of a
//   vector is dead, so that removing many listeners costs no more than a constant each; a vector of
//   only dead ones is gone.
// - An emitter points to an EmitterListeners exactly while it has a live listener.

namespace hawser::internal {

namespace {
constexpr size_t kMaxSites = 1000;
constexpr size_t kShownSites = 20;
}  // namespace

struct EventListeners;

struct Listener {
  ObjectRef callback;
  EventListeners* event;
  Listener* previous;
  Listener* next;
  SessionId session;
  bool once;
};

struct EventListeners {
  EmitterListeners* emitter;
  std::string name;
  std::vector<std::unique_ptr<Listener>> listeners;  // in the order registered
  size_t dead = 0;
};

struct EmitterListeners {
  EventEmitter* emitter;
  std::vector<std::unique_ptr<EventListeners>> events;
  size_t live = 0;

  EventListeners* Find(std::string_view name) const {
    for (const auto& event : events) {
      if (event->name == name) return event.get();
    }
    return nullptr;
  }
};

ListenerRegistry::~ListenerRegistry() = default;

EmitterListeners* ListenerRegistry::Of(const EventEmitter& emitter) {
  return emitter.listeners_.load(std::memory_order_relaxed);
}

void ListenerRegistry::Add(EventEmitter& emitter, std::string_view event, ObjectRef callback,
                           bool once, const SessionRef& session) {
  base::MutexLock lock(mu_);
  // Looked at under the lock: a session's callbacks are marked gone before EndSession comes by, so
  // none slips in behind it.
  if (callback->gone() != GoneReason::kAlive) return;
  EmitterListeners* of_emitter = Of(emitter);
  if (of_emitter == nullptr) {
    of_emitter = new EmitterListeners{.emitter = &emitter, .events = {}};
    emitter.listeners_.store(of_emitter, std::memory_order_release);
  }
  EventListeners* of_event = of_emitter->Find(event);
  if (of_event == nullptr) {
    of_event = of_emitter->events
                   .emplace_back(std::make_unique<EventListeners>(EventListeners{
                       .emitter = of_emitter, .name = std::string(event), .listeners = {}}))
                   .get();
  }
  SessionId id = session == nullptr ? SessionId() : session->id();
  Listener*& first = by_session_[id];
  auto listener = std::make_unique<Listener>(Listener{.callback = std::move(callback),
                                                      .event = of_event,
                                                      .previous = nullptr,
                                                      .next = first,
                                                      .session = id,
                                                      .once = once});
  if (first != nullptr) first->previous = listener.get();
  first = listener.get();
  of_event->listeners.push_back(std::move(listener));
  ++of_emitter->live;
  ++live_;
}

void ListenerRegistry::Drop(Listener* listener, Dropped& dropped) {
  dropped.push_back(std::move(listener->callback));
  if (listener->next != nullptr) listener->next->previous = listener->previous;
  if (listener->previous != nullptr) {
    listener->previous->next = listener->next;
  } else if (listener->next != nullptr) {
    by_session_[listener->session] = listener->next;
  } else {
    by_session_.erase(listener->session);
  }
  ++listener->event->dead;
  --listener->event->emitter->live;
  --live_;
}

void ListenerRegistry::Compact(EventListeners& event) {
  if (event.dead * 2 <= event.listeners.size()) return;
  std::erase_if(event.listeners,
                [](const auto& listener) { return listener->callback == nullptr; });
  event.dead = 0;
  if (!event.listeners.empty()) return;
  EmitterListeners* of_emitter = event.emitter;
  std::erase_if(of_emitter->events, [&event](const auto& other) { return other.get() == &event; });
  if (!of_emitter->events.empty()) return;
  of_emitter->emitter->listeners_.store(nullptr, std::memory_order_release);
  delete of_emitter;
}

bool ListenerRegistry::Remove(EventEmitter& emitter, std::string_view event,
                              const Object& callback) {
  Dropped dropped;
  base::MutexLock lock(mu_);
  EmitterListeners* of_emitter = Of(emitter);
  EventListeners* of_event = of_emitter == nullptr ? nullptr : of_emitter->Find(event);
  if (of_event == nullptr) return false;
  auto found = std::find_if(
      of_event->listeners.rbegin(), of_event->listeners.rend(), [&](const auto& listener) {
        return listener->callback != nullptr &&
               (listener->callback.get() == &callback || listener->callback->Same(callback));
      });
  if (found == of_event->listeners.rend()) return false;
  Drop(found->get(), dropped);
  Compact(*of_event);
  return true;
}

void ListenerRegistry::RemoveIf(EventEmitter& emitter, const Condition& condition,
                                Dropped& dropped) {
  EmitterListeners* of_emitter = Of(emitter);
  if (of_emitter == nullptr) return;
  std::vector<EventListeners*> touched;
  for (const auto& event : of_emitter->events) {
    size_t before = event->dead;
    for (const auto& listener : event->listeners) {
      if (listener->callback != nullptr && condition(*event, *listener))
        Drop(listener.get(), dropped);
    }
    if (event->dead != before) touched.push_back(event.get());
  }
  for (EventListeners* event : touched) Compact(*event);
}

void ListenerRegistry::RemoveAll(EventEmitter& emitter, std::string_view event,
                                 const SessionRef& session) {
  Dropped dropped;
  base::MutexLock lock(mu_);
  RemoveIf(
      emitter,
      [&](const EventListeners& of_event, const Listener& listener) {
        return (event.empty() || of_event.name == event) &&
               (session == nullptr || listener.session == session->id());
      },
      dropped);
}

size_t ListenerRegistry::Count(const EventEmitter& emitter, std::string_view event) const {
  base::MutexLock lock(mu_);
  const EmitterListeners* of_emitter = Of(emitter);
  if (of_emitter == nullptr) return 0;
  if (event.empty()) return of_emitter->live;
  const EventListeners* of_event = of_emitter->Find(event);
  return of_event == nullptr ? 0 : of_event->listeners.size() - of_event->dead;
}

std::vector<ObjectRef> ListenerRegistry::Take(EventEmitter& emitter, std::string_view event) {
  std::vector<ObjectRef> callbacks;
  Dropped dropped;
  base::MutexLock lock(mu_);
  EmitterListeners* of_emitter = Of(emitter);
  EventListeners* of_event = of_emitter == nullptr ? nullptr : of_emitter->Find(event);
  if (of_event == nullptr) return callbacks;
  callbacks.reserve(of_event->listeners.size() - of_event->dead);
  for (const auto& listener : of_event->listeners) {
    if (listener->callback == nullptr) continue;
    callbacks.push_back(listener->callback);
    if (listener->once) Drop(listener.get(), dropped);
  }
  if (!dropped.empty()) Compact(*of_event);
  return callbacks;
}

void ListenerRegistry::Detach(EventEmitter& emitter, const ObjectRef& callback) {
  Dropped dropped;
  {
    base::MutexLock lock(mu_);
    RemoveIf(
        emitter,
        [&](const EventListeners& /*event*/, const Listener& listener) {
          return listener.callback == callback;
        },
        dropped);
  }
  CountDetached(dropped);
}

void ListenerRegistry::EndSession(const SessionId& session) {
  Dropped dropped;
  {
    base::MutexLock lock(mu_);
    DropList(session, Which::kAll, dropped);
    DropList(SessionId(), Which::kGone, dropped);
  }
  CountDetached(dropped);
}

void ListenerRegistry::DropList(const SessionId& session, Which which, Dropped& dropped) {
  auto found = by_session_.find(session);
  Listener* next = found == by_session_.end() ? nullptr : found->second;
  while (next != nullptr) {
    Listener* listener = std::exchange(next, next->next);
    if (which == Which::kGone && listener->callback->gone() == GoneReason::kAlive) continue;
    EventListeners& event = *listener->event;
    Drop(listener, dropped);
    Compact(event);
  }
}

void ListenerRegistry::CountDetached(const Dropped& dropped) {
  if (dropped.empty()) return;
  std::map<std::string_view, uint64_t> by_site;
  for (const ObjectRef& callback : dropped) ++by_site[callback->site()];
  base::MutexLock lock(mu_);
  detached_ += dropped.size();
  for (const auto& [site, count] : by_site) {
    std::string_view name = site.empty() ? "unknown" : site;
    auto known = detached_by_site_.find(name);
    if (known == detached_by_site_.end()) {
      if (detached_by_site_.size() >= kMaxSites) name = "other";
      known = detached_by_site_.try_emplace(std::string(name)).first;
    }
    known->second += count;
  }
}

HostedModule::ListenerCounts ListenerRegistry::counts() const {
  HostedModule::ListenerCounts counts;
  base::MutexLock lock(mu_);
  counts.live = live_;
  counts.detached = detached_;
  counts.detached_by_site.assign(detached_by_site_.begin(), detached_by_site_.end());
  std::stable_sort(counts.detached_by_site.begin(), counts.detached_by_site.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (counts.detached_by_site.size() > kShownSites) counts.detached_by_site.resize(kShownSites);
  return counts;
}

}  // namespace hawser::internal
