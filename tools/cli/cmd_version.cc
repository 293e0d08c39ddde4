#include "fmt/format.h"
#include "hawser/base/version.h"
#include "hawser/record.h"
#include "tools/cli/commands.h"
#include "tools/cli/context.h"
#include "tools/cli/failure.h"
#include "tools/cli/version_skew.h"

namespace hawser::cli {
namespace {

constexpr Column kColumns[] = {
    {"version", "VERSION"},
    {"broker", "BROKER"},
    {"endpoint", "ENDPOINT"},
};
constexpr View kView = {.name = {"version", "VERSION"}, .columns = kColumns};

void Print(Context& context, std::string_view broker) {
  OutputFormat format = context.options.format;
  if (format == OutputFormat::kJson || format == OutputFormat::kName) {
    Record record{{"version", base::kVersion}, {"broker", nullptr}, {"endpoint", nullptr}};
    if (!broker.empty()) {
      record.Set("broker", broker);
      record.Set("endpoint", context.session.endpoint());
    }
    context.printer.Item(kView, record);
    return;
  }
  std::string text = fmt::format("hawser {}\n", base::kVersion);
  if (!broker.empty())
    text += fmt::format("{} at {}\n", Printable(broker), Printable(context.session.endpoint()));
  context.output.Write(text);
}

absl::Status Run(Context& context) {
  if (context.line.Has("--version")) {
    Print(context, "");
    return absl::OkStatus();
  }
  absl::Status connected = context.session.Connect();
  const Remote& remote = context.session.remote();
  std::string broker = connected.ok() && remote ? remote.broker_version() : "";
  Print(context, broker);
  // No broker, no skew.
  bool nobody = ExitOf(connected) == Exit::kUnreachable || ExitOf(connected) == Exit::kDeadline;
  if (!connected.ok() && !nobody) return connected;
  if (nobody) {
    context.output.Say(
        fmt::format("the version of a broker is not known: {}", MessageOf(connected)));
  }
  if (!IsSkewed(base::kVersion, broker)) return absl::OkStatus();
  return Fail(Exit::kSkew,
              fmt::format("hawser {} and {} may not fit each other", base::kVersion, broker),
              "use the hawser that was installed with that broker");
}

constexpr Example kExamples[] = {
    {"hawser version", ""},
    {"hawser --version", "without asking a broker"},
};
constexpr Shown kShown[] = {{"", &kView}};

}  // namespace

constexpr Command kVersionCommand = {
    .name = "version",
    .group = Group::kHelp,
    .summary = "print the versions of this program and of the broker, and whether they fit",
    .details =
        "They fit if they differ in the last number only, from 1.0 on if the first is the same. "
        "Without a broker it is the version of this program.",
    .examples = kExamples,
    .shown = kShown,
    .run = Run,
};

}  // namespace hawser::cli
