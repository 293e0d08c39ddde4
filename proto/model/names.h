#ifndef HAWSER_NAMES_H_
#define HAWSER_NAMES_H_

// Names of enumerators. Private to the model.

#include <array>
#include <cstddef>
#include <string_view>

namespace hawser::internal {

// The entry of `names` at the number of `enumerator`, or "unknown".
template <typename Enum, size_t kSize>
constexpr std::string_view NameOf(const std::array<std::string_view, kSize>& names,
                                  Enum enumerator) {
  auto number = static_cast<size_t>(enumerator);
  return number < kSize ? names[number] : std::string_view("unknown");
}

}  // namespace hawser::internal

#endif  // HAWSER_NAMES_H_
