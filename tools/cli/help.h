#ifndef TOOLS_CLI_HELP_H_
#define TOOLS_CLI_HELP_H_

// Help and docs/cli.md, made from the table of commands.

#include <span>
#include <string>
#include <string_view>

#include "tools/cli/command.h"

namespace hawser::cli {

// What is the same for all commands and has a page of its own: "hawser help values".
struct Topic {
  std::string_view name;
  std::string_view summary;
  std::string_view text;  // "" for exit-codes, which is made from the table of them
};
std::span<const Topic> Topics();

// For a terminal. `look` decides colours and where long lines are broken.
std::string OverviewText(const Look& look);
std::string CommandText(const Command& command, const Look& look);
std::string TopicText(const Topic& topic, const Look& look);

// The whole reference as docs/cli.md has it.
std::string ReferenceMarkdown();

}  // namespace hawser::cli

#endif  // TOOLS_CLI_HELP_H_
