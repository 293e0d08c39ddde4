#ifndef TOOLS_CLI_CONVERT_ARGUMENT_H_
#define TOOLS_CLI_CONVERT_ARGUMENT_H_

// Arguments of the command line become values by the signature that the live object shows; nobody
// writes a type.
//
//   where it expects    one writes
//   string              the text as it is
//   integer, number     42, -1, 0x2a, 1.5, NaN, Infinity
//   boolean             true, false
//   date                2026-01-31, 2026-01-31T12:00:00Z, now, or milliseconds since 1970
//   bytes               the text as it is, base64:aGk=, hex:6869, or file:PATH
//   array, record       JSON
//   typed array         a JSON array of numbers, after a type if they are not of float64: uint8:[1,2]
//   error               its message, or JSON with name, message, code
//   object, function,   @7, or the address of one: window.BrowserWindow
//   constructor, promise
//   any                 JSON if it is JSON, @7 for an object, else the text as a string
//
// Where an argument may be left out, `undefined` and `null` are taken too (for strings they are
// text). Inside JSON, the tags of json_tags.h stand for what JSON does not have.

#include <string_view>

#include "absl/status/statusor.h"
#include "hawser/shape.h"
#include "hawser/value.h"
#include "tools/cli/json_tags.h"

namespace hawser::cli {

// Exit::kUsage: expected integer, got "abc".
absl::StatusOr<Value> ConvertText(std::string_view text, Type type, const ObjectLookup& lookup);
// The same for an argument that came as JSON. `value` is what ParseJson gave.
absl::StatusOr<Value> ConvertJson(Value value, Type type, const ObjectLookup& lookup);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_CONVERT_ARGUMENT_H_
