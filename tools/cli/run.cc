#include "tools/cli/run.h"

#include <utility>

#include "absl/status/statusor.h"
#include "fmt/format.h"
#include "hawser/error.h"
#include "hawser/record.h"
#include "tools/cli/commands.h"
#include "tools/cli/connection_news.h"
#include "tools/cli/context.h"
#include "tools/cli/help.h"
#include "tools/cli/printer.h"
#include "tools/cli/value_text.h"

namespace hawser::cli {
namespace {

// `text` as it is said: of several lines, all but the first are indented, so that none can pass for
// something else.
std::string Said(std::string_view text, std::string_view indent) {
  std::string said;
  for (char c : text) {
    said += c;
    if (c == '\n') said += indent;
  }
  return said;
}

// Appends what `error` carries beyond its message, a line each behind `indent`, and the errors that
// caused it, each further in than what it caused.
void AddDetails(Error error, std::string indent, std::vector<std::string>* lines) {
  // Errors of other processes may go on for long.
  constexpr int kMostCauses = 16;
  auto add = [&](std::string_view name, std::string_view text) {
    lines->push_back(fmt::format("{}{}: {}", indent, name, Said(text, indent + "  ")));
  };
  for (int causes = 0;; ++causes) {
    for (const auto& [name, value] : error.members()) {
      // A stack of calls is lines already.
      add(name, value.is(Kind::kString) ? std::string(value.AsString()) : ValueText(value));
    }
    Value cause = error.cause();
    if (cause.is_undefined()) return;
    if (causes == kMostCauses) return add("cause", "...");
    if (!cause.is(Kind::kError)) return add("cause", ValueText(cause));
    add("cause", cause.AsError().ToString());
    indent += "  ";
    error = cause.AsError();
  }
}

Exit Report(const absl::Status& status, Output& output, bool verbose) {
  output.Complain(Said(MessageOf(status), "  "));
  std::vector<std::string> lines;
  if (verbose) {
    lines.push_back(fmt::format("  status: {}", absl::StatusCodeToString(status.code())));
    AddDetails(Error::FromStatus(status), "  ", &lines);
  }
  for (const std::string& hint : HintsOf(status)) lines.push_back("  " + Said(hint, "    "));
  for (const std::string& line : lines) output.Say(line);
  return ExitOf(status);
}

}  // namespace

Exit RunCli(std::span<const std::string> words, const Surroundings& surroundings) {
  absl::StatusOr<CommandLine> line = ParseCommandLine(words);
  absl::StatusOr<Options> options = line.ok() ? ReadOptions(*line) : line.status();
  // Shared with what tells of the connection, on a thread that may still be at it in the end.
  std::shared_ptr<Output> output =
      surroundings.make_output(options.ok() ? options->colour : ColourAskedFor(words));
  if (!options.ok()) return Report(options.status(), *output, false);
  if (line->Has("--help")) {
    output->Write(line->command == &kHelpCommand ? OverviewText(output->look())
                                                 : CommandText(*line->command, output->look()));
    return Exit::kOk;
  }
  std::unique_ptr<Printer> printer =
      MakePrinter(*output, options->format, options->headings, options->arrangement);
  std::unique_ptr<Session> session = surroundings.make_session(*options);
  // A call waits for a connection that is lost as long as the lease lives.
  session->OnConnection([output](const ConnectionEvent& event) { TellNews(event, *output); });
  Context context{*line, *options, *output, *printer, *session};
  surroundings.session_runs(session.get());
  absl::Status status = line->command->run(context);
  surroundings.session_runs(nullptr);
  Exit exit = status.ok() ? Exit::kOk : Report(status, *output, options->verbose);
  session->Leave();
  return exit;
}

}  // namespace hawser::cli
