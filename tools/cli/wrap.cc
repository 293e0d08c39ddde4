#include "tools/cli/wrap.h"

#include <algorithm>

#include "tools/cli/output.h"

namespace hawser::cli {

std::string Wrap(std::string_view text, size_t width, size_t indent) {
  std::string wrapped;
  size_t column = 0;
  while (!text.empty()) {
    size_t size = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    size_t word_width = WidthOf(word);
    if (column > 0 && indent + column + 1 + word_width > width) {
      wrapped += "\n" + std::string(indent, ' ');
      column = 0;
    }
    if (column > 0) wrapped += ' ';
    wrapped += word;
    column += word_width + (column > 0 ? 1 : 0);
  }
  return wrapped;
}

}  // namespace hawser::cli
