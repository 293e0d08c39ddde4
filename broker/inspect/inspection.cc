#include "broker/inspect/inspection.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "broker/inspect/readable.h"
#include "broker/inspect/records.h"
#include "broker/inspect/tree.h"
#include "hawser/base/status_macros.h"
#include "hawser/base/string_view.h"
#include "hawser/module.h"

namespace hawser::broker {
namespace {

using Cursor = std::optional<Value>;
using Limit = std::optional<int64_t>;
using Result = absl::StatusOr<Value>;

std::string_view StateName(Broker::State state) {
  return state == Broker::State::kServing ? "serving" : "draining";
}

Record Page(Array items, Value next) {
  return Record{{"items", std::move(items)}, {"next", std::move(next)}};
}

// What the methods of the module do. Strand-bound.
class Inspection {
 public:
  explicit Inspection(Broker& broker) : broker_(broker) {}

  Result Status() {
    int64_t detached = 0;
    uint64_t callbacks = 0;
    std::vector<std::pair<SessionId, uint64_t>> calls;
    std::vector<Ref<Session>> sessions = broker_.sessions().All();
    for (const Ref<Session>& session : sessions) {
      link::LinkStats stats = session->Inspect([](const link::Link& link) { return link.stats(); });
      detached += session->attached() ? 0 : 1;
      callbacks += stats.imports;
      calls.emplace_back(session->id(), stats.calls_received);
    }
    Array addresses;
    for (const std::string& address : broker_.addresses()) addresses.emplace_back(address);
    return Value(Record{{"state", StateName(broker_.state())},
                        {"version", broker_.options().version},
                        {"pid", static_cast<int64_t>(getpid())},
                        {"since", Date::From(broker_.since())},
                        {"addresses", std::move(addresses)},
                        {"modules", broker_.modules().List().size()},
                        {"sessions", sessions.size()},
                        {"detached", detached},
                        {"objects", broker_.objects().size()},
                        {"callbacks", callbacks},
                        {"calls", broker_.sessions().tombstones().CallsWith(calls)},
                        {"ended", broker_.sessions().tombstones().total()},
                        {"epoch", static_cast<int64_t>(broker_.epoch().value())}});
  }

  Result Sessions(const Cursor& cursor, Limit limit) {
    return PageOf(cursor, limit, &SessionRecord);
  }
  Result Leases(const Cursor& cursor, Limit limit) { return PageOf(cursor, limit, &LeaseRecord); }

  Result OneSession(std::string_view prefix) {
    HAWSER_ASSIGN_OR_RETURN(Ref<Session> session, broker_.sessions().FindByPrefix(prefix));
    Record record = SessionRecord(*session);
    Record attributes;
    for (const auto& [key, value] : session->info().attributes()) attributes.Append(key, value);
    record.Set("attributes", std::move(attributes));
    record.Set("held", HeldBy(broker_, *session, broker_.options().limits.page));
    return Value(std::move(record));
  }
  Result OneLease(std::string_view prefix) {
    HAWSER_ASSIGN_OR_RETURN(Ref<Session> session, broker_.sessions().FindByPrefix(prefix));
    return Value(LeaseRecord(*session));
  }
  Result Kick(std::string_view prefix) {
    HAWSER_ASSIGN_OR_RETURN(Ref<Session> session, broker_.sessions().FindByPrefix(prefix));
    broker_.sessions().EndSoon(std::move(session), EndReason::kKicked,
                               absl::PermissionDeniedError("an administrator ended this session"));
    return Value(true);
  }

  Result Tombstones(const Cursor& cursor, Limit limit) {
    HAWSER_ASSIGN_OR_RETURN(int64_t skip, NumberOf(cursor));
    size_t size = SizeOf(limit);
    Array items;
    for (const Tombstone& tombstone :
         broker_.sessions().tombstones().List(static_cast<size_t>(skip), size)) {
      items.emplace_back(TombstoneRecord(tombstone));
    }
    bool more = items.size() == size;
    return Value(
        Page(std::move(items), more ? Value(skip + static_cast<int64_t>(size)) : Value(nullptr)));
  }

  Result Objects(const Cursor& cursor, Limit limit, const std::optional<Record>& filter) {
    HAWSER_ASSIGN_OR_RETURN(int64_t from, NumberOf(cursor));
    auto next = static_cast<uint64_t>(from);
    Array items;
    for (const auto& [object, info] : broker_.objects().Page(next, SizeOf(limit), &next)) {
      Record record = ObjectRecord(broker_, *object, info);
      if (!filter || Matches(record, *filter)) items.emplace_back(std::move(record));
    }
    return Value(Page(std::move(items), next == 0 ? Value(nullptr) : Value(next)));
  }
  Result OneObject(int64_t oid) {
    ObjectRegistry::Info info{};
    HAWSER_ASSIGN_OR_RETURN(ObjectRef object, Find(oid, &info));
    return Value(ObjectRecord(broker_, *object, info));
  }
  Result Holders(int64_t oid) {
    std::vector<ObjectRef> objects =
        broker_.objects().FindAll(ObjectId(static_cast<uint64_t>(oid)));
    if (objects.empty()) return NobodyHolds(oid);
    Array holders;
    for (const Ref<Session>& session : broker_.sessions().All()) {
      for (const ObjectRef& object : objects) {
        if (Record record = HolderRecord(*session, *object); !record.empty()) {
          holders.emplace_back(std::move(record));
        }
      }
    }
    return Value(std::move(holders));
  }
  Result Lookup(int64_t oid) {
    HAWSER_ASSIGN_OR_RETURN(ObjectRef object, Find(oid, nullptr));
    return Value(std::move(object));
  }

