#include "tools/cli/control_character.h"

namespace hawser::cli {

std::optional<ControlCharacter> ControlAt(std::string_view text) {
  auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  if (text.empty()) return std::nullopt;
  if (byte(0) < 0x20 || byte(0) == 0x7f) return ControlCharacter{byte(0), 1};
  if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) < 0xa0) return ControlCharacter{byte(1), 2};
  if (byte(0) != 0xe2) return std::nullopt;
  bool turns = (byte(1) == 0x80 && byte(2) >= 0xaa && byte(2) <= 0xae) ||
               (byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9);
  if (!turns) return std::nullopt;
  return ControlCharacter{0x2000 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f), 3};
}

}  // namespace hawser::cli
