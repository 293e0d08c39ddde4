#ifndef TOOLS_CLI_WRAP_H_
#define TOOLS_CLI_WRAP_H_

#include <string>
#include <string_view>

namespace hawser::cli {

// `text` in lines that end before column `width`; the first starts at column `indent`, and so do the
// others, by blanks. Breaks only between words, so a long word may stand out.
std::string Wrap(std::string_view text, size_t width, size_t indent);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_WRAP_H_
