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

absl::StatusOr<ObjectRef> Convert<ObjectRef>::From(const Value& value) {
  if (!value.is_object()) return WrongKind("object", value);
  return value.TakeObject();
}

Value Convert<ObjectRef>::To(ObjectRef object) { return Value(std::move(object)); }

}  // namespace hawser
