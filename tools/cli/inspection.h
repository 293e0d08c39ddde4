#ifndef TOOLS_CLI_INSPECTION_H_
#define TOOLS_CLI_INSPECTION_H_

// What several commands ask of the object `broker`, and how it is shown.

#include <cstdint>
#include <functional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawser/value.h"
#include "tools/cli/context.h"
#include "tools/cli/session.h"
#include "tools/cli/view.h"

namespace hawser::cli {

// Hands every page of what `method` lists to `take`, which may end it with an error. Methods that
// page take a cursor and a limit before `filters` and answer {items, next}.
absl::Status ForEachPage(Session& session, std::string_view method, const Array& filters,
                         const std::function<absl::Status(const Array&)>& take);

// What `method` says of the session whose id begins with `prefix`; of one that ended, when and why
// it did: Exit::kNotFound.
absl::StatusOr<Value> InspectSession(Context& context, std::string_view method,
                                     std::string_view prefix);

// The sessions that hold the object, this one left out.
absl::StatusOr<Array> HoldersOf(Session& session, uint64_t oid);
extern const View kHolderView;

// Records with `oid` and `holders`, and those in their `children`, without what only this session
// holds to be able to ask at all: somebody who looks is not to see themselves. A record that is
// there for its name stays, without an object.
Array WithoutOwn(const Session& session, const Array& records);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_INSPECTION_H_
