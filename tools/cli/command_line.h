#ifndef TOOLS_CLI_COMMAND_LINE_H_
#define TOOLS_CLI_COMMAND_LINE_H_

// The command line, read by the table of commands.
//
//   hawser [OPTION]... VERB [ARG | OPTION]...       options may stand anywhere
//   hawser NOUN VERB ...                            session, lease, plugin; NOUN alone: NOUN list
//   --name VALUE, --name=VALUE, -o VALUE, -oVALUE   -- ends options; -5 and - are arguments
//
// Arguments reach the command byte for byte, as JSON and texts for objects must. (That is why no
// library reads them: CLI11, which was tried, takes [1,2] for a list of two arguments.)

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/cli/command.h"
#include "tools/cli/output.h"
#include "tools/cli/printer.h"

namespace hawser::cli {

struct CommandLine {
  const Command* command = nullptr;
  std::vector<std::string> arguments;
  // By long name, such as "--output"; a switch has "".
  std::map<std::string, std::string, std::less<>> flags;

  bool Has(std::string_view flag) const { return flags.find(flag) != flags.end(); }
  // "" if it was not given.
  std::string_view Get(std::string_view flag) const;
};

// `words` are those behind the program's name. Exit::kUsage with what is near. With --help the
// number of arguments is not looked at.
absl::StatusOr<CommandLine> ParseCommandLine(std::span<const std::string> words);

// What the flags of all commands say.
struct Options {
  std::string endpoint;  // "": the default
  OutputFormat format = OutputFormat::kTable;
  Headings headings = Headings::kYes;
  Arrangement arrangement = {};
  std::optional<absl::Duration> timeout = {};
  ColourChoice colour = ColourChoice::kAuto;
  bool verbose = false;
};
// Exit::kUsage.
absl::StatusOr<Options> ReadOptions(const CommandLine& line);

// What --color says in `words`, which may be wrong otherwise; kAuto if it says nothing that counts.
ColourChoice ColourAskedFor(std::span<const std::string> words);

// More than nothing: "500ms", "5s", "5" (seconds), "2m", "1h30m". Exit::kUsage.
absl::StatusOr<absl::Duration> ParseTime(std::string_view text);
// A whole number from `least` on. Exit::kUsage.
absl::StatusOr<int64_t> ParseCount(std::string_view flag, std::string_view text, int64_t least);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_COMMAND_LINE_H_
