#ifndef TOOLS_CLI_INVOKE_H_
#define TOOLS_CLI_INVOKE_H_

// What call, new, get and set have in common: reading arguments, showing the answer, holding it.

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawser/shape.h"
#include "hawser/value.h"
#include "tools/cli/command.h"
#include "tools/cli/context.h"

namespace hawser::cli {

inline constexpr Flag kDataFlag = {
    "--data", 'd', "JSON",
    "all arguments as one JSON array; @FILE reads it from a file, @- from stdin"};
inline constexpr Flag kKeepFlag = {
    "--keep", 'k', "", "hold the object that is answered until Ctrl-C, whatever --timeout says"};

// The arguments behind the address, or those of --data, converted as `signature` says. Exit::kUsage
// with `hint`, or if there is none, with how `what` is called.
absl::StatusOr<Array> ReadArguments(Context& context, const Signature& signature,
                                    std::string_view what, std::string_view hint = {});

// Prints `answer`; with --keep holds it until Ctrl-C, until it is gone, or until the session is
// lost.
absl::Status ShowAnswer(Context& context, Value answer, Printer::Asked asked);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_INVOKE_H_
