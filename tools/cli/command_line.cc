#include "tools/cli/command_line.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/strings/str_split.h"
#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/base/string_view.h"
#include "tools/cli/commands.h"
#include "tools/cli/endpoint.h"
#include "tools/cli/suggest.h"

namespace hawser::cli {
namespace {

constexpr std::string_view kDefaultCommand = "list";

bool IsNoun(std::string_view word) {
  return std::any_of(Commands().begin(), Commands().end(), [&](const Command* command) {
    return command->name.starts_with(word) && command->name.substr(word.size()).starts_with(' ');
  });
}

// "-5" and "-.5" are numbers, "-" is a file.
bool IsFlag(std::string_view word) {
  if (word.size() < 2 || word[0] != '-') return false;
  return !((word[1] >= '0' && word[1] <= '9') || word[1] == '.' || word == "-Infinity");
}

// The command that is called `name` in other programs, or is a noun's verb: "did you mean 'list'?".
std::string Known(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kElsewhere[] = {
      {"ls", "list"},
      {"ps", "session list"},
      {"clients", "session list"},
      {"client", "session"},
      {"info", "describe"},
      {"inspect", "describe"},
      {"show", "describe"},
      {"monitor", "watch"},
      {"introspect", "describe"},
      {"revoke", "session kick"},
      {"ping", "health"},
  };
  std::string_view known;
  for (const auto& [elsewhere, here] : kElsewhere) {
    if (name == elsewhere) known = here;
  }
  for (const Command* command : Commands()) {
    size_t space = command->name.find(' ');
    if (known.empty() && space != command->name.npos && command->name.substr(space + 1) == name)
      known = command->name;
  }
  return known.empty() ? "" : fmt::format("did you mean '{}'?", known);
}

class Reader {
 public:
  explicit Reader(std::span<const std::string> words) : words_(words) {}

  absl::StatusOr<CommandLine> Read() {
    HAWSER_RETURN_IF_ERROR(FindTheCommand());
    bool flags_end = false;
    for (size_t i = 0; i < words_.size(); ++i) {
      if (std::find(command_words_.begin(), command_words_.end(), i) != command_words_.end())
        continue;
      if (!flags_end && words_[i] == "--") {
        flags_end = true;
      } else if (!flags_end && IsFlag(words_[i])) {
        HAWSER_RETURN_IF_ERROR(ReadFlag(&i));
      } else {
        line_.arguments.push_back(words_[i]);
      }
    }
    if (!line_.Has("--help")) HAWSER_RETURN_IF_ERROR(CheckCount());
    return std::move(line_);
  }

 private:
  // The words that name the command are the first that are neither flags nor values of flags.
  absl::Status FindTheCommand() {
    std::vector<size_t> free;
    for (size_t i = 0; i < words_.size() && words_[i] != "--" && free.size() < 2; ++i) {
      if (!IsFlag(words_[i])) {
        free.push_back(i);
      } else if (TakesNextWord(words_[i])) {
        ++i;
      }
    }
    std::string name(kDefaultCommand);
    if (!free.empty()) {
      name = words_[free[0]];
      command_words_.push_back(free[0]);
      if (IsNoun(name)) {
        if (free.size() == 1) {
          name += " list";
        } else {
          name += " " + words_[free[1]];
          command_words_.push_back(free[1]);
        }
      }
    } else if (std::find(words_.begin(), words_.end(), "--version") != words_.end()) {
      name = "version";
    } else if (std::find(words_.begin(), words_.end(), "--help") != words_.end() ||
               std::find(words_.begin(), words_.end(), "-h") != words_.end()) {
      name = "help";
    }
    line_.command = FindCommand(name);
    return line_.command != nullptr ? absl::OkStatus() : NoSuchCommand(name);
  }

  absl::Status NoSuchCommand(std::string_view name) const {
    std::vector<std::string> names;
    for (const Command* command : Commands()) {
      names.emplace_back(command->name);
      // Of "session list" also its noun.
      if (name.find(' ') == name.npos)
        names.emplace_back(command->name.substr(0, command->name.find(' ')));
    }
    std::string hint = Known(name);
    if (hint.empty()) hint = DidYouMean(name, names);
    if (hint.empty() && name.find(' ') == name.npos) {
      hint = fmt::format("to see an object of that name: hawser describe {}", name);
    }
    return WithHint(Fail(Exit::kUsage, fmt::format("there is no command '{}'", name), hint),
                    "all commands: hawser help");
  }

