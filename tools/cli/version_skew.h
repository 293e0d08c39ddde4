#ifndef TOOLS_CLI_VERSION_SKEW_H_
#define TOOLS_CLI_VERSION_SKEW_H_

// Whether this program and a broker of another version fit.

#include <string_view>

namespace hawser::cli {

// `own` is MAJOR.MINOR.PATCH, `broker` what a broker says of itself: a program and its version,
// such as "hawserd 0.1.0". They fit if MAJOR is the same, and MINOR, too, where MAJOR is 0. Of what
// is no version of hawserd nothing is known: it is not skewed.
bool IsSkewed(std::string_view own, std::string_view broker);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_VERSION_SKEW_H_
