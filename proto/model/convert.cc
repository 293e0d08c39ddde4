#include "hawser/convert.h"

#include <string>

#include "hawser/object.h"

namespace hawser {

absl::Status WrongKind(std::string_view expected, const Value& got) {
  std::string text = "expected ";
  text += expected;
  text += ", got ";
  ShapeRef shape = got.is_object() ? got.AsObject()->shape() : nullptr;
  text += shape == nullptr ? KindName(got.kind()) : ObjectKindName(shape->kind());
  return absl::InvalidArgumentError(text);
}

absl::Status OutOfRange(std::string_view type, int64_t got) {
  std::string text = "integer " + std::to_string(got) + " is outside the range of ";
  text += type;
  return absl::InvalidArgumentError(text);
}

absl::Status OutOfRange(std::string_view type, double got) {
  std::string text = "number " + Value(got).ToString() + " is outside the range of ";
  text += type;
  return absl::InvalidArgumentError(text);
}

namespace {

// Elements within elements: "at [1][0]: ".
absl::Status At(const std::string& step, const absl::Status& status) {
  constexpr std::string_view kAt = "at ";
  std::string text(status.message());
  bool deeper = text.starts_with("at [") || text.starts_with("at .");
  return absl::Status(status.code(),
                      "at " + step + (deeper ? text.substr(kAt.size()) : ": " + text));
}

}  // namespace

absl::Status AtElement(size_t index, const absl::Status& status) {
  return At("[" + std::to_string(index) + "]", status);
}

absl::Status AtField(std::string_view name, const absl::Status& status) {
  return At("." + std::string(name), status);
}

absl::StatusOr<ObjectRef> Convert<ObjectRef>::From(const Value& value) {
  if (!value.is_object()) return WrongKind("object", value);
  return value.TakeObject();
}

Value Convert<ObjectRef>::To(ObjectRef object) { return Value(std::move(object)); }

}  // namespace hawser
