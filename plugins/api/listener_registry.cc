#include "hawser/listener_registry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"
#include "hawser/class_info.h"
#include "hawser/event_emitter.h"
#include "hawser/module.h"

// Invariants, under mu_:
// - A Listener with a callback is live: it is in by_number_, counted in its emitter's `live`, and
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
  uint64_t number;
  uint64_t lost = 0;  // events
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

ListenerRegistry::ListenerRegistry(Module& module) : module_(module) {}
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
                                                      .number = ++last_number_,
                                                      .once = once});
  if (first != nullptr) first->previous = listener.get();
  first = listener.get();
  by_number_.emplace(listener->number, listener.get());
  of_event->listeners.push_back(std::move(listener));
  ++of_emitter->live;
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
  by_number_.erase(listener->number);
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

std::vector<ListenerRegistry::Taken> ListenerRegistry::Take(EventEmitter& emitter,
                                                            std::string_view event) {
  std::vector<Taken> taken;
  Dropped dropped;
  base::MutexLock lock(mu_);
  EmitterListeners* of_emitter = Of(emitter);
  EventListeners* of_event = of_emitter == nullptr ? nullptr : of_emitter->Find(event);
  if (of_event == nullptr) return taken;
  taken.reserve(of_event->listeners.size() - of_event->dead);
  for (const auto& listener : of_event->listeners) {
    if (listener->callback == nullptr) continue;
    taken.push_back({listener->callback, listener->number});
    if (listener->once) Drop(listener.get(), dropped);
  }
  if (!dropped.empty()) Compact(*of_event);
  return taken;
}

Reply ListenerRegistry::ReplyFor(uint64_t listener) {
  module_.AddPin();
  return Reply(this, listener);
}

void ListenerRegistry::Deliver(uint64_t listener, Outcome outcome) {
  if (!outcome.ok()) CountLost(listener, outcome.error());
  module_.RemovePin();
}

void ListenerRegistry::CountLost(uint64_t listener, const Error& why) {
  // The callback or its session is over, which is no matter of this event: it is detached.
  if (why.code() == absl::StatusCode::kNotFound || why.code() == absl::StatusCode::kUnavailable)
    return;
  std::string what;
  {
    base::MutexLock lock(mu_);
    ++lost_;
    auto found = by_number_.find(listener);
    if (found == by_number_.end()) {
      CountAt(lost_by_site_, "", 1);
      what = "an event for a listener that waited for it alone";
    } else {
      Listener& known = *found->second;
      CountAt(lost_by_site_, known.callback->site(), 1);
      if (known.lost++ > 0) return;
      // An emitter that still has listeners is still there.
      const EventEmitter& emitter = *known.event->emitter->emitter;
      std::string_view site = known.callback->site();
      what = absl::StrCat(
          "an event '", known.event->name, "' of ",
          emitter.class_info() == nullptr ? "an object" : emitter.class_info()->name(),
          emitter.oid() == ObjectId() ? "" : absl::StrCat(" @", emitter.oid().value()),
          known.session == SessionId() ? " for the module itself"
                                       : absl::StrCat(" for session ", known.session.ToString()),
          site.empty() ? "" : absl::StrCat(" (listener made at ", base::ToAbsl(site), ")"));
    }
  }
  module_.LogWarning(absl::StrCat(what, " was lost: ", base::ToAbsl(why.message()),
                                  "; of further ones only the number is kept"));
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

bool ListenerRegistry::EndSession(const SessionId& session) {
  Dropped dropped;
  bool any = false;
  {
    base::MutexLock lock(mu_);
    any = by_session_.contains(session);
    DropList(session, Which::kAll, dropped);
    DropList(SessionId(), Which::kGone, dropped);
  }
  CountDetached(dropped);
  return any;
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
  for (const auto& [site, count] : by_site) CountAt(detached_by_site_, site, count);
}

void ListenerRegistry::CountAt(BySite& counts, std::string_view site, uint64_t count) {
  std::string_view name = site.empty() ? "unknown" : site;
  auto known = counts.find(name);
  if (known == counts.end()) {
    if (counts.size() >= kMaxSites) name = "other";
    known = counts.try_emplace(std::string(name)).first;
  }
  known->second += count;
}

namespace {

// Most first.
std::vector<std::pair<std::string, uint64_t>> Shown(
    const std::map<std::string, uint64_t, std::less<>>& counts) {
  std::vector<std::pair<std::string, uint64_t>> shown(counts.begin(), counts.end());
  std::stable_sort(shown.begin(), shown.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (shown.size() > kShownSites) shown.resize(kShownSites);
  return shown;
}

}  // namespace

HostedModule::ListenerCounts ListenerRegistry::counts() const {
  HostedModule::ListenerCounts counts;
  base::MutexLock lock(mu_);
  counts.live = by_number_.size();
  counts.detached = detached_;
  counts.detached_by_site = Shown(detached_by_site_);
  counts.lost = lost_;
  counts.lost_by_site = Shown(lost_by_site_);
  return counts;
}

}  // namespace hawser::internal
