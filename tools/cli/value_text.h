#ifndef TOOLS_CLI_VALUE_TEXT_H_
#define TOOLS_CLI_VALUE_TEXT_H_

// Values as text for people. A string that is the whole result is printed as it is, so that
// x=$(hawser get win.title) needs no further tool; inside arrays and records it has quotes. Objects
// are shown as BrowserWindow @7.

#include <string>

#include "hawser/shape.h"
#include "hawser/value.h"
#include "tools/cli/output.h"

namespace hawser::cli {

// A whole result, over several lines if it does not fit into one of a terminal; without a newline
// at the end.
std::string ResultText(const Value& value, const Look& look);

// In one line.
std::string ValueText(const Value& value);

// "BrowserWindow @7", "function add @9", "constructor Counter @3".
std::string ObjectText(const Value& object);

// "add(integer, integer?) -> integer", "value: integer, read-only", "event changed(integer)".
std::string MemberText(const Member& member);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_VALUE_TEXT_H_
