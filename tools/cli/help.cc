#include "tools/cli/help.h"

#include <algorithm>
#include <set>
#include <vector>

#include "fmt/format.h"
#include "tools/cli/commands.h"
#include "tools/cli/wrap.h"

namespace hawser::cli {
namespace {

constexpr std::string_view kSummary = "list, use and watch the live objects of a Hawser broker";
constexpr std::string_view kUsage = "hawser [OPTION]... COMMAND [ARGUMENT]...";

constexpr Example kFirstSteps[] = {
    {"hawserd &", "start a broker"},
    {"hawser list", "what it has"},
    {"hawser describe counter", "members of one, and who holds it"},
    {"hawser call counter.add 1 2", "call a function of it"},
};

// Every command may end so.
constexpr Exit kCommonExits[] = {Exit::kOk,     Exit::kUsage, Exit::kUnreachable, Exit::kDeadline,
                                 Exit::kDenied, Exit::kSkew,  Exit::kInterrupted};

size_t TextWidth(const Look& look) {
  return std::clamp<size_t>(look.terminal ? look.width : 80, 50, 100);
}

struct Entry {
  std::string left;
  std::string right;
};

// Entries with the right sides under each other.
std::string ListText(const std::vector<Entry>& entries, const Look& look) {
  const size_t widest = TextWidth(look) / 2;
  size_t left = 0;
  for (const Entry& entry : entries) {
    if (entry.left.size() <= widest) left = std::max(left, entry.left.size());
  }
  std::string text;
  for (const Entry& entry : entries) {
    text += "  " + entry.left;
    size_t at = entry.left.size();
    if (!entry.right.empty()) {
      if (at > left) {
        text += "\n  ";
        at = 0;
      }
      text += std::string(left - at + 2, ' ') + Wrap(entry.right, TextWidth(look), left + 4);
    }
    text += '\n';
  }
  return text;
}

std::string Heading(std::string_view title, const Look& look) {
  return Paint(title, Tone::kHeading, look) + "\n";
}

std::string UsageOf(const Command& command) {
  std::string usage = fmt::format("hawser {}", command.name);
  if (!command.arguments.empty()) usage += fmt::format(" {}", command.arguments);
  return usage;
}

std::string FlagName(const Flag& flag) {
  std::string name =
      flag.letter != 0 ? fmt::format("-{}, {}", flag.letter, flag.name) : std::string(flag.name);
  if (!flag.value.empty()) name += fmt::format(" {}", flag.value);
  return name;
}

std::vector<Entry> FlagEntries(std::span<const Flag> flags) {
  std::vector<Entry> entries;
  for (const Flag& flag : flags) entries.push_back({FlagName(flag), std::string(flag.help)});
  return entries;
}

std::vector<Entry> ExampleEntries(std::span<const Example> examples) {
  std::vector<Entry> entries;
  for (const Example& example : examples)
    entries.push_back({std::string(example.line), std::string(example.what)});
  return entries;
}

std::vector<const ExitMeaning*> ExitsOf(const Command& command) {
  std::set<Exit> exits(std::begin(kCommonExits), std::end(kCommonExits));
  exits.insert(command.exits.begin(), command.exits.end());
  std::vector<const ExitMeaning*> meanings;
  for (const ExitMeaning& meaning : ExitMeanings()) {
    if (exits.contains(meaning.exit)) meanings.push_back(&meaning);
  }
  return meanings;
}

std::string ExitNumbers(const Command& command) {
  std::string text;
  for (const ExitMeaning* meaning : ExitsOf(command)) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", static_cast<int>(meaning->exit));
  }
  return text;
}

// "name, kind, holders (session, pid)".
std::string FieldsOf(const View& view) {
  std::vector<std::string> fields;
  for (const Column& column : view.columns) fields.emplace_back(column.field);
  for (std::string_view field : view.more) fields.emplace_back(field);
  for (const View::Section& section : view.sections)
    fields.push_back(fmt::format("{} ({})", section.field, FieldsOf(*section.view)));
  return fmt::format("{}", fmt::join(fields, ", "));
}

// A line for each view: "name, kind", "with --objects: oid, class".
std::vector<std::string> FieldLines(const Command& command) {
  std::vector<std::string> lines;
  for (const Shown& shown : command.shown) {
    std::string fields = FieldsOf(*shown.view);
    lines.push_back(shown.when.empty() ? fields : fmt::format("{}: {}", shown.when, fields));
  }
  return lines;
}

std::string Sentence(std::string_view text) {
  std::string sentence(text);
  if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z')
    sentence[0] = static_cast<char>(sentence[0] - 32);
  return sentence + ".";
}

std::vector<std::string_view> Paragraphs(std::string_view text) {
  std::vector<std::string_view> paragraphs;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    paragraphs.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return paragraphs;
}

std::string ExitLines() {
  std::string text;
  for (const ExitMeaning& meaning : ExitMeanings()) {
    text += fmt::format("{:>3}  {}\n", static_cast<int>(meaning.exit), meaning.meaning);
  }
  return text;
}

std::string TopicBody(const Topic& topic) {
  return topic.text.empty() ? ExitLines() : std::string(topic.text) + "\n";
}

// docs/cli.md.

std::string FlagsMarkdown(std::span<const Flag> flags) {
  std::string text = "| option | |\n|---|---|\n";
  for (const Flag& flag : flags) text += fmt::format("| `{}` | {} |\n", FlagName(flag), flag.help);
  return text + "\n";
}

std::string CommandMarkdown(const Command& command) {
  std::string text = fmt::format("### hawser {}\n\n    {}\n\n{}\n\n", command.name,
                                 UsageOf(command), Sentence(command.summary));
  for (std::string_view paragraph : Paragraphs(command.details))
    text += fmt::format("{}\n\n", paragraph);
  if (!command.flags.empty()) text += FlagsMarkdown(command.flags);
  if (!command.examples.empty()) {
    size_t width = 0;
    for (const Example& example : command.examples) width = std::max(width, example.line.size());
    text += "```sh\n";
    for (const Example& example : command.examples) {
      text += example.what.empty()
                  ? fmt::format("{}\n", example.line)
                  : fmt::format("{:<{}}   # {}\n", example.line, width, example.what);
    }
    text += "```\n\n";
  }
  for (const std::string& line : FieldLines(command)) {
    std::string_view colon = line.starts_with("with ") ? "" : ":";
    text += fmt::format("JSON fields{} {}.\n\n", colon, line);
  }
  return text + fmt::format("Exit codes: {}.\n\n", ExitNumbers(command));
}

}  // namespace

