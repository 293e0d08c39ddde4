#include "tools/cli/json_tags.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "hawser/error.h"
#include "hawser/record.h"
#include "tools/cli/expected.h"
#include "tools/cli/failure.h"
#include "tools/cli/json.h"
#include "tools/cli/literal.h"
#include "tools/cli/suggest.h"
#include "tools/cli/typed_array_literal.h"

namespace hawser::cli {
namespace {

constexpr int kLastCode = static_cast<int>(absl::StatusCode::kUnauthenticated);

// The code of an error: "NOT_FOUND", or the number of it.
absl::StatusOr<absl::StatusCode> ReadCode(const Value& value) {
  std::vector<std::string> names;
  for (int i = 1; i <= kLastCode; ++i) {
    auto code = static_cast<absl::StatusCode>(i);
    names.push_back(absl::StatusCodeToString(code));
    bool named = value.is(Kind::kString) && value.AsString() == names.back();
    if (named || (value.is(Kind::kInt) && value.AsInt() == i)) return code;
  }
  std::string got = value.is(Kind::kString) || value.is(Kind::kInt) || value.is(Kind::kDouble)
                        ? ToJson(value)
                        : std::string(KindName(value.kind()));
  std::string near = value.is(Kind::kString) ? DidYouMean(value.AsString(), names) : "";
  return WithHint(
      WithPrefix(
          Expected(fmt::format("a number from 1 to {} or the name of a status", kLastCode), got),
          "code of the error: "),
      near.empty() ? fmt::format("names, from 1 on: {}", fmt::join(names, ", ")) : near);
}

}  // namespace

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

absl::StatusOr<Value> MakeError(const Value& value) {
  if (value.is(Kind::kString)) return Value(Error(absl::StatusCode::kUnknown, value.AsString()));
  const Record& record = value.AsRecord();
  absl::StatusCode code = absl::StatusCode::kUnknown;
  Record members;
  for (const auto& [name, field] : record) {
    if (name == "code") {
      HAWSER_ASSIGN_OR_RETURN(code, ReadCode(field));
    } else if (name == "name" || name == "message") {
      if (!field.is(Kind::kString)) {
        return WithPrefix(ExpectedValue(Type::kString, field),
                          fmt::format("{} of the error: ", name));
      }
    } else if (name != "cause") {
      members.Set(name, field);
    }
  }
  Error error(code, record["message"].AsString(),
              record.Has("name") ? record["name"].AsString() : std::string_view("Error"));
  if (record.Has("cause")) error = error.WithCause(record["cause"]);
  return Value(error.WithMembers(std::move(members)));
}

}  // namespace hawser::cli
