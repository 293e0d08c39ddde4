#include <string>

#include "tools/cli/help.h"

namespace hawser::cli {
namespace {

constexpr std::string_view kAddresses =
    R"(counter                   a module, a built-in or a global, in this order
window.BrowserWindow      a member of it
clock.alarms[3].label     an element of an array, a field of a record
./sub/foo.bar             a module by its path below the broker's main folder
@7                        an object that some session holds, by its id
@7.title                  a member of it
remote.getBuiltin         a member of the object every session starts from
global:answer             only a global; also module: and builtin:
'"my.module".x'           quotes around names with dots
'x["odd name"]'           and around members with odd names

Where a step gives a promise, the command waits for what it settles with.
@ID needs access to inspection: root, or the user the broker runs as.)";

constexpr std::string_view kValues =
    R"(Arguments become values by what the object says it expects; see the
signatures in: hawser describe NAME. You never write a type.

expected             write
string               the text as it is
integer, number      42, -1, 0x2a, 1.5, NaN, Infinity
boolean              true, false
date                 2026-01-31, 2026-01-31T12:00:00Z, now, or
                     milliseconds since 1970
bytes                the text as it is, base64:aGk=, hex:6869, file:PATH
array, record        JSON: '[1, 2]', '{"width": 800}'
typed array          JSON; with a type if it is not float64:
                     'uint8:[1, 2]'
error                its message, or JSON with name, message and code
object, function,    @7, or an address: window.BrowserWindow
constructor, promise
any                  JSON if it is JSON, @7 for an object, else a string

An integer that does not fit 64 bits is refused, not rounded: write it
as a string, or as a number with a decimal point or an exponent.

Arguments that may be left out also take undefined and null, but for
strings, where these are text: leave such a one out. Inside JSON,
{"$object": 7}, {"$bytes": "aGk="}, {"$date": "2026-01-31"} and
{"$uint8": [1, 2]}, or another element type, stand for what JSON does
not have. NaN and infinities are strings there: {"$float32": ["NaN"]}.

-d takes all arguments at once, as one JSON array: -d '[1, "two"]', from
a file: -d @args.json, from a pipe: -d @-.)";

constexpr std::string_view kOutput =
    R"(-o table    aligned text for people (the default)
-o wide     the same with more columns
-o json     for scripts: an array with a record a line, or one object; of
            watch, one object a line
-o name     only names or ids, one a line, as other commands take them

Lists take --columns NAME,KIND for these columns only, and --sort COLUMN, or
-COLUMN for the other way round; a column is named by its heading.

Data goes to stdout, messages to stderr. Tables are never cut off. A
string that is a whole result is printed as it is, bytes go to a pipe as
they are. Colours are off in a pipe, with NO_COLOR, with TERM=dumb and
with --color=never. Control characters in names and messages are shown as
\x1b, what turns the direction of text as \u202e; JSON escapes both.

In JSON, integers are exact to 64 bits; NaN and infinities are strings;
undefined is null; dates are "2026-01-31T12:00:00.000Z"; bytes are base64;
typed arrays are arrays of numbers; errors are objects with name, message
and code; objects are {"$object": 7, "kind": "object", "name": "Window"}.
Durations are milliseconds in fields that end in _ms, sizes are bytes.
Fields are only ever added.)";

constexpr std::string_view kEndpoints =
    R"(unix:/path/of/socket   a broker on this machine; the path alone will do
tcp:host:port          a broker elsewhere, or one behind a proxy

Over TCP it is not known who asks. So list, tree, refs, session, lease,
plugin list, status and @ID are not allowed there; describe, call, get,
set, new, watch and wait of names are.

Without --endpoint it is $HAWSER_ENDPOINT; else hawser/hawser.sock in
$XDG_RUNTIME_DIR if there is one (a user's broker), else
/run/hawser/hawser.sock (the system's).)";

constexpr Topic kTopics[] = {
    {"addresses", "how objects and members are named", kAddresses},
    {"values", "how arguments are written", kValues},
    {"output", "formats, colours, pipes", kOutput},
    {"endpoints", "which broker is asked", kEndpoints},
    {"exit-codes", "what scripts can tell from them", ""},
};

}  // namespace

std::span<const Topic> Topics() { return kTopics; }

}  // namespace hawser::cli
