#include "tools/cli/argument_list.h"

#include <utility>

#include "fmt/format.h"
#include "hawser/base/status_macros.h"
#include "tools/cli/convert_argument.h"
#include "tools/cli/failure.h"

namespace hawser::cli {
namespace {

absl::Status CheckCount(size_t given, const Signature& signature) {
  size_t most = signature.params.size();
  size_t least = signature.required;
  if (given >= least && (given <= most || signature.variadic)) return absl::OkStatus();
  std::string expected = least == most && !signature.variadic ? fmt::format("{}", most)
                         : signature.variadic                 ? fmt::format("at least {}", least)
                                              : fmt::format("{} to {}", least, most);
  bool one = expected.ends_with(" 1") || expected == "1";
  return Fail(Exit::kUsage,
              fmt::format("expected {} argument{}, got {}", expected, one ? "" : "s", given));
}

Type TypeAt(const Signature& signature, size_t position) {
  return position < signature.params.size() ? signature.params[position] : Type::kAny;
}

absl::Status AtArgument(size_t position, absl::Status status) {
  return WithPrefix(std::move(status), fmt::format("argument {}: ", position + 1));
}

}  // namespace

absl::StatusOr<Array> ConvertTexts(std::span<const std::string> texts, const Signature& signature,
                                   const ObjectLookup& lookup) {
  HAWSER_RETURN_IF_ERROR(CheckCount(texts.size(), signature));
  Array arguments;
  for (size_t i = 0; i < texts.size(); ++i) {
    Type type = TypeAt(signature, i);
    bool optional = i >= signature.required && type != Type::kString && type != Type::kAny;
    if (optional && (texts[i] == "undefined" || texts[i] == "null")) {
      arguments.push_back(texts[i] == "null" ? Value(nullptr) : Value());
      continue;
    }
    absl::StatusOr<Value> value = ConvertText(texts[i], type, lookup);
    if (!value.ok()) return AtArgument(i, value.status());
    arguments.push_back(*std::move(value));
  }
  return arguments;
}

absl::StatusOr<Array> ConvertJsonArguments(const Array& values, const Signature& signature,
                                           const ObjectLookup& lookup) {
  HAWSER_RETURN_IF_ERROR(CheckCount(values.size(), signature));
  Array arguments;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i >= signature.required && values[i].is(Kind::kNull)) {
      arguments.emplace_back(nullptr);
      continue;
    }
    absl::StatusOr<Value> value = ConvertJson(values[i], TypeAt(signature, i), lookup);
    if (!value.ok()) return AtArgument(i, value.status());
    arguments.push_back(*std::move(value));
  }
  return arguments;
}

}  // namespace hawser::cli
