#ifndef HAWSER_BROKER_INSPECT_RECORDS_H_
#define HAWSER_BROKER_INSPECT_RECORDS_H_

// Sessions, leases and objects as the records inspection.h lists.

#include <map>
#include <string>
#include <string_view>

#include "broker/broker.h"
#include "hawser/record.h"

namespace hawser::broker {

Record SessionRecord(const Session& session);
Record LeaseRecord(const Session& session);
Record TombstoneRecord(const Tombstone& tombstone);
Record ObjectRecord(Broker& broker, const Object& object, const ObjectRegistry::Info& info);
// What `session` holds, at most `limit` objects: [{oid, class, since, via}].
Array HeldBy(Broker& broker, const Session& session, size_t limit);
// How `session` holds the object; an empty record if it does not.
Record HolderRecord(const Session& session, const Object& object);

// Live objects that are at home in each module.
std::map<std::string, int64_t, std::less<>> ObjectsByModule(Broker& broker);
// Handles to `value`, if it is an object somebody holds.
int64_t HoldersOf(Broker& broker, const Value& value);

// Its id; null if it is no object, or one nobody holds.
Value OidOf(Broker& broker, const Value& value);
// Why `object` can no longer be used; null if it can. Whoever holds it goes on holding it.
Value GoneOf(const Object& object);

Value ExportsOf(const ModuleRegistry::Listed& listed);
// "built-in", "plugin", "provided".
std::string_view KindOf(const ModuleRegistry::Listed& listed);
// "sqlite", "constructor", "string", ...: what kind of value it is, of objects what kind of object.
std::string TypeOf(const Value& value);
// Class or function name; the kind for what has none.
std::string ClassOf(const Object& object);

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_INSPECT_RECORDS_H_
