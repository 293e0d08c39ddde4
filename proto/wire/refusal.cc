#include "proto/wire/refusal.h"

#include "absl/strings/str_cat.h"
#include "hawser/base/string_view.h"

namespace hawser::wire {

bool Refusal::Because(absl::StatusCode code, std::string_view what) {
  if (!refused()) fault_ = std::make_unique<Fault>(Fault{code, "", std::string(what)});
  return false;
}

bool Refusal::In(std::string_view part) {
  std::string& place = fault_->place;
  place = absl::StrCat(base::ToAbsl(part), place.empty() ? "" : ".", place);
  return false;
}

bool Refusal::In(std::string_view part, size_t index) {
  return In(absl::StrCat(base::ToAbsl(part), "[", index, "]"));
}

absl::Status Refusal::MakeStatus() const {
  const auto& [code, place, what] = *fault_;
  return absl::Status(code, place.empty() ? what : absl::StrCat(place, ": ", what));
}

}  // namespace hawser::wire
