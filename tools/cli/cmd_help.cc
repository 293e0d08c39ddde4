#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"
#include "tools/cli/failure.h"
#include "tools/cli/help.h"
#include "tools/cli/suggest.h"

namespace hawser::cli {
namespace {

// All commands of a noun: "session" -> its list, show and kick.
std::string NounText(std::string_view noun, const Look& look) {
  std::string text;
  for (const Command* command : Commands()) {
    if (!command->name.starts_with(noun) || !command->name.substr(noun.size()).starts_with(' '))
      continue;
    if (!text.empty()) text += "\n";
    text += CommandText(*command, look);
  }
  return text;
}

absl::Status RunHelp(Context& context) {
  const Look& look = context.output.look();
  if (context.options.format == OutputFormat::kJson) {
    return Fail(Exit::kUsage, "help is text for people; there is no JSON of it",
                "the whole reference: hawser help --markdown");
  }
  if (context.line.Has("--markdown")) {
    context.output.Write(ReferenceMarkdown());
    return absl::OkStatus();
  }
  std::string name;
  for (const std::string& word : context.line.arguments) name += (name.empty() ? "" : " ") + word;
  std::vector<std::string> known;
  for (const Command* command : Commands()) known.emplace_back(command->name);
  for (const Topic& topic : Topics()) known.emplace_back(topic.name);
  if (name.empty()) {
    context.output.Write(OverviewText(look));
    return absl::OkStatus();
  }
  if (const Command* command = FindCommand(name)) {
    context.output.Write(CommandText(*command, look));
    return absl::OkStatus();
  }
  for (const Topic& topic : Topics()) {
    if (topic.name != name) continue;
    context.output.Write(TopicText(topic, look));
    return absl::OkStatus();
  }
  std::string noun = NounText(name, look);
  if (!noun.empty()) {
    context.output.Write(noun);
    return absl::OkStatus();
  }
  return WithHint(
      Fail(Exit::kUsage, fmt::format("there is no help on '{}'", name), DidYouMean(name, known)),
      "all commands and topics: hawser help");
}

constexpr Flag kHelpFlags[] = {
    {"--markdown", 0, "", "the whole reference, as docs/cli.md has it"},
};
constexpr Example kHelpExamples[] = {
    {"hawser help call", ""},
    {"hawser help values", "how arguments are written"},
};

}  // namespace

constexpr Command kHelpCommand = {
    .name = "help",
    .group = Group::kHelp,
    .summary = "explain a command or a topic",
    .arguments = "[COMMAND | TOPIC]",
    .least = 0,
    .most = 2,
    .flags = kHelpFlags,
    .examples = kHelpExamples,
    .run = RunHelp,
};

}  // namespace hawser::cli
