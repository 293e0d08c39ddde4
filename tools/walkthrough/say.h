#ifndef HAWSER_TOOLS_WALKTHROUGH_SAY_H_
#define HAWSER_TOOLS_WALKTHROUGH_SAY_H_

// What the walkthrough prints, and ending it when something is not as it must be.

#include <cstdlib>
#include <iostream>
#include <string_view>

#include "absl/status/statusor.h"

namespace hawser::walkthrough {

inline void Say(std::string_view text) { std::cout << text << std::endl; }

[[noreturn]] inline void Give(std::string_view what, std::string_view why) {
  std::cout.flush();
  std::cerr << "walkthrough: " << what << ": " << why << std::endl;
  std::exit(1);
}

// The value, or the end of the walkthrough with the reason.
template <typename T>
T Must(absl::StatusOr<T> result, std::string_view what) {
  if (!result.ok()) Give(what, result.status().ToString());
  return *std::move(result);
}
inline void Must(const absl::Status& status, std::string_view what) {
  if (!status.ok()) Give(what, status.ToString());
}
inline void Expect(bool condition, std::string_view what) {
  if (!condition) Give(what, "is not so");
}

}  // namespace hawser::walkthrough

#endif  // HAWSER_TOOLS_WALKTHROUGH_SAY_H_
