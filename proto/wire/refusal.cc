#include "proto/wire/refusal.h"

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"

namespace hawser::wire {

bool Refusal::Because(absl::StatusCode code, std::string_view what) {
  if (refused()) return false;
  code_ = code;
  what_ = what;
  return false;
}

bool Refusal::In(std::string_view part) {
  place_ = place_.empty() ? std::string(part) : absl::StrCat(base::ToAbsl(part), ".", place_);
  return false;
}

bool Refusal::In(std::string_view part, size_t index) {
  return In(absl::StrCat(base::ToAbsl(part), "[", index, "]"));
}

absl::Status Refusal::Make() const {
  return absl::Status(code_, place_.empty() ? what_ : absl::StrCat(place_, ": ", what_));
}

}  // namespace hawser::wire