  // Before the command is known, flags of all commands count.
  static bool TakesNextWord(std::string_view word) {
    if (word.find('=') != word.npos) return false;
    auto takes = [&](const Flag& flag) {
      return !flag.value.empty() && (flag.name == word || (flag.letter != 0 && word.size() == 2 &&
                                                           word[1] == flag.letter));
    };
    if (std::any_of(GlobalFlags().begin(), GlobalFlags().end(), takes)) return true;
    return std::any_of(Commands().begin(), Commands().end(), [&](const Command* command) {
      return std::any_of(command->flags.begin(), command->flags.end(), takes);
    });
  }

  template <typename Matches>
  const Flag* FindFlag(Matches matches) const {
    for (std::span<const Flag> flags : {line_.command->flags, GlobalFlags()}) {
      for (const Flag& flag : flags) {
        if (matches(flag)) return &flag;
      }
    }
    return nullptr;
  }

  // At words_[*i]; ends at its value, if that is a word of its own.
  absl::Status ReadFlag(size_t* i) {
    std::string_view word = words_[*i];
    std::optional<std::string> value;
    const Flag* flag = nullptr;
    if (word.starts_with("--")) {
      size_t equals = word.find('=');
      if (equals != word.npos) value = std::string(word.substr(equals + 1));
      std::string_view name = word.substr(0, equals);
      if (name == "--version" && line_.command->name == "version") {
        line_.flags.insert_or_assign("--version", "");
        return absl::OkStatus();
      }
      flag = FindFlag([&](const Flag& f) { return f.name == name; });
    } else {
      flag = FindFlag([&](const Flag& f) { return f.letter != 0 && f.letter == word[1]; });
      if (flag != nullptr && word.size() > 2) {
        // -ojson; of switches, -vh is -v -h, which nobody needs here.
        if (flag->value.empty()) flag = nullptr;
        value = std::string(word.substr(word[2] == '=' ? 3 : 2));
      }
    }
    if (flag == nullptr) return NoSuchFlag(word);
    if (!flag->value.empty() && !value) {
      if (*i + 1 == words_.size()) {
        return Fail(Exit::kUsage,
                    fmt::format("{} needs a value: {} {}", word, flag->name, flag->value));
      }
      value = words_[++*i];
    }
    if (flag->value.empty() && value) {
      return Fail(Exit::kUsage, fmt::format("{} takes no value", flag->name));
    }
    line_.flags.insert_or_assign(std::string(flag->name), value.value_or(""));
    return absl::OkStatus();
  }

  absl::Status NoSuchFlag(std::string_view word) const {
    std::vector<std::string> names;
    for (std::span<const Flag> flags : {line_.command->flags, GlobalFlags()}) {
      for (const Flag& flag : flags) names.emplace_back(flag.name);
    }
    absl::Status status =
        Fail(Exit::kUsage, fmt::format("'{}' has no option {}", line_.command->name, word),
             DidYouMean(word.substr(0, word.find('=')), names));
    status = WithHint(std::move(status),
                      fmt::format("its options: hawser help {}", line_.command->name));
    if (line_.command->most > 0) {
      status = WithHint(std::move(status),
                        fmt::format("to pass it as an argument, write -- before it: -- {}", word));
    }
    return status;
  }

  absl::Status CheckCount() const {
    const Command& command = *line_.command;
    size_t given = line_.arguments.size();
    if (given >= command.least && given <= command.most) return absl::OkStatus();
    std::string usage = fmt::format("usage: hawser {} {}", command.name, command.arguments);
    if (given < command.least) {
      return WithHint(
          Fail(Exit::kUsage, fmt::format("'{}' needs more arguments", command.name), usage),
          fmt::format("more about it: hawser help {}", command.name));
    }
    absl::Status status =
        Fail(Exit::kUsage, fmt::format("'{}' does not know what to do with '{}'", command.name,
                                       line_.arguments[command.most]));
    return WithHint(std::move(status),
                    command.most == 0 && command.arguments.empty()
                        ? fmt::format("more about it: hawser help {}", command.name)
                        : usage);
  }

