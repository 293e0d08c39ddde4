#ifndef HAWSER_ERROR_PAYLOAD_H_
#define HAWSER_ERROR_PAYLOAD_H_

// How an Error travels in the payload of an absl::Status. A payload is text (an absl::Cord), but an
// Error may hold objects, which no text can carry. So the text lies in a block of ours, and the
// Error itself lies in the same block, just before the text:
//
//   | Error | size of the text | magic number | text ... |
//                                             ^ what the Cord shows
//
// Copies of a status share the Cord's one block; the last copy deletes it, and the Error with it.
// Private to the model.

#include <optional>
#include <string_view>

#include "absl/strings/cord.h"
#include "hawser/error.h"

namespace hawser::internal {

// A payload that shows `text` and holds `error`.
absl::Cord MakeErrorPayload(Error error, std::string_view text);

// The Error in a payload, or nullopt if MakeErrorPayload did not make it.
std::optional<Error> ErrorInPayload(const absl::Cord& payload);

}  // namespace hawser::internal

#endif  // HAWSER_ERROR_PAYLOAD_H_
