#include "tools/cli/expected.h"

#include <string>

#include "fmt/format.h"
#include "tools/cli/failure.h"
#include "tools/cli/json.h"

namespace hawser::cli {

absl::Status Expected(std::string_view what, std::string_view got) {
  return Fail(Exit::kUsage, fmt::format("expected {}, got {}", what, got));
}

absl::Status ExpectedText(std::string_view what, std::string_view text) {
  constexpr size_t kShown = 60;
  std::string got = ToJson(Value(text.substr(0, kShown)));
  return Expected(what, text.size() > kShown ? got + "..." : got);
}

absl::Status CheckIntegers(const absl::StatusOr<Value>& json) {
  if (!absl::IsOutOfRange(json.status())) return absl::OkStatus();
  return Fail(Exit::kUsage, MessageOf(json.status()));
}

absl::Status ExpectedValue(Type type, const Value& value) {
  return Expected(TypeName(type), value.is(Kind::kString) || value.is(Kind::kDouble) ||
                                          value.is(Kind::kInt) || value.is(Kind::kBool)
                                      ? ToJson(value)
                                      : std::string(KindName(value.kind())));
}

}  // namespace hawser::cli
