#ifndef PROTO_BASE_UTF8_H_
#define PROTO_BASE_UTF8_H_

// UTF-8 as Unicode 15 has it (table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace hawser::base {

// Length of the longest prefix of `text` that is UTF-8: all of it, or where the first bad byte
// sequence begins.
size_t Utf8Prefix(std::string_view text);

inline bool IsUtf8(std::string_view text) { return Utf8Prefix(text) == text.size(); }

// INVALID_ARGUMENT, `what` and the text in the message, if it is not UTF-8 and so cannot be sent.
absl::Status CheckUtf8(std::string_view what, std::string_view text);

// The text with '?' for each byte that is not UTF-8, as references are written: something that can
// be sent and read where the original cannot.
std::string MendedUtf8(std::string_view text);

}  // namespace hawser::base

#endif  // PROTO_BASE_UTF8_H_
