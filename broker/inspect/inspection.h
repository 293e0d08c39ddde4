#ifndef HAWSER_BROKER_INSPECT_INSPECTION_H_
#define HAWSER_BROKER_INSPECT_INSPECTION_H_

// The built-in module `broker`: what lives in this broker, who holds it, since when and why, as an
// ordinary object that `remote.broker` gives. Its records are what the command line prints as JSON,
// so their fields are kept.
//
// Only root and the broker's own user may use it; others get PERMISSION_DENIED. It runs on a strand
// of its own, pages through everything that can be large, and never stops the broker's work. Paging
// methods take a cursor (nothing: the beginning) and a limit, and answer {items, next}; `next` is
// null at the end. Times are dates. Text that came in as no UTF-8 has '?' for each such byte.
//
//   status()                        {state, version, pid, since, addresses, modules, sessions,
//                                    detached, objects, callbacks, calls, ended, epoch};
//                                   state: serving, draining; calls: of sessions that live
//   sessions(cursor?, limit?)       [{session, pid, uid, program, name, state, objects, callbacks,
//                                     pending, answers, since, transport, queued_bytes, calls}];
//                                   state: attached, detached, expired; answers: kept for later
//                                   calls of the session, and with them the objects in them
//   session(prefix)                 one of those, with attributes and held: [{oid, class, since,
//                                   via}] (first page)
//   kick(prefix)                    ends it: everything it holds is released; true
//   leases(cursor?, limit?)         [{session, program, state, ttl_ms, left_ms, objects, callbacks}]
//   lease(prefix)                   one of those
//   tombstones(cursor?, limit?)     sessions that ended, newest first: [{session, pid, uid, program,
//                                     name, state: "ended", reason, why, objects, callbacks, calls,
//                                     since, ended}]
//   objects(cursor?, limit?, {class?, module?}?)
//                                   [{oid, class, kind, module, holders, since, site}];
//                                   holders counts handles
//   object(oid)                     one of those
//   holders(oid)                    [{session, pid, program, name, since, via, handle}]
//   lookup(oid)                     the object itself
//   modules()                       [{name, kind, type, objects, holders, version, since, provider,
//                                     path, oid}]; kind: built-in, plugin, provided, global
//   plugins()                       [{name, version, state, objects, listeners, detached, lost, since,
//                                     path, error}]; state: loaded, failed
//   listeners()                     [{module, live, detached, lost, sites: [{site, detached, lost}]}]
//   tree(name?)                     [{name, kind, oid, holders, gone, member, children, more}]:
//                                   modules, their members, and live objects: of a class that the
//                                   module exports below its constructor; `more` live objects of
//                                   the module are left out, beyond the first page
//
// It answers while the broker drains too, to who was there before: one can see what a drain waits
// for.
//
// NOT_FOUND for an oid nobody holds or a session that is not there; INVALID_ARGUMENT for a prefix
// of several.

#include "absl/status/status.h"
#include "broker/broker.h"

namespace hawser::broker {

// Adds the module; `broker` outlives it. ALREADY_EXISTS if something else took the name.
absl::Status AddInspection(Broker& broker);

}  // namespace hawser::broker

#endif  // HAWSER_BROKER_INSPECT_INSPECTION_H_
