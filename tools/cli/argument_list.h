#ifndef TOOLS_CLI_ARGUMENT_LIST_H_
#define TOOLS_CLI_ARGUMENT_LIST_H_

// All arguments of a call, by what the live object's signature takes.

#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "hawser/shape.h"
#include "hawser/value.h"
#include "tools/cli/json_tags.h"

namespace hawser::cli {

// Exit::kUsage "argument 2: expected integer, got "abc"", or how many there must be.
absl::StatusOr<Array> ConvertTexts(std::span<const std::string> texts, const Signature& signature,
                                   const ObjectLookup& lookup);
absl::StatusOr<Array> ConvertJsonArguments(const Array& values, const Signature& signature,
                                           const ObjectLookup& lookup);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_ARGUMENT_LIST_H_
