#ifndef TOOLS_CLI_CONTROL_CHARACTER_H_
#define TOOLS_CLI_CONTROL_CHARACTER_H_

// Control characters: what a text could drive a terminal with, or show another text than it is.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hawser::cli {

struct ControlCharacter {
  uint32_t code = 0;  // of Unicode
  size_t size = 0;    // bytes it takes in UTF-8
};

// The one that `text` begins with: of ASCII, of those above it (U+0080 to U+009F), or one that
// turns the direction of what follows (U+202A to U+202E, U+2066 to U+2069).
std::optional<ControlCharacter> ControlAt(std::string_view text);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_CONTROL_CHARACTER_H_
