#ifndef TOOLS_CLI_CONTEXT_H_
#define TOOLS_CLI_CONTEXT_H_

// Context: what a command works with, for the time of one run.

#include "tools/cli/command_line.h"
#include "tools/cli/output.h"
#include "tools/cli/printer.h"
#include "tools/cli/session.h"

namespace hawser::cli {

struct Context {
  const CommandLine& line;
  const Options& options;
  Output& output;
  Printer& printer;
  Session& session;
};

}  // namespace hawser::cli

#endif  // TOOLS_CLI_CONTEXT_H_