  Result Modules() {
    auto counts = ObjectsByModule(broker_);
    Array items;
    std::map<std::string, absl::Time, std::less<>> since;  // of modules, for their globals
    for (const ModuleRegistry::Listed& listed : broker_.modules().List()) {
      items.emplace_back(ModuleRecord(listed, counts[listed.name]));
      if (listed.module != nullptr) since[listed.name] = listed.since;
    }
    for (const ModuleRegistry::ModulePtr& module : *broker_.modules().modules()) {
      for (const std::string& name : module->GlobalNames()) {
        Value value = module->Global(name);
        items.emplace_back(Record{{"name", name},
                                  {"kind", "global"},
                                  {"type", TypeOf(value)},
                                  {"holders", HoldersOf(broker_, value)},
                                  {"since", Date::From(since[std::string(module->name())])},
                                  {"oid", OidOf(broker_, value)},
                                  {"path", ""}});
      }
    }
    return Value(std::move(items));
  }
  Result Plugins() {
    auto counts = ObjectsByModule(broker_);
    Array items;
    for (const ModuleRegistry::Listed& listed : broker_.modules().List()) {
      if (listed.module == nullptr || listed.path.empty()) continue;
      HostedModule::ListenerCounts listeners = listed.module->listeners();
      items.emplace_back(Record{{"name", listed.name},
                                {"version", listed.module->version()},
                                {"state", "loaded"},
                                {"objects", counts[listed.name]},
                                {"listeners", listeners.live},
                                {"detached", listeners.detached},
                                {"lost", listeners.lost},
                                {"since", Date::From(listed.since)},
                                {"path", listed.path},
                                {"error", nullptr}});
    }
    for (const Broker::RefusedPlugin& refused : broker_.refused_plugins()) {
      std::string name = refused.path.substr(refused.path.rfind('/') + 1);
      items.emplace_back(Record{{"name", name},
                                {"state", "failed"},
                                {"since", Date::From(refused.when)},
                                {"path", refused.path},
                                {"error", base::ToStd(refused.why.message())}});
    }
    return Value(std::move(items));
  }
  Result Listeners() {
    Array items;
    for (const ModuleRegistry::ModulePtr& module : *broker_.modules().modules()) {
      HostedModule::ListenerCounts listeners = module->listeners();
      Array sites;
      std::map<std::string, std::pair<uint64_t, uint64_t>> by_site;
      for (const auto& [site, detached] : listeners.detached_by_site)
        by_site[site].first = detached;
      for (const auto& [site, lost] : listeners.lost_by_site) by_site[site].second = lost;
      for (const auto& [site, counts] : by_site) {
        sites.emplace_back(
            Record{{"site", site}, {"detached", counts.first}, {"lost", counts.second}});
      }
      items.emplace_back(Record{{"module", module->name()},
                                {"live", listeners.live},
                                {"detached", listeners.detached},
                                {"lost", listeners.lost},
                                {"sites", std::move(sites)}});
    }
    return Value(std::move(items));
  }

  Result Tree(const std::optional<std::string>& name) {
    Array roots = TreeOf(broker_, name);
    if (name && roots.empty()) return absl::NotFoundError("no module named '" + *name + "'");
    return Value(std::move(roots));
  }

 private:
  static absl::StatusOr<int64_t> NumberOf(const Cursor& cursor) {
    if (!cursor || cursor->is_undefined() || cursor->is(Kind::kNull)) return 0;
    HAWSER_ASSIGN_OR_RETURN(int64_t number, cursor->As<int64_t>());
    if (number < 0) return absl::InvalidArgumentError("a cursor is what `next` said, or nothing");
    return number;
  }
  size_t SizeOf(Limit limit) const {
    auto most = static_cast<int64_t>(broker_.options().limits.page);
    return static_cast<size_t>(std::clamp<int64_t>(limit.value_or(most), 1, most));
  }

  Result PageOf(const Cursor& cursor, Limit limit, Record (*record)(const Session&)) {
    SessionId after;
    if (cursor && !cursor->is_undefined() && !cursor->is(Kind::kNull)) {
      HAWSER_ASSIGN_OR_RETURN(after, SessionId::Parse(cursor->AsString()));
    }
    std::vector<Ref<Session>> sessions = broker_.sessions().Page(after, SizeOf(limit));
    Array items;
    for (const Ref<Session>& session : sessions) items.emplace_back(record(*session));
    bool more = sessions.size() == SizeOf(limit);
    return Value(
        Page(std::move(items), more ? Value(sessions.back()->id().ToString()) : Value(nullptr)));
  }

