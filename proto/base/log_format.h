#ifndef PROTO_BASE_LOG_FORMAT_H_
#define PROTO_BASE_LOG_FORMAT_H_

// How events and fields become text. Pure functions; log.h is what people use.

#include <span>
#include <string>
#include <string_view>

#include "hawser/base/log.h"

namespace hawser::base::internal {

// event=started pid=12 reason="no such file"
// A value is quoted when it is empty or holds a space, a quote, '=', a backslash, or a byte that is
// not printable UTF-8; the latter appear as \n, \t or \x1b.
std::string TextPairs(std::string_view event, std::span<const LogField> fields);

// "event":"started","pid":12,"reason":"no such file"
// Numbers and booleans stay what they are; what is not UTF-8 becomes U+FFFD.
std::string JsonPairs(std::string_view event, std::span<const LogField> fields);

}  // namespace hawser::base::internal

#endif  // PROTO_BASE_LOG_FORMAT_H_
