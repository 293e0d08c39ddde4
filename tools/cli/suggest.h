#ifndef TOOLS_CLI_SUGGEST_H_
#define TOOLS_CLI_SUGGEST_H_

// "Did you mean": which of the names there are somebody may have meant.

#include <span>
#include <string>
#include <string_view>

namespace hawser::cli {

// How many letters must be added, dropped, changed or swapped with their neighbour to make one word
// of the other; capitals and small letters count as the same.
int Distance(std::string_view a, std::string_view b);

// Those of `names` near `word`, nearest first, at most three: "did you mean 'counter'?"; "" if none
// is near.
std::string DidYouMean(std::string_view word, std::span<const std::string> names);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_SUGGEST_H_
