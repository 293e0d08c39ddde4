#ifndef PROTO_BASE_STRING_VIEW_H_
#define PROTO_BASE_STRING_VIEW_H_

// Between the two string views. Our headers take std::string_view; Abseil, as some systems package
// it, has a class of its own that converts neither way, and elsewhere the two are one type. These
// compile in both worlds and cost nothing.

#include <string_view>

#include "absl/strings/string_view.h"

namespace hawser::base {

constexpr absl::string_view ToAbsl(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}
constexpr std::string_view ToStd(absl::string_view text) {
  return std::string_view(text.data(), text.size());
}

}  // namespace hawser::base

#endif  // PROTO_BASE_STRING_VIEW_H_
