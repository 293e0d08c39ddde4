#ifndef TOOLS_CLI_LITERAL_H_
#define TOOLS_CLI_LITERAL_H_

// Literals: numbers, dates and bytes as people write them; see: hawser help values.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "hawser/value.h"

namespace hawser::cli {

// Exit::kUsage if it is not UTF-8, which all text is that crosses.
absl::Status CheckText(std::string_view text);
// nullopt if it is none, or none that 64 bits hold.
std::optional<int64_t> ReadInteger(std::string_view text);
// An integer that 64 bits hold, a finite double, NaN, Infinity.
std::optional<Value> ReadNumber(std::string_view text);
// Whether it is digits only, of an integer that 64 bits do not hold: as a double it would lose some.
bool IsTooLarge(std::string_view text);
// What is said of such an integer, with what to write instead.
std::string TooLarge(std::string_view digits);
std::optional<Value> ReadDate(std::string_view text);
// Either alphabet. Exit::kUsage if it is neither.
absl::StatusOr<Value> ReadBase64(std::string_view text);
// base64:..., hex:..., file:PATH, or the text itself.
absl::StatusOr<Value> ReadBytes(std::string_view text);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_LITERAL_H_