std::string OverviewText(const Look& look) {
  size_t width = TextWidth(look);
  std::string text = fmt::format("{}\n\nusage: {}\n\n",
                                 Wrap(fmt::format("hawser: {}", kSummary), width, 0), kUsage);
  for (Group group : {Group::kLook, Group::kUse, Group::kFollow, Group::kBroker, Group::kHelp}) {
    std::vector<Entry> entries;
    for (const Command* command : Commands()) {
      if (command->group == group)
        entries.push_back({std::string(command->name), std::string(command->summary)});
    }
    text += Heading(GroupTitle(group), look) + ListText(entries, look) + "\n";
  }
  text +=
      Heading("Options of every command", look) + ListText(FlagEntries(GlobalFlags()), look) + "\n";
  text += Heading("First steps", look) + ListText(ExampleEntries(kFirstSteps), look) + "\n";
  text += Wrap("More: hawser help COMMAND, and hawser help TOPIC, where TOPIC is", width, 0) + "\n";
  std::vector<Entry> topics;
  for (const Topic& topic : Topics())
    topics.push_back({std::string(topic.name), std::string(topic.summary)});
  return text + ListText(topics, look);
}

std::string CommandText(const Command& command, const Look& look) {
  size_t width = TextWidth(look);
  std::string text = fmt::format("hawser {}: {}\n\nusage: {}\n\n", command.name, command.summary,
                                 UsageOf(command));
  for (std::string_view paragraph : Paragraphs(command.details))
    text += Wrap(paragraph, width, 0) + "\n\n";
  if (!command.flags.empty())
    text += Heading("Options", look) + ListText(FlagEntries(command.flags), look) + "\n";
  if (!command.examples.empty()) {
    text += Heading("Examples", look) + ListText(ExampleEntries(command.examples), look) + "\n";
  }
  if (!command.shown.empty()) {
    text += Heading("Fields of -o json", look);
    for (const std::string& line : FieldLines(command)) text += "  " + Wrap(line, width, 2) + "\n";
    text += "\n";
  }
  text += Heading("Exit codes", look);
  std::vector<Entry> exits;
  for (const ExitMeaning* meaning : ExitsOf(command)) {
    exits.push_back(
        {fmt::format("{}", static_cast<int>(meaning->exit)), std::string(meaning->meaning)});
  }
  return text + ListText(exits, look) + "\nOptions of every command: hawser help\n";
}

std::string TopicText(const Topic& topic, const Look& look) {
  return Heading(fmt::format("{}: {}", topic.name, topic.summary), look) + "\n" + TopicBody(topic);
}

std::string ReferenceMarkdown() {
  std::string text = fmt::format(
      "# hawser, the command line\n\n<!-- Made by: hawser help --markdown > docs/cli.md -->\n\n"
      "`hawser`: {}.\n\n    {}\n\n",
      kSummary, kUsage);
  text += "## Commands\n\n| command | |\n|---|---|\n";
  for (const Command* command : Commands()) {
    text += fmt::format(
        "| [{}](#hawser-{}) | {} |\n", command->name,
        [&] {
          std::string anchor(command->name);
          std::replace(anchor.begin(), anchor.end(), ' ', '-');
          return anchor;
        }(),
        command->summary);
  }
  text += "\nWithout a command it is `list`.\n\n## Options of every command\n\n" +
          FlagsMarkdown(GlobalFlags());
  for (const Topic& topic : Topics()) {
    text += fmt::format(
        "## {}\n\n{}\n\n```\n{}```\n\n",
        [&] {
          std::string title = Sentence(topic.name);
          title.pop_back();
          std::replace(title.begin(), title.end(), '-', ' ');
          return title;
        }(),
        Sentence(topic.summary), TopicBody(topic));
  }
  for (Group group : {Group::kLook, Group::kUse, Group::kFollow, Group::kBroker, Group::kHelp}) {
    text += fmt::format("## {}\n\n", GroupTitle(group));
    for (const Command* command : Commands()) {
      if (command->group == group) text += CommandMarkdown(*command);
    }
  }
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace hawser::cli