  absl::StatusOr<ObjectRef> Find(int64_t oid, ObjectRegistry::Info* info) {
    ObjectRef object = broker_.objects().Find(ObjectId(static_cast<uint64_t>(oid)), info);
    if (!object) return NobodyHolds(oid);
    return object;
  }
  static absl::Status NobodyHolds(int64_t oid) {
    return absl::NotFoundError(absl::StrCat("no session holds an object @", oid));
  }

  static bool Matches(const Record& object, const Record& filter) {
    for (std::string_view field : {"class", "module"}) {
      const Value* wanted = filter.Find(field);
      if (wanted != nullptr && !wanted->is_undefined() && !(object[field] == *wanted)) return false;
    }
    return true;
  }

  Record ModuleRecord(const ModuleRegistry::Listed& listed, int64_t objects) {
    Value exports = ExportsOf(listed);
    bool provided = listed.module == nullptr;
    return Record{{"name", listed.name},
                  {"kind", KindOf(listed)},
                  {"type", TypeOf(exports)},
                  {"objects", objects},
                  {"holders", HoldersOf(broker_, exports)},
                  {"version", provided ? Value(nullptr) : Value(listed.module->version())},
                  {"since", Date::From(listed.since)},
                  {"provider", provided ? Value(listed.provider.ToString()) : Value(nullptr)},
                  {"path", listed.path},
                  {"oid", OidOf(broker_, exports)}};
  }

  Broker& broker_;
};

absl::Status CheckAllowed(const Caller& caller) {
  SessionRef session = caller.session();
  if (session == nullptr) {
    // Module code calls any function that any client hands to it.
    return absl::PermissionDeniedError("the broker is inspected by sessions, not by modules");
  }
  std::optional<uid_t> uid = session->uid();
  if (uid && (*uid == 0 || *uid == geteuid())) return absl::OkStatus();
  return absl::PermissionDeniedError(
      "the broker is inspected by root and by the user it runs as; this session is " +
      (uid ? "user " + std::to_string(*uid) : std::string("of no known user")));
}

// A method of the module: only for those who may. What it answers with can be sent, whatever the
// modules and files it tells of are called.
template <typename... P>
void Define(Module& module, const std::shared_ptr<Inspection>& inspection, const char* name,
            Result (Inspection::*method)(P...), const char* doc) {
  module
      .Function(name,
                [inspection, method](const Caller& caller, std::decay_t<P>... args) -> Result {
                  HAWSER_RETURN_IF_ERROR(CheckAllowed(caller));
                  HAWSER_ASSIGN_OR_RETURN(Value answer,
                                          ((*inspection).*method)(std::move(args)...));
                  return Readable(std::move(answer));
                })
      .Doc(doc);
}

}  // namespace

absl::Status AddInspection(Broker& broker) {
  auto inspection = std::make_shared<Inspection>(broker);
  auto body = [&](Module& module) {
    module.Version(broker.options().version).Builtin();
    Define(module, inspection, "status", &Inspection::Status, "State and counts of the broker.");
    Define(module, inspection, "sessions", &Inspection::Sessions, "A page of the sessions.");
    Define(module, inspection, "session", &Inspection::OneSession,
           "One session, by the beginning of its id, with what it holds.");
    Define(module, inspection, "kick", &Inspection::Kick,
           "Ends a session: everything it holds is released.");
    Define(module, inspection, "leases", &Inspection::Leases, "A page of the leases.");
    Define(module, inspection, "lease", &Inspection::OneLease, "The lease of one session.");
    Define(module, inspection, "tombstones", &Inspection::Tombstones,
           "A page of the sessions that ended, newest first.");
    Define(module, inspection, "objects", &Inspection::Objects,
           "A page of the objects that sessions hold; {class, module} filters.");
    Define(module, inspection, "object", &Inspection::OneObject, "One object, by its id.");
    Define(module, inspection, "holders", &Inspection::Holders,
           "The sessions that hold an object.");
    Define(module, inspection, "lookup", &Inspection::Lookup, "The object of that id itself.");
    Define(module, inspection, "modules", &Inspection::Modules, "Modules, built-ins and globals.");
    Define(module, inspection, "plugins", &Inspection::Plugins, "Plugins, loaded or refused.");
    Define(module, inspection, "listeners", &Inspection::Listeners,
           "Listeners of each module, and where those were registered that outlived their client.");
    Define(module, inspection, "tree", &Inspection::Tree, "Modules, their members, live objects.");
  };
  HAWSER_ASSIGN_OR_RETURN(std::unique_ptr<Module> module,
                          Module::Make(broker.NewHost("broker"), "broker", body));
  return broker.AddModule(std::move(module));
}

}  // namespace hawser::broker
