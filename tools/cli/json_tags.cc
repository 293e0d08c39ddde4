#include "tools/cli/json_tags.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/error.h"
#include "hawser/record.h"
#include "tools/cli/expected.h"
#include "tools/cli/literal.h"
#include "tools/cli/typed_array_literal.h"

namespace hawser::cli {

absl::StatusOr<Value> Untag(Value value, const ObjectLookup& lookup) {
  if (value.is(Kind::kArray)) {
    for (Value& item : value.MutableArray()) {
      HAWSER_ASSIGN_OR_RETURN(item, Untag(std::move(item), lookup));
    }
    return value;
  }
  if (!value.is(Kind::kRecord)) return value;
  const Record& record = value.AsRecord();
  if (record["$object"].is(Kind::kInt)) {
    return lookup(fmt::format("@{}", record["$object"].AsInt()));
  }
  if (record.size() == 1 && record["$bytes"].is(Kind::kString)) {
    return ReadBase64(record["$bytes"].AsString());
  }
  if (record.size() == 1 && record["$date"].is(Kind::kString)) {
    if (auto date = ReadDate(record["$date"].AsString())) return *std::move(date);
    return ExpectedText("date", record["$date"].AsString());
  }
  if (record.size() == 1 && record["$date"].is(Kind::kInt)) {
    return Value(Date{record["$date"].AsInt()});
  }
  if (record.size() == 1 && record.begin()->second.is(Kind::kArray) &&
      record.begin()->first.starts_with('$')) {
    auto element = ElementNamed(std::string_view(record.begin()->first).substr(1));
    if (element) return MakeTypedArray(*element, record.begin()->second.AsArray());
  }
  Record untagged;
  for (const auto& [name, field] : record) {
    HAWSER_ASSIGN_OR_RETURN(Value converted, Untag(field, lookup));
    untagged.Set(name, std::move(converted));
  }
  return Value(std::move(untagged));
}

Value MakeError(const Value& value) {
  if (value.is(Kind::kString)) return Value(Error(absl::StatusCode::kUnknown, value.AsString()));
  Error error;
  absl::StatusCode code = absl::StatusCode::kUnknown;
  Record members;
  for (const auto& [name, field] : value.AsRecord()) {
    if (name == "code") {
      for (int i = 1; i <= static_cast<int>(absl::StatusCode::kUnauthenticated); ++i) {
        auto candidate = static_cast<absl::StatusCode>(i);
        if (absl::StatusCodeToString(candidate) == field.AsString()) code = candidate;
      }
    } else if (name != "name" && name != "message" && name != "cause") {
      members.Set(name, field);
    }
  }
  const Record& record = value.AsRecord();
  error = Error(code, record["message"].AsString(),
                record.Has("name") ? record["name"].AsString() : std::string_view("Error"));
  if (record.Has("cause")) error = error.WithCause(record["cause"]);
  return Value(error.WithMembers(std::move(members)));
}

}  // namespace hawser::cli
