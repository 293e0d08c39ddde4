#ifndef TOOLS_CLI_JSON_H_
#define TOOLS_CLI_JSON_H_

// Values as JSON, for scripts, and back.
//
//   undefined, null   null                        string        string
//   boolean           true, false                 bytes         base64 string
//   integer           number, exact to 64 bits    date          "2026-01-31T12:00:00.000Z"
//   number            number; else "NaN",         array         array
//                     "Infinity", "-Infinity"     typed array   array of numbers
//   record            object                      error         object: name, message, code, ...
//   object, function, constructor, promise:       {"$object": 7, "kind": "object", "name": "Window"}
//
// JSON that is read gives integers, which must fit 64 bits, numbers, strings, booleans, null,
// arrays and records; in an array that is the field "$uint64", integers that fit unsigned 64 bits
// alone are strings of their digits, which a number would not hold. What a record such as {"$object": 7}, {"$bytes": "aGk="} or {"$date":
// "2026-01-31"} means is for json_tags.h.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "hawser/value.h"

namespace hawser::cli {

enum class JsonLayout {
  kLine,      // all in one line
  kIndented,  // a field or element a line
};

// Without a newline at the end.
std::string ToJson(const Value& value, JsonLayout layout = JsonLayout::kLine);

// INVALID_ARGUMENT "... at line 2, column 7" if it is no JSON; OUT_OF_RANGE if it is, but has an
// integer that 64 bits do not hold (as a double it would lose digits), or a number that is too
// large for a double.
absl::StatusOr<Value> ParseJson(std::string_view text);

// "2026-01-31T12:00:00.000Z"
std::string FormatDate(Date date);

std::string Base64(std::string_view bytes);

}  // namespace hawser::cli

#endif  // TOOLS_CLI_JSON_H_
