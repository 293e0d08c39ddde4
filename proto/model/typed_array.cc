#include "hawser/typed_array.h"

#include <array>
#include <string>

#include "hawser/base/string_view.h"

namespace hawser {
namespace {

struct ElementInfo {
  std::string_view name;
  size_t size = 0;  // bytes
};

// By number; 0 is no element.
constexpr std::array<ElementInfo, 11> kElements = {{
    {"unknown", 1},
    {"int8", 1},
    {"uint8", 1},
    {"int16", 2},
    {"uint16", 2},
    {"int32", 4},
    {"uint32", 4},
    {"int64", 8},
    {"uint64", 8},
    {"float32", 4},
    {"float64", 8},
}};

const ElementInfo& InfoOf(TypedArray::Element element) {
  auto number = static_cast<size_t>(element);
  return kElements[number < kElements.size() ? number : 0];
}

}  // namespace

size_t TypedArray::ElementSize(Element element) { return InfoOf(element).size; }

std::string_view TypedArray::ElementName(Element element) { return InfoOf(element).name; }

absl::StatusOr<TypedArray> TypedArray::Make(Element element, Bytes data) {
  const ElementInfo& info = InfoOf(element);
  if (&info == &kElements[0]) {
    return absl::InvalidArgumentError("typed array of unknown element type " +
                                      std::to_string(static_cast<unsigned>(element)));
  }
  if (data.size() % info.size != 0) {
    return absl::InvalidArgumentError(std::to_string(data.size()) +
                                      " bytes are no whole number of " + std::string(info.name) +
                                      " elements");
  }
  return TypedArray(element, std::move(data));
}

}  // namespace hawser
