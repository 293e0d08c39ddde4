#ifndef TOOLS_CLI_INSPECTION_H_
#define TOOLS_CLI_INSPECTION_H_

// What several commands ask of the object `broker`, and how it is shown.

#include <cstdint>
#include <functional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawser/value.h"
#include "tools/cli/session.h"
#include "tools/cli/view.h"

namespace hawser::cli {

// Hands every page of what `method` lists to `take`, which may end it with an error. Methods that
// page take a cursor and a limit before `filters` and answer {items, next}.
absl::Status ForEachPage(Session& session, std::string_view method, const Array& filters,
                         const std::function<absl::Status(const Array&)>& take);

// The sessions that hold the object, this one left out.
absl::StatusOr<Array> HoldersOf(Session& session, uint64_t oid);
extern const View kHolderView;

}  // namespace hawser::cli

#endif  // TOOLS_CLI_INSPECTION_H_
