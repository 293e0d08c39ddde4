#ifndef TOOLS_CLI_RESOLVE_H_
#define TOOLS_CLI_RESOLVE_H_

// From an address to what is there. What is not there is said with what is near it:
// Exit::kNotFound.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "hawser/remote_object.h"
#include "hawser/shape.h"
#include "hawser/value.h"
#include "tools/cli/address.h"
#include "tools/cli/json_tags.h"
#include "tools/cli/session.h"

namespace hawser::cli {

// The value at `address`. Promises on the way, and at its end, are awaited.
absl::StatusOr<Value> Resolve(Session& session, const Address& address);

// Whether there is something at `address`, and not destroyed. An object that is named by its id is
// not held meanwhile.
absl::StatusOr<bool> Exists(Session& session, const Address& address);

// The object at `address`; Exit::kUsage if what is there is no object.
absl::StatusOr<RemoteObject> ResolveObject(Session& session, const Address& address);

// What a call, a property or a constructor's address names: an object, and the member of it that
// the last step is.
struct Target {
  RemoteObject object;
  std::string text;    // as it was written: "counter.add"
  std::string member;  // "": the object itself
  // The member as `shape` shows it; null for the object itself.
  const Member* info = nullptr;
  ShapeRef shape;
};
absl::StatusOr<Target> ResolveTarget(Session& session, const Address& address);

// Gives the object at an address, for arguments. `session` outlives it.
ObjectLookup LookupIn(Session& session);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_RESOLVE_H_
