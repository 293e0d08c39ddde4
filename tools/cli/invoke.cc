#include "tools/cli/invoke.h"

#include <unistd.h>

#include <atomic>
#include <utility>

#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "tools/cli/argument_list.h"
#include "tools/cli/failure.h"
#include "tools/cli/json.h"
#include "tools/cli/literal.h"
#include "tools/cli/read_file.h"
#include "tools/cli/resolve.h"
#include "tools/cli/value_text.h"
#include "tools/cli/waiter.h"

namespace hawser::cli {
namespace {

absl::StatusOr<std::string> ReadData(std::string_view data, absl::Duration within) {
  if (!data.starts_with('@')) return std::string(data);
  if (data == "@-") return ReadAll(STDIN_FILENO, "stdin", within);
  return ReadFile(std::string(data.substr(1)), within);
}

absl::StatusOr<Array> ReadDataArguments(std::string_view data, absl::Duration within) {
  HAWSER_ASSIGN_OR_RETURN(std::string text, ReadData(data, within));
  HAWSER_RETURN_IF_ERROR(WithPrefix(CheckText(text), "--data: "));
  absl::StatusOr<Value> json = ParseJson(text);
  if (!json.ok()) return Fail(Exit::kUsage, fmt::format("--data: {}", MessageOf(json.status())));
  if (json->is(Kind::kArray)) return json->AsArray();
  return Fail(Exit::kUsage, "--data: expected a JSON array of all arguments",
              "for one argument, put brackets around it: -d '[...]'");
}

// Says to who looks on which of `texts` are no JSON though they look so: where anything is taken,
// they are strings.
void AdviseOfBrokenJson(Context& context, std::span<const std::string> texts,
                        const Signature& signature) {
  for (size_t i = 0; i < texts.size(); ++i) {
    bool any = i >= signature.params.size() || signature.params[i] == Type::kAny;
    if (!any || !(texts[i].starts_with('{') || texts[i].starts_with('['))) continue;
    absl::StatusOr<Value> json = ParseJson(texts[i]);
    if (json.ok() || absl::IsOutOfRange(json.status())) continue;
    context.output.Advise(fmt::format("argument {} is taken as a string; it is no JSON: {}", i + 1,
                                      MessageOf(json.status())));
  }
}

// Until the object is gone or the session is lost; Ctrl-C ends the process elsewhere.
absl::Status Hold(Context& context, const RemoteObject& object) {
  Waiter waiter;
  std::atomic<GoneReason> gone{GoneReason::kAlive};
  HAWSER_ASSIGN_OR_RETURN(Subscription watch, object.Watch([&](GoneReason reason) {
    gone = reason;
    waiter.Wake();
  }));
  context.output.Say(fmt::format("holding {} until Ctrl-C", ObjectText(object)));
  while (gone == GoneReason::kAlive) waiter.Wait(absl::InfiniteDuration());
  if (gone == GoneReason::kSessionEnded && context.session.remote()) {
    return Fail(Exit::kExpired, fmt::format("the session is over ({}), and with it {}",
                                            context.session.LossText(), ObjectText(object)));
  }
  return Fail(Exit::kExpired,
              fmt::format("{} is gone: {}", ObjectText(object), GoneReasonName(gone)));
}

}  // namespace

absl::StatusOr<Array> ReadArguments(Context& context, const Signature& signature,
                                    std::string_view what, std::string_view hint) {
  std::span<const std::string> texts(context.line.arguments);
  texts = texts.subspan(1);
  ObjectLookup lookup = LookupIn(context.session);
  absl::StatusOr<Array> arguments;
  if (!context.line.Has("--data")) {
    AdviseOfBrokenJson(context, texts, signature);
    arguments = ConvertTexts(texts, signature, lookup);
  } else if (!texts.empty()) {
    return Fail(Exit::kUsage, "--data gives all arguments; there can be no others");
  } else {
    if (context.line.Get("--data") == "@-" && isatty(STDIN_FILENO) == 1)
      context.output.Advise("the arguments, as a JSON array; Ctrl-D ends them");
    HAWSER_ASSIGN_OR_RETURN(
        Array values, ReadDataArguments(context.line.Get("--data"), context.session.TimeLeft()));
    arguments = ConvertJsonArguments(values, signature, lookup);
  }
  if (arguments.ok()) return arguments;
  return WithHint(WithPrefix(arguments.status(), fmt::format("{}: ", what)),
                  hint.empty() ? fmt::format("it is called so: {}{}", what, signature.ToString())
                               : std::string(hint));
}

absl::Status ShowAnswer(Context& context, Value answer, Printer::Asked asked) {
  bool keep = context.line.Has("--keep");
  if (keep && !answer.is_object()) {
    context.printer.Result(answer, asked);
    return Fail(Exit::kUsage,
                fmt::format("there is nothing to keep: the answer is no object but {}",
                            KindName(answer.kind())));
  }
  context.printer.Result(answer, asked);
  if (keep) return Hold(context, RemoteObject(answer.TakeObject()));
  if (answer.is_object() && answer.AsObject()->oid() != ObjectId()) {
    context.output.Advise(
        fmt::format("{} is released as this command ends; --keep holds it", ObjectText(answer)));
  } else if (answer.is(Kind::kBytes) && context.output.look().terminal &&
             context.options.format != OutputFormat::kJson) {
    context.output.Advise("a file or a pipe gets the bytes themselves");
  }
  return absl::OkStatus();
}

}  // namespace hawser::cli
