#ifndef TOOLS_CLI_COMMANDS_H_
#define TOOLS_CLI_COMMANDS_H_

// The table of commands, in the order of the help. Each is defined in the file of its noun or verb,
// cmd_*.cc.

#include <span>
#include <string_view>

#include "tools/cli/command.h"

namespace hawser::cli {

extern const Command kListCommand;
extern const Command kTreeCommand;
extern const Command kDescribeCommand;
extern const Command kRefsCommand;
extern const Command kCallCommand;
extern const Command kGetCommand;
extern const Command kSetCommand;
extern const Command kNewCommand;
extern const Command kWatchCommand;
extern const Command kWaitCommand;
extern const Command kSessionListCommand;
extern const Command kSessionShowCommand;
extern const Command kSessionKickCommand;
extern const Command kLeaseListCommand;
extern const Command kLeaseShowCommand;
extern const Command kPluginListCommand;
extern const Command kPluginCheckCommand;
extern const Command kStatusCommand;
extern const Command kHealthCommand;
extern const Command kHelpCommand;
extern const Command kVersionCommand;

std::span<const Command* const> Commands();
// Null if there is none of that name.
const Command* FindCommand(std::string_view name);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_COMMANDS_H_
