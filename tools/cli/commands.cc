#include "tools/cli/commands.h"

namespace hawser::cli {
namespace {

constexpr const Command* kCommands[] = {
    &kListCommand,        &kTreeCommand,      &kDescribeCommand,    &kRefsCommand,
    &kCallCommand,        &kGetCommand,       &kSetCommand,         &kNewCommand,
    &kWatchCommand,       &kWaitCommand,      &kSessionListCommand, &kSessionShowCommand,
    &kSessionKickCommand, &kLeaseListCommand, &kLeaseShowCommand,   &kPluginListCommand,
    &kPluginCheckCommand, &kStatusCommand,    &kHealthCommand,      &kHelpCommand,
    &kVersionCommand,
};

constexpr Flag kGlobalFlags[] = {
    {"--endpoint", 'e', "WHERE",
     "the broker: unix:/path/of/socket (or just the path) or tcp:host:port; default "
     "$HAWSER_ENDPOINT, else the "
     "user's or the system's socket"},
    {"--output", 'o', "FORMAT", "table (default), wide, json or name; see: hawser help output"},
    {"--no-headers", 0, "", "tables without headings"},
    {"--timeout", 't', "TIME",
     "give up after this long, such as 500ms, 5s (or 5), 2m; default: none"},
    {"--color", 0, "WHEN", "auto (default), always or never"},
    {"--verbose", 'v', "", "say more about errors: causes, members, where they come from"},
    {"--help", 'h', "", "explain the command instead of running it"},
};

}  // namespace

std::span<const Command* const> Commands() { return kCommands; }

const Command* FindCommand(std::string_view name) {
  for (const Command* command : kCommands) {
    if (command->name == name) return command;
  }
  return nullptr;
}

std::span<const Flag> GlobalFlags() { return kGlobalFlags; }

std::string_view GroupTitle(Group group) {
  switch (group) {
    case Group::kLook:
      return "Look around";
    case Group::kUse:
      return "Use objects";
    case Group::kFollow:
      return "Follow";
    case Group::kBroker:
      return "The broker";
    case Group::kHelp:
      return "Help";
  }
  return "";
}

}  // namespace hawser::cli