  const std::span<const std::string> words_;
  std::vector<size_t> command_words_;
  CommandLine line_;
};

absl::Status NotOneOf(std::string_view flag, std::string_view value, std::string_view choices) {
  return Fail(Exit::kUsage, fmt::format("{} {}: expected {}", flag, value, choices));
}

std::optional<ColourChoice> ColourNamed(std::string_view when) {
  if (when == "auto") return ColourChoice::kAuto;
  if (when == "always") return ColourChoice::kAlways;
  if (when == "never") return ColourChoice::kNever;
  return std::nullopt;
}

}  // namespace

std::string_view CommandLine::Get(std::string_view flag) const {
  auto found = flags.find(flag);
  return found == flags.end() ? std::string_view() : std::string_view(found->second);
}

absl::StatusOr<CommandLine> ParseCommandLine(std::span<const std::string> words) {
  return Reader(words).Read();
}

absl::StatusOr<Options> ReadOptions(const CommandLine& line) {
  Options options;
  if (line.Has("--endpoint") && line.Get("--endpoint").empty()) {
    return Fail(Exit::kUsage, "--endpoint names no broker", "is a variable of the shell not set?");
  }
  options.endpoint = FullEndpoint(line.Get("--endpoint"));
  options.headings = line.Has("--no-headers") ? Headings::kNo : Headings::kYes;
  options.verbose = line.Has("--verbose");
  if (line.Has("--output")) {
    std::string_view format = line.Get("--output");
    if (format == "table") {
      options.format = OutputFormat::kTable;
    } else if (format == "wide") {
      options.format = OutputFormat::kWide;
    } else if (format == "json") {
      options.format = OutputFormat::kJson;
    } else if (format == "name") {
      options.format = OutputFormat::kName;
    } else {
      return NotOneOf("--output", format, "table, wide, json or name");
    }
  }
  options.arrangement.sort = line.Get("--sort");
  if (line.Has("--sort") && options.arrangement.sort.empty()) {
    return Fail(Exit::kUsage, "--sort names no column", "is a variable of the shell not set?");
  }
  if (line.Has("--columns")) {
    if (options.format == OutputFormat::kJson || options.format == OutputFormat::kName) {
      return Fail(Exit::kUsage, "--columns is for tables",
                  "-o json has all fields, and -o name what other commands take");
    }
    options.arrangement.columns = absl::StrSplit(base::ToAbsl(line.Get("--columns")), ',');
  }
  if (line.Has("--color")) {
    std::optional<ColourChoice> colour = ColourNamed(line.Get("--color"));
    if (!colour) return NotOneOf("--color", line.Get("--color"), "auto, always or never");
    options.colour = *colour;
  }
  if (line.Has("--timeout")) {
    HAWSER_ASSIGN_OR_RETURN(options.timeout, ParseTime(line.Get("--timeout")));
  }
  return options;
}

ColourChoice ColourAskedFor(std::span<const std::string> words) {
  constexpr std::string_view kFlag = "--color";
  ColourChoice choice = ColourChoice::kAuto;
  for (size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    std::string_view word = words[i];
    if (!word.starts_with(kFlag)) continue;
    word.remove_prefix(kFlag.size());
    if (word.starts_with('=')) {
      choice = ColourNamed(word.substr(1)).value_or(choice);
    } else if (word.empty() && i + 1 < words.size()) {
      choice = ColourNamed(words[i + 1]).value_or(choice);
    }
  }
  return choice;
}

absl::StatusOr<absl::Duration> ParseTime(std::string_view text) {
  bool digits = !text.empty() && text.find_first_not_of("0123456789.") == text.npos;
  absl::Duration time;
  if (!absl::ParseDuration(digits ? std::string(text) + "s" : std::string(text), &time) ||
      time <= absl::ZeroDuration()) {
    return Fail(
        Exit::kUsage,
        fmt::format("'{}' is no time to wait for: expected 500ms, 5s, 2m or the like", text));
  }
  return time;
}

absl::StatusOr<int64_t> ParseCount(std::string_view flag, std::string_view text, int64_t least) {
  int64_t count = 0;
  auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() ||
      count < least) {
    return Fail(Exit::kUsage,
                fmt::format("{} {}: expected a whole number, at least {}", flag, text, least));
  }
  return count;
}

}  // namespace hawser::cli
