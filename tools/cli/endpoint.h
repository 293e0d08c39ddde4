#ifndef TOOLS_CLI_ENDPOINT_H_
#define TOOLS_CLI_ENDPOINT_H_

// Endpoints: which broker is asked, and why one does not answer, for people.

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace hawser::cli {

// "unix:/a/b" of "/a/b" and of any other path; what says how to connect stays as it is.
std::string FullEndpoint(std::string_view text);

// Who chose an endpoint.
enum class Origin { kOption, kEnvironment, kDefault };

// Whether a broker that could not be reached at `endpoint` may be there a moment later, with nothing
// done but waiting: none listens yet, but one could.
bool BrokerMayCome(std::string_view endpoint);
// Whether it is sure that no broker is there now: a Unix socket at which nobody listens.
bool NobodyListens(std::string_view endpoint);

// The failure of connecting to `endpoint`: with an exit code, the reason and what to try. `status` is
// what the SDK said; what the system says of a socket tells more.
absl::Status ExplainNoConnection(const absl::Status& status, std::string_view endpoint,
                                 Origin origin);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_ENDPOINT_H_
