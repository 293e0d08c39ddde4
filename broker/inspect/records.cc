#include "broker/inspect/records.h"

#include <utility>
#include <vector>

#include "hawser/base/string_view.h"

namespace hawser::broker {
namespace {

Value UidOf(const SessionView& session) {
  std::optional<uid_t> uid = session.uid();
  return uid ? Value(static_cast<int64_t>(*uid)) : Value(nullptr);
}

Value DateOfSeconds(uint32_t seconds) { return Value(Date::From(absl::FromUnixSeconds(seconds))); }

link::LinkStats StatsOf(const Session& session) {
  return session.Inspect([](const link::Link& link) { return link.stats(); });
}

std::string StateOf(const Session& session) {
  if (session.ended() || session.lease().state() == Lease::State::kExpired) return "expired";
  return session.attached() ? "attached" : "detached";
}

}  // namespace

Record SessionRecord(const Session& session) {
  link::LinkStats stats = StatsOf(session);
  const SessionInfo& info = session.info();
  return Record{{"session", info.id().ToString()},
                {"pid", static_cast<int64_t>(info.pid())},
                {"uid", UidOf(info)},
                {"program", session.program()},
                {"name", session.DisplayName()},
                {"state", StateOf(session)},
                {"objects", stats.exports},
                {"callbacks", stats.imports},
                {"pending", stats.calls_running},
                {"answers", stats.answers},
                {"since", Date::From(info.since())},
                {"transport", session.transport_description()},
                {"queued_bytes", stats.replay_bytes},
                {"calls", stats.calls_received}};
}

Record LeaseRecord(const Session& session) {
  link::LinkStats stats = StatsOf(session);
  return Record{{"session", session.id().ToString()},
                {"program", session.program()},
                {"state", StateOf(session)},
                {"ttl_ms", absl::ToInt64Milliseconds(session.lease().ttl())},
                {"left_ms", absl::ToInt64Milliseconds(session.lease().left())},
                {"objects", stats.exports},
                {"callbacks", stats.imports}};
}

Record TombstoneRecord(const Tombstone& tombstone) {
  return Record{{"session", tombstone.session->id().ToString()},
                {"pid", static_cast<int64_t>(tombstone.session->pid())},
                {"uid", UidOf(*tombstone.session)},
                {"program", tombstone.program},
                {"name", tombstone.name},
                {"state", "ended"},
                {"reason", EndReasonName(tombstone.reason)},
                {"why", base::ToStd(tombstone.why.message())},
                {"objects", tombstone.objects},
                {"callbacks", tombstone.callbacks},
                {"calls", tombstone.calls},
                {"since", Date::From(tombstone.session->since())},
                {"ended", Date::From(tombstone.ended)}};
}

Record ObjectRecord(Broker& broker, const Object& object, const ObjectRegistry::Info& info) {
  ShapeRef shape = object.shape();
  return Record{{"oid", info.id.value()},
                {"class", ClassOf(object)},
                {"kind", ObjectKindName(shape->kind())},
                {"module", broker.homes().ModuleOf(object)},
                {"holders", info.holders},
                {"since", DateOfSeconds(info.born_s)},
                {"gone", GoneOf(object)},
                {"site", object.site().empty() ? Value(nullptr) : Value(object.site())}};
}

Array HeldBy(Broker& broker, const Session& session, size_t limit) {
  struct Held {
    ObjectRef object;
    uint32_t since_s;
    std::string via;
  };
  std::vector<Held> held;
  session.Inspect([&](const link::Link& link) {
    link.exports().ForEach([&](uint64_t /*handle*/, const link::ExportTable::Entry& entry) {
      if (held.size() < limit)
        held.push_back({entry.object, entry.since_s, link.ViaName(entry.via)});
    });
    return 0;
  });
  // Shapes are asked for, and references given up, where no session is locked.
  Array items;
  for (const Held& entry : held) {
    items.emplace_back(Record{{"oid", broker.objects().IdOf(entry.object.get()).value()},
                              {"class", ClassOf(*entry.object)},
                              {"since", DateOfSeconds(entry.since_s)},
                              {"via", entry.via},
                              {"gone", GoneOf(*entry.object)}});
  }
  return items;
}

Record HolderRecord(const Session& session, const Object& object) {
  Record record;
  session.Inspect([&](const link::Link& link) {
    std::optional<uint64_t> handle = link.exports().HandleOf(&object);
    if (!handle) {
      // It may be held by an older handle alone, whose object was described since.
      std::vector<uint64_t> older;
      link.exports().HandlesOf(&object, &older);
      if (!older.empty()) handle = older.front();
    }
    const link::ExportTable::Entry* entry = handle ? link.exports().Find(*handle) : nullptr;
    if (entry == nullptr) return 0;
    record.Set("since", DateOfSeconds(entry->since_s));
    record.Set("via", link.ViaName(entry->via));
    record.Set("handle", *handle);
    return 0;
  });
  if (record.empty()) return record;
  record.Set("session", session.id().ToString());
  record.Set("pid", static_cast<int64_t>(session.info().pid()));
  record.Set("program", session.program());
  record.Set("name", session.DisplayName());
  record.Set("gone", GoneOf(object));
  return record;
}

std::map<std::string, int64_t, std::less<>> ObjectsByModule(Broker& broker) {
  constexpr size_t kPage = 1000;
  std::map<std::string, int64_t, std::less<>> counts;
  uint64_t cursor = 0;
  do {
    for (const auto& [object, info] : broker.objects().Page(cursor, kPage, &cursor)) {
      ++counts[broker.homes().ModuleOf(*object)];
    }
  } while (cursor != 0);
  return counts;
}

int64_t HoldersOf(Broker& broker, const Value& value) {
  ObjectRegistry::Info info{};
  if (!value.is_object()) return 0;
  ObjectId id = broker.objects().IdOf(value.AsObject());
  return id != ObjectId() && broker.objects().Find(id, &info) ? info.holders : 0;
}

Value OidOf(Broker& broker, const Value& value) {
  uint64_t oid = value.is_object() ? broker.objects().IdOf(value.AsObject()).value() : 0;
  return oid == 0 ? Value(nullptr) : Value(oid);
}

Value GoneOf(const Object& object) {
  GoneReason reason = object.gone();
  return reason == GoneReason::kAlive ? Value(nullptr) : Value(GoneReasonName(reason));
}

Value ExportsOf(const ModuleRegistry::Listed& listed) {
  return listed.module != nullptr ? listed.module->exports() : Value(listed.provided);
}

std::string_view KindOf(const ModuleRegistry::Listed& listed) {
  if (listed.module == nullptr) return "provided";
  // A plugin may be a built-in as well, and then is asked for as one.
  return listed.path.empty() || listed.module->builtin() ? "built-in" : "plugin";
}

std::string TypeOf(const Value& value) {
  if (!value.is_object()) return std::string(KindName(value.kind()));
  return std::string(ObjectKindName(value.AsObject()->shape()->kind()));
}

std::string ClassOf(const Object& object) {
  ShapeRef shape = object.shape();
  return shape->name().empty() ? std::string(ObjectKindName(shape->kind())) : shape->name();
}

}  // namespace hawser::broker
