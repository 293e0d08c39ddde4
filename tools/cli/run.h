#ifndef TOOLS_CLI_RUN_H_
#define TOOLS_CLI_RUN_H_

// One run of the CLI, from the words of the command line to the exit code.

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "tools/cli/command_line.h"
#include "tools/cli/failure.h"
#include "tools/cli/output.h"
#include "tools/cli/session.h"

namespace hawser::cli {

// What is made differently by main and by tests.
struct Surroundings {
  std::function<std::unique_ptr<Output>(ColourChoice)> make_output;
  std::function<std::unique_ptr<Session>(const Options&)> make_session;
  // Told of the session before the command runs, and again with null after.
  std::function<void(Session*)> session_runs = [](Session*) {};
};

// `words` are those behind the program's name.
Exit RunCli(std::span<const std::string> words, const Surroundings& surroundings);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_RUN_H_
