#ifndef HAWSER_PROTO_WIRE_UTF8_H_
#define HAWSER_PROTO_WIRE_UTF8_H_

// UTF-8 as Unicode 15 has it (table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.

#include <cstddef>
#include <string_view>

namespace hawser::wire {

// Length of the longest prefix of `text` that is UTF-8: all of it, or where the first bad byte
// sequence begins.
size_t Utf8Prefix(std::string_view text);

inline bool IsUtf8(std::string_view text) { return Utf8Prefix(text) == text.size(); }

}  // namespace hawser::wire

#endif  // HAWSER_PROTO_WIRE_UTF8_H_
