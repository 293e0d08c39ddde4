#ifndef TOOLS_CLI_COMMAND_H_
#define TOOLS_CLI_COMMAND_H_

// Command: everything there is to say about one command of the CLI, in one place. The parser, the
// help, docs/cli.md and the tests are made from it. Commands are constants; the table of them is in
// commands.h.

#include <cstddef>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "tools/cli/failure.h"
#include "tools/cli/view.h"

namespace hawser::cli {

struct Context;

struct Flag {
  std::string_view name;   // "--timeout"
  char letter = 0;         // 'o' for -o; 0: none
  std::string_view value;  // "TIME"; "" for a switch
  std::string_view help;
};

struct Example {
  std::string_view line;
  std::string_view what;  // "" if the line says it
};

// What a command shows, and when.
struct Shown {
  std::string_view when;  // "with --all"; "" for what it shows else
  const View* view = nullptr;
};

enum class Group { kLook, kUse, kFollow, kBroker, kHelp };
std::string_view GroupTitle(Group group);

struct Command {
  std::string_view name;  // "call", "session list"
  Group group = Group::kLook;
  std::string_view summary;    // one line, no full stop
  std::string_view arguments;  // "NAME.METHOD [ARG]..."
  // How many arguments it takes.
  size_t least = 0;
  size_t most = 0;
  static constexpr size_t kAny = static_cast<size_t>(-1);
  std::string_view details;  // paragraphs, each one line
  std::span<const Flag> flags = {};
  std::span<const Example> examples = {};
  // Exit codes it may end with, besides those that any command may: 0, 2, 4, 5, 6, 9, 130.
  std::span<const Exit> exits = {};
  // What its records show; their fields are what JSON has.
  std::span<const Shown> shown = {};
  absl::Status (*run)(Context& context) = nullptr;
};

// Of commands that show a list.
inline constexpr Flag kColumnsFlag = {"--columns", 0, "COLUMN,...",
                                      "only these columns, in this order; those of -o wide, too"};
inline constexpr Flag kSortFlag = {"--sort", 0, "COLUMN",
                                   "in the order of this column; -COLUMN: the other way round"};

// Understood by every command.
std::span<const Flag> GlobalFlags();

}  // namespace hawser::cli

#endif  // TOOLS_CLI_COMMAND_H_
