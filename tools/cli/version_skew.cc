#include "tools/cli/version_skew.h"

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "hawser/base/string_view.h"

namespace hawser::cli {

bool IsSkewed(std::string_view own, std::string_view broker) {
  constexpr std::string_view kProgram = "hawserd ";
  if (!broker.starts_with(kProgram)) return false;
  broker.remove_prefix(kProgram.size());
  std::vector<std::string> mine = absl::StrSplit(base::ToAbsl(own), '.');
  std::vector<std::string> theirs = absl::StrSplit(base::ToAbsl(broker), '.');
  if (mine.size() < 2 || theirs.size() < 2) return false;
  return mine[0] != theirs[0] || (mine[0] == "0" && mine[1] != theirs[1]);
}

}  // namespace hawser::cli
