// The table of commands, the help and docs/cli.md say the same.

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "tools/cli/address.h"
#include "tools/cli/command_line.h"
#include "tools/cli/commands.h"
#include "tools/cli/help.h"

namespace hawser::cli {
namespace {

using ::testing::HasSubstr;

// The words of a line as a shell would split it: quotes as far as examples use them. Ends at a pipe
// or the like.
std::vector<std::string> Words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool any = false;
  for (char c : line) {
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else if (c != '\\' || quote == '\'') {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      any = true;
    } else if (c == ' ') {
      if (any || !word.empty()) words.push_back(word);
      word.clear();
      any = false;
    } else if (c == ')') {
      break;
    } else {
      word += c;
    }
  }
  if (any || !word.empty()) words.push_back(word);
  auto end = std::find_if(words.begin(), words.end(),
                          [](const std::string& w) { return w == "|" || w == "||" || w == "&&"; });
  words.erase(end, words.end());
  return words;
}

TEST(ReferenceTest, TheDocumentIsWhatTheProgramPrints) {
  std::ifstream file("docs/cli.md");
  std::string document{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(document, ReferenceMarkdown())
      << "to bring it up to date: hawser help --markdown > docs/cli.md";
}

TEST(ReferenceTest, EveryCommandIsInTheOverviewAndExplained) {
  std::string overview = OverviewText({});
  for (const Command* command : Commands()) {
    EXPECT_THAT(overview, HasSubstr("  " + std::string(command->name)));
    std::string text = CommandText(*command, {});
    EXPECT_THAT(text, HasSubstr(std::string(command->summary)));
    for (const Flag& flag : command->flags) EXPECT_THAT(text, HasSubstr(std::string(flag.name)));
  }
}

TEST(ReferenceTest, EveryExampleIsAValidCommandLineOfItsCommand) {
  for (const Command* command : Commands()) {
    EXPECT_FALSE(command->examples.empty()) << command->name;
    for (const Example& example : command->examples) {
      std::string line(example.line);
      size_t begin = line.find("hawser ");
      ASSERT_NE(begin, line.npos) << line;
      std::vector<std::string> words = Words(line.substr(begin + 7));
      absl::StatusOr<CommandLine> parsed = ParseCommandLine(words);
      EXPECT_THAT(parsed, tests::IsOk()) << line;
      EXPECT_TRUE(parsed.ok() && parsed->command == command) << line;
    }
  }
}

TEST(ReferenceTest, NamesAndFlagsAreWellFormedAndNotTakenTwice) {
  std::set<std::string_view> names;
  for (const Command* command : Commands()) {
    EXPECT_TRUE(names.insert(command->name).second) << command->name;
    EXPECT_NE(command->run, nullptr) << command->name;
    EXPECT_FALSE(command->summary.ends_with('.')) << command->name;
    EXPECT_LE(command->least, command->most) << command->name;
    EXPECT_EQ(command->arguments.empty(), command->most == 0) << command->name;
    std::set<std::string_view> flags;
    std::set<char> letters;
    for (std::span<const Flag> list : {command->flags, GlobalFlags()}) {
      for (const Flag& flag : list) {
        EXPECT_TRUE(flag.name.starts_with("--")) << flag.name;
        EXPECT_TRUE(flags.insert(flag.name).second) << command->name << ' ' << flag.name;
        if (flag.letter != 0) {
          EXPECT_TRUE(letters.insert(flag.letter).second) << command->name << " -" << flag.letter;
        }
      }
    }
  }
  // A flag's value must be told from a command before the command is known: see CommandLine.
  std::set<std::pair<std::string_view, bool>> kinds;
  for (const Command* command : Commands()) {
    for (const Flag& flag : command->flags) kinds.emplace(flag.name, flag.value.empty());
  }
  for (const auto& [name, is_switch] : kinds)
    EXPECT_FALSE(kinds.contains({name, !is_switch})) << name;
}

TEST(ReferenceTest, EveryAddressOfTheTopicIsOne) {
  auto topic = std::find_if(Topics().begin(), Topics().end(),
                            [](const Topic& topic) { return topic.name == "addresses"; });
  ASSERT_NE(topic, Topics().end());
  std::istringstream lines{std::string(topic->text)};
  int addresses = 0;
  for (std::string line; std::getline(lines, line) && !line.empty(); ++addresses) {
    std::string written = line.substr(0, line.find("  "));
    EXPECT_THAT(ParseAddress(Words(written).at(0)), tests::IsOk()) << line;
  }
  EXPECT_EQ(addresses, 10);
}

TEST(ReferenceTest, EveryExitCodeHasAMeaning) {
  for (const Command* command : Commands()) {
    for (Exit exit : command->exits) {
      EXPECT_TRUE(std::any_of(ExitMeanings().begin(), ExitMeanings().end(),
                              [&](const ExitMeaning& meaning) { return meaning.exit == exit; }));
    }
  }
}

}  // namespace
}  // namespace hawser::cli
